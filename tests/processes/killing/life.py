"""A rich life of two orders: what people and banks do, phase by phase, each waited for until the worker has done it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from uuid import UUID

from federation.node import clock
from federation.node.database import atomic, fetch, fetch_value
from payouts import service
from payouts.domain.evidence import Evidence
from payouts.domain.payment import Capture
from payouts.domain.terms import PayoutInterval, Schedule
from payouts.invariants import breaches
from payouts.service import messages
from payouts.service.evidence import AnswerKind, answer, write_evidence
from payouts.service.hearings import add_own, files_of
from payouts.service.terms import request_payout, set_schedule
from payouts.standin import accounts, disputes, levers
from payouts.store import audit
from tests.processes.killing.orders import ALBA, AT_ONCE, BRINA, HELD, part_of, total_of
from tests.processes.killing.worker import ASK_TO_PAY
from tests.processes.killing.world import KillingWorld
from tests.support.evidence_files import pdf

SHOPS = (ALBA, BRINA)
BACK = service.RefundRequest(
    refund_id=UUID(int=900),
    order_id=HELD,
    shop_order_id=part_of(HELD, ALBA),
    parts=(service.RefundPart("coat", quantity=1),),
)
DISPUTED_MINOR = 5_003


class Life:
    """The test's hands in a killing world."""

    def __init__(self, world: KillingWorld, tell: Callable[[str], None]) -> None:
        self.world = world
        self.tell = tell

    async def live(self) -> None:
        """Everything, from the boutiques' accounts to two disputes."""
        phases: tuple[Callable[[], Awaitable[None]], ...] = (
            self.accounts_open,
            self.first_order_is_held_and_taken,
            self.second_order_is_paid,
            self.boutiques_are_sent_their_money,
            self.an_order_is_disputed_and_won,
            self.a_coat_goes_back,
            self.money_reaches_the_banks,
            self.a_part_is_disputed_and_lost,
            self.all_is_quiet,
        )
        for phase in phases:
            begun, before = monotonic(), self.world.workers
            self.world.reaper.phase = phase.__name__
            await phase()
            self.tell(f"{phase.__name__}: {self.world.workers - before} workers, {monotonic() - begun:.1f} s")

    async def accounts_open(self) -> None:
        async with atomic():
            for shop_id in SHOPS:
                await service.ensure_account(shop_id, shop_id.title(), "FR", "EUR", clock.now())
                await set_schedule(shop_id, Schedule(interval=PayoutInterval.MANUAL), clock.now())
        await self._until("an account of each", "SELECT count(provider_id) = 2 FROM pay_shop_account")
        for account_id in list(self.world.state.things["account"]):
            accounts.change(self.world.state, account_id, ready=True)
        await self._until("both ready", "SELECT bool_and(ready) FROM pay_shop_account")

    async def first_order_is_held_and_taken(self) -> None:
        await self._pays(HELD, "manual")
        await self._until("held", "SELECT status = 'authorised' FROM pay_payment WHERE order_id = $1", HELD)
        async with atomic():
            await service.capture_payment(HELD, total_of(HELD), clock.now())
        await self._until_paid(HELD)

    async def second_order_is_paid(self) -> None:
        await self._pays(AT_ONCE, "automatic")
        await self._until_paid(AT_ONCE)

    async def boutiques_are_sent_their_money(self) -> None:
        async with atomic():
            for order_id in (HELD, AT_ONCE):
                for shop_id in SHOPS:
                    await service.release(part_of(order_id, shop_id), clock.now())
        await self._until("all sent", "SELECT count(*) = 8 FROM pay_settlement WHERE status = 'sent'")

    async def a_coat_goes_back(self) -> None:
        async with atomic():
            await service.refund_part(BACK, clock.now())
        await self._until("clawed back", "SELECT bool_and(status = 'recovered') FROM pay_claim")
        self._time_passes()
        await self._until("given back", "SELECT bool_and(status = 'succeeded') FROM pay_refund")

    async def money_reaches_the_banks(self) -> None:
        async with atomic():
            for shop_id in SHOPS:
                await request_payout(shop_id, clock.now())
        await self._until("two on their way", "SELECT count(provider_id) = 2 FROM pay_payout")
        self._time_passes()
        await self._until("in the bank", "SELECT bool_and(status = 'paid') FROM pay_payout")

    async def a_part_is_disputed_and_lost(self) -> None:
        await self._is_disputed(HELD, DISPUTED_MINOR, "acceptance")
        await self._until("lost", "SELECT count(*) = 1 FROM pay_dispute WHERE status = 'lost' AND funds = 'lost'")
        await self._until("no claim open", "SELECT bool_and(status IN ('owed', 'recovered')) FROM pay_claim")

    async def an_order_is_disputed_and_won(self) -> None:
        await self._is_disputed(AT_ONCE, total_of(AT_ONCE).amount_minor, "evidence")
        await self._until("answered", "SELECT bool_and(answer = 'given') FROM pay_dispute")
        await self._until("clawed back", "SELECT bool_and(status = 'recovered') FROM pay_claim")
        number = self.world.made("dispute")[-1]["id"]
        disputes.decide(self.world.state, number, "won")
        await self._until("won", "SELECT count(*) = 1 FROM pay_dispute WHERE status = 'won' AND funds = 'returned'")
        await self._until(
            "sent again",
            "SELECT bool_and(status IN ('sent', 'netted', 'part_reversed', 'reversed')) FROM pay_settlement",
        )
        await self._until("no claim open", "SELECT bool_and(status IN ('owed', 'recovered')) FROM pay_claim")

    async def all_is_quiet(self) -> None:
        await self.world.until("nothing under way", audit.is_quiet)
        await self._until("an empty outbox", "SELECT count(*) = 0 FROM node_outbox WHERE state = 'due'")

    async def _pays(self, order_id: UUID, capture: Capture) -> None:
        async with atomic():
            payment = await service.open_payment(
                order_id, total_of(order_id), "Two boutiques", "http://hub.invalid/back", clock.now(), capture=capture
            )
            await messages.send(ASK_TO_PAY, payment.id, "checkout", clock.now())
        await self._until("a page", "SELECT redirect_url <> '' FROM pay_payment WHERE order_id = $1", order_id)
        page = await fetch_value("SELECT provider_id FROM pay_payment WHERE order_id = $1", order_id)
        levers.pay_page(self.world.state, page)

    async def _until_paid(self, order_id: UUID) -> None:
        await self._until(
            "divided, its money there",
            "SELECT captured_at IS NOT NULL AND funds_at IS NOT NULL FROM pay_payment WHERE order_id = $1",
            order_id,
        )

    async def _is_disputed(self, order_id: UUID, amount_minor: int, kind: AnswerKind) -> None:
        charge = self.world.made("charge")[(HELD, AT_ONCE).index(order_id)]
        disputes.open_dispute(self.world.state, charge["id"], amount_minor, "general", inquiry=False)
        await self._until(
            "known and borne", "SELECT count(*) = 1 FROM pay_dispute WHERE order_id = $1 AND funds = 'borne'", order_id
        )
        dispute_id = await fetch_value("SELECT id FROM pay_dispute WHERE order_id = $1", order_id)
        await add_own(dispute_id, "delivery", pdf(), clock.now())
        slots = {file.id: "shipping_documentation" for file in await files_of(dispute_id)}
        async with atomic():
            await write_evidence(dispute_id, Evidence(uncategorized_text="It was delivered."), clock.now(), slots)
            await answer(dispute_id, kind, clock.now())

    def _time_passes(self) -> None:
        levers.pass_time(self.world.state, 1)

    async def _until(self, what: str, sql: str, *values: object) -> None:
        async def look() -> object:
            return await fetch_value(sql, *values)

        await self.world.until(what, look)

    # How it ended.

    async def agrees(self) -> None:
        """Every invariant holds, books and stand-in have the same balance, and nothing was made twice."""
        assert await breaches(clock.now()) == []
        balance = sum(each["net"] for each in self._platform_moves())
        assert await audit.at_provider_by_books() == {"EUR": balance}
        for kind in ("transfer", "refund", "payout", "transfer_reversal", "checkout.session"):
            references = Counter(each["metadata"]["reference"] for each in self.world.made(kind))
            assert set(references.values()) == {1}, f"{kind} made twice: {references}"
        assert await fetch_value("SELECT count(*) FROM node_outbox WHERE state = 'dead'") == 0
        alerts = {row["kind"] for row in await fetch("SELECT DISTINCT kind FROM pay_alert")}
        assert not alerts & {"suspense", "transfer-conflict", "refund-conflict", "reversal-conflict", "payout-conflict"}

    def _platform_moves(self) -> list[dict[str, int]]:
        owners = self.world.state.owners
        return [each for each in self.world.made("balance_transaction") if owners[each["id"]] == ""]

    async def end(self) -> dict[str, object]:
        """What is left of it all, without names and times: two lives that ended alike have the same end."""
        books = await service.trial_balance()
        return {
            "books": {code: amount for code, amount in books["EUR"].items() if amount},
            **{
                kind: sorted(each["amount"] for each in self.world.made(kind))
                for kind in ("charge", "transfer", "refund", "payout", "dispute")
            },
            "reversed": sum(each["amount"] for each in self.world.made("transfer_reversal")),
        }
