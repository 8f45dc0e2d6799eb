"""Lives of an order through a process that dies: what people do is tried again, everything else recovers by itself."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from federation.node import clock
from federation.node.database import atomic, fetch, fetch_value
from federation.node.outbox import Outbox
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.invariants import check_books
from payouts.service.bank_payouts import run_payouts
from payouts.service.context import Payments
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.payments import PaymentView
from payouts.service.reconciling import reconcile
from payouts.settings import PayoutSettings
from payouts.tasks import payments_handlers
from tests.payouts.kill_mortal import Doom, KilledError, mortal
from tests.payouts.scene import RETURN_URL, MemoryScene, provider_id
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, TOTAL, euro

PATIENCE_SECONDS = 400
"""How much later every recovery is: leases have run out by then, and what was begun counts as stuck."""

FLOAT = euro(50_000)
"""The hub's own money at the provider, so that refunds and disputes are paid whatever was sent before."""

Step = Callable[[], Awaitable[object]]


class Made(msgspec.Struct, frozen=True):
    """Objects of a kind at the provider: how many, and what they come to in cents."""

    count: int
    total: int


class Life(MemoryScene):
    """A hub whose process can die at one point, and what its shopper, its bank and its people do."""

    def __init__(self, doom: Doom, settings: PayoutSettings | None = None) -> None:
        super().__init__(MemoryProvider(clock.now()), settings)
        self.doom = doom
        self.later_seconds = 0
        self.payment_id = ""
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Another process, which knows only what the database and the provider know."""
        self.doom.rise()
        self.pay = Payments(mortal(self.provider, self.doom), self.listener, self.pay.settings)
        self.outbox = Outbox(payments_handlers(self.pay))

    async def does(self, *steps: Step) -> None:
        """Take steps one after another, each until it was not cut off; after each death another process recovers."""
        for step in steps:
            while await self._dies_at(step):
                self._begin_anew()
                while await self._dies_at(self.recover):
                    self._begin_anew()

    async def _dies_at(self, step: Step) -> bool:
        try:
            await step()
            self.doom.ends()
        except (KilledError, BaseExceptionGroup):
            if not self.doom.is_dead:
                raise
        return self.doom.is_dead

    async def recover(self) -> None:
        """What a new process does by itself: the outbox, then every regular job, as if some minutes had passed."""
        self.later_seconds += PATIENCE_SECONDS
        when = clock.now() + timedelta(seconds=self.later_seconds)
        await self.drain(self.later_seconds)
        await self.sweep(self.later_seconds)
        await sweep_disputes(self.pay, when)
        await self.drain(self.later_seconds)

    # What happens to an order. Each is tried again by whoever began it.

    async def has_float(self) -> None:
        """The operator pays some money in, which the books learn of from the provider's list."""
        if not self.provider.moves:
            self.provider.take_from_platform(-FLOAT, "topup")
        await reconcile(self.pay, clock.now())

    async def asks(self) -> None:
        """The shopper is sent to the provider's page, which is there once."""
        self.payment_id = provider_id(await self.ask())

    async def is_held_on_a_card(self) -> None:
        """The shopper's card holds what was asked."""
        payment = await self._asked_to_hold()
        self.payment_id = provider_id(payment)
        self.provider.pay(self.payment_id)
        await self.hear()

    async def _asked_to_hold(self) -> PaymentView:
        async with atomic():
            payment = await service.open_payment(ORDER, TOTAL, "Three", RETURN_URL, self.now, capture="manual")
        return await service.start_payment(self.pay, payment.id, self.now)

    async def takes_what_is_held(self) -> None:
        """The boutiques have accepted: all of it is taken."""
        payment = await service.payment_of_order(ORDER)
        assert payment is not None
        if payment.status == "authorised":
            async with atomic():
                await service.capture_payment(ORDER, TOTAL, self.now)
        await self.drain()

    async def pays(self) -> None:
        """The shopper pays."""
        if self.provider.payments[self.payment_id].status == "open":
            self.provider.pay(self.payment_id)

    async def sends_all(self) -> None:
        """All three boutiques ship."""
        await self.release(PART_A, PART_B, PART_C)

    async def pays_out(self) -> None:
        """Every boutique's money leaves for its bank, and arrives."""
        await run_payouts(self.pay, clock.now())

    async def money_arrives(self) -> None:
        """The banks have what was sent to them."""
        for payout in list(self.provider.payouts.values()):
            if payout.status == "in_transit":
                self.provider.arrive(payout.id)

    async def looks_over_the_books(self) -> None:
        """The nightly job."""
        await check_books(self.pay, clock.now())

    # How it ends.

    async def comes_to_rest(self) -> None:
        """The regular jobs run until nothing is left to do, then the books are closed."""
        for _ in range(3):
            await self.does(self.hear, self.recover)
        await reconcile(self.pay, clock.now())

    def made(self) -> dict[str, Made]:
        """What there is at the provider, by kind; failed and given-up things are none."""
        kinds: dict[str, list[Money]] = {
            "payment": [each.received for each in self.provider.payments.values() if each.status == "succeeded"],
            "transfer": [each.amount for each in self.provider.transfers.values()],
            "reversal": [each.amount for each in self.provider.reversals.values()],
            "refund": [each.amount for each in self.provider.refunds.values() if each.status != "failed"],
            "payout": [each.amount for each in self.provider.payouts.values() if each.status != "failed"],
        }
        return {
            kind: Made(len(found), sum(money.amount_minor for money in found)) for kind, found in kinds.items() if found
        }

    async def agrees(self) -> None:
        """Rows, ledger and provider tell one story, and nothing is under way."""
        await self.check()
        nothing_twice(self.provider)
        assert await _by_rows() == {kind: made for kind, made in self.made().items() if kind != "payment"}
        waiting = await fetch_value("SELECT count(*) FROM node_outbox WHERE state = 'due'")
        assert waiting == 0, "something still waits in the outbox"


def nothing_twice(provider: MemoryProvider) -> None:
    """No row of ours stands behind two objects of a kind that are not failed."""
    live = {
        "transfer": [each.reference for each in provider.transfers.values()],
        "reversal": [each.reference for each in provider.reversals.values()],
        "refund": [each.reference for each in provider.refunds.values()],
        "payout": [each.reference for each in provider.payouts.values()],
        "payment": [each.reference for each in provider.payments.values()],
        "account": [each.reference for each in provider.accounts.values()],
    }
    for kind, references in live.items():
        twice = [reference for reference, times in Counter(references).items() if times > 1]
        assert not twice, f"{kind} made twice for {twice}"


_ROWS = """
    SELECT 'transfer' AS kind, count(*), sum(amount_minor) FROM pay_transfer WHERE status = 'sent'
    UNION ALL SELECT 'reversal', count(*), sum(reversed_minor) FROM pay_claim WHERE reversed_minor > 0
    UNION ALL SELECT 'refund', count(*), sum(amount_minor) FROM pay_refund WHERE status IN ('pending', 'succeeded')
    UNION ALL SELECT 'payout', count(*), sum(amount_minor) FROM (
        SELECT amount_minor FROM pay_payout WHERE status IN ('in_transit', 'paid')
        UNION ALL SELECT amount_minor FROM pay_float_move WHERE status IN ('in_transit', 'paid')) AS sent
"""


async def _by_rows() -> dict[str, Made]:
    """The same as our rows tell it."""
    return {row["kind"]: Made(row["count"], int(row["sum"])) for row in await fetch(_ROWS) if row["count"]}
