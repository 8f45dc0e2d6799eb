"""One life of a hub: everything that shoppers, shops, banks, people, the provider and time can do to it.

Each deed takes a number that picks among what there is to do it to, and does nothing when there is nothing. How the
hub goes on afterwards is drawn as well: not at all, by the outbox, by events, by all its regular jobs; and whether its
process dies on the way, at which commit or call.
"""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.domain.dispute import ChosenLine
from payouts.domain.hold import Hold, HoldReason
from payouts.errors import ProviderError
from payouts.service import bank_payouts, disputes, payments, refund_payment
from payouts.service.sales import SHIPPING_LINE
from payouts.settings import PayoutSettings
from payouts.standin import accounts, levers, refunds
from payouts.standin import disputes as banks
from payouts.standin.world import PLATFORM
from tests.machine.checks import Checks
from tests.machine.facts import Facts
from tests.machine.hub import Build, Hub
from tests.machine.model import LineKey, Model
from tests.machine.operators import Operators
from tests.machine.orders import COUNTRIES, SHOPS, Draft, Order
from tests.machine.outside import Outside

T = TypeVar("T")
DECIDED = frozenset({"won", "lost", "prevented", "warning_closed"})
OURS = frozenset({"won", "warning_closed"})


def one(among: Sequence[T], pick: int) -> T | None:
    """One of them, or None."""
    return among[pick % len(among)] if among else None


class Life:
    """A hub, its world, and the model beside them."""

    def __init__(self, outside: Outside, url: str, settings: PayoutSettings, build: Build) -> None:
        self.outside = outside
        self.hub = Hub(outside, url, settings, build)
        self.model = Model(outside)
        self.checks = Checks(self.model)
        self.operators = Operators(outside, self.hub, self.model, self.checks)
        self.late: list[Callable[[], Awaitable[None]]] = []
        self.slow = False

    async def begin(self) -> None:
        """The hub opens, with accounts for all shops."""
        await self.hub.start()

        async def ensure() -> None:
            for shop in SHOPS:
                await service.ensure_account(shop, shop, COUNTRIES[shop], "EUR", clock.now())

        await self.hub.command(ensure)
        await self.hub.do(self.hub.work)
        for account_id in self.outside.things("account"):
            accounts.change(self.outside.world, account_id, ready=True)

    @property
    def facts(self) -> Facts:
        """What was seen after the last step."""
        return self.checks.facts

    async def go_on(self, how: str, crash: int) -> None:
        """The process works on, perhaps dies, and everything is looked at."""
        worked = how == "all" and not crash and not self.outside.desk.faults.waiting
        if how in {"events", "all"} and await self.hub.do(self._events, crash):
            await self.hub.restart()
        if how in {"work", "events"}:
            await self.hub.do(self.hub.work, crash)
        if how in {"sweep", "all"}:
            await self.hub.do(self.hub.sweep, crash)
        await self.look(worked=worked)

    async def look(self, *, worked: bool = False) -> None:
        """Whether all holds; `worked`: also what is so only after all jobs have run and nothing went wrong."""
        await self.hub.do(lambda: self.checks.look(worked=worked))

    async def _events(self) -> bool:
        return await self.hub.take_events()

    # Shoppers.

    async def buy(self, draft: Draft, outcome: str, crash: int) -> None:
        """Somebody orders, and pays or does not."""
        order = Order(len(self.model.orders) + 1, draft)
        if not order.total():
            return
        self.model.orders[order.id] = self.hub.till.orders[order.id] = order
        await self._open(order, crash)
        if not order.page:
            return
        if outcome == "late":
            await self.hub.command(service.cancel_payment, order.id, clock.now())
            outcome = "pay"
        match outcome:
            case "decline":
                levers.decline_page(self.outside.world, order.page)
            case "give_up":
                levers.give_up(self.outside.world, order.page)
            case "sofort":
                levers.pay_page(self.outside.world, order.page, method="sofort")
            case _:
                levers.pay_page(self.outside.world, order.page)

    async def _open(self, order: Order, crash: int) -> None:
        """Ask for the payment; who sees no page tries again."""

        async def intend() -> None:
            capture: Any = "manual" if order.manual else "automatic"
            await service.open_payment(
                order.id, order.total(), "Hats", "http://hub.invalid/", clock.now(), capture=capture
            )

        async def start() -> None:
            async with atomic():
                await intend()
            payment = await service.payment_of_order(order.id)
            assert payment is not None
            view = await service.start_payment(self.hub.pay, payment.id, clock.now())
            order.page = view.redirect_url.rpartition("/")[2]

        for attempt in range(4):
            try:
                await self.hub.do(start, 0 if attempt else crash)
            except ProviderError:
                continue
            if order.page:
                return

    # Shops.

    async def accept(self, pick: int, mask: int) -> None:
        """The shops of an order whose money is held have answered: some take it, or none does."""
        held = [each for each in self.facts["payments"] if each["status"] == "authorised"]
        payment = one(held, pick)
        if payment is None:
            return
        order = self.model.orders[UUID(payment["order_id"])]
        taken = [part for place, part in enumerate(order.parts) if mask >> place & 1]
        if not taken:
            await self.hub.command(service.cancel_payment, order.id, clock.now())
            return
        before, order.accepted = order.accepted, taken
        if not order.total() or not await self.hub.command(
            service.capture_payment, order.id, order.total(), clock.now()
        ):
            order.accepted = before

    async def ship(self, pick: int, moment: Any) -> None:
        """A shop hands a parcel over, or it arrives."""
        part = one(self.parts(), pick)
        if part is not None:
            await self.hub.command(service.note_moment, part, moment, clock.now())

    async def release(self, pick: int) -> None:
        """A person lets a shop order's shares go at once."""
        part = one(self.parts(), pick)
        if part is not None:
            await self.hub.command(service.release, part, clock.now())

    # Refunds.

    async def refund(self, pick: int, amount: int, crash: int, *, shipping: bool) -> None:
        """Something of an order goes back: pieces, a sum (which may be more than there is), or the shipping."""
        lines = [(order, line) for order in self.paid() for line in order.lines()]
        found = one(lines, pick)
        if found is None:
            return
        order, line = found
        pieces = 0 if amount else 1
        parts, asked = self._asked(order, line, pieces, amount, shipping=shipping)
        request = service.RefundRequest(
            refund_id=new_id(), order_id=order.id, shop_order_id=line[0], parts=asked, shipping=shipping
        )
        if await self.hub.command(service.refund_part, request, clock.now(), crash=crash):
            self.model.refund(request.refund_id, order, parts, pieces=pieces)

    def _asked(
        self, order: Order, line: LineKey, pieces: int, amount: int, *, shipping: bool
    ) -> tuple[dict[LineKey, int], tuple[service.RefundPart, ...]]:
        parts: dict[LineKey, int] = {}
        asked: tuple[service.RefundPart, ...] = ()
        if line[1] != SHIPPING_LINE:
            asked = (service.RefundPart(line[1], quantity=pieces, amount_minor=0 if pieces else amount),)
            parts[line] = self.model.worth(order, line, pieces) if pieces else amount
        if shipping and (line[0], SHIPPING_LINE) in order.lines():
            parts[line[0], SHIPPING_LINE] = self.model.left(order, (line[0], SHIPPING_LINE))
        return {key: part for key, part in parts.items() if part}, asked

    async def refund_returns(self, pick: int, *, slow: bool) -> None:
        """A shopper's bank sends a refund back."""
        found = one([each for each in self.outside.things("refund").values() if each["status"] != "failed"], pick)
        if found is not None:
            if slow:
                await self._read("refunds", found["id"])
            refunds.fail(self.outside.world, found["id"], "lost_or_stolen_card")

    async def retry_refund(self, pick: int, crash: int) -> None:
        """A person has a failed refund paid again."""
        failed = one([UUID(each["id"]) for each in self.facts["refunds"] if each["status"] == "failed"], pick)
        if failed is not None:
            await self.hub.command(refund_payment.retry_refund, failed, clock.now(), crash=crash)

    # Holds.

    async def hold(self, pick: int, reason: HoldReason) -> None:
        """Something stands in the way of a shop order, or it ends."""
        part = one(self.parts(), pick)
        if part is None:
            return
        if any(each["shop_order_id"] == str(part) and each["reason"] == reason.value for each in self.facts["holds"]):
            await self.hub.command(service.unfreeze, part, reason, "machine", clock.now())
        else:
            hold = Hold(reason=reason, reference="machine", shop_order_id=part)
            await self.hub.command(service.freeze, hold, clock.now())

    async def warn(self, pick: int) -> None:
        """A bank suspects fraud."""
        charge = one(self._charges(), pick)
        if charge is not None:
            banks.warn(self.outside.world, charge["id"])

    async def lift_warning(self, pick: int) -> None:
        """A person has looked."""
        warned = [each["reference"] for each in self.facts["holds"] if each["reason"] == "fraud"]
        warning = one([each for each in warned if each.startswith("issfr")], pick)
        if warning is not None:
            await self.hub.command(disputes.lift_warning, warning, "ada", "looked", clock.now())

    # Disputes.

    async def dispute(self, pick: int, share: int, *, inquiry: bool, reason: str) -> None:
        """A shopper's bank asks about a charge, or takes money of it back."""
        charge = one([each for each in self._charges() if self._undisputed(each["id"])], pick)
        if charge is not None:
            amount = min(max(1, charge["amount_captured"] * share // 100), self._undisputed(charge["id"]))
            banks.open_dispute(self.outside.world, charge["id"], amount, reason, inquiry=inquiry)

    async def escalate(self, pick: int) -> None:
        """An inquiry becomes a chargeback."""
        asked = [each for each in self._at_bank() if each["status"] == "warning_needs_response"]
        found = one(asked, pick)
        if found is not None:
            banks.escalate(self.outside.world, found["id"])

    async def decide(self, pick: int, outcome: Any) -> None:
        """A bank decides."""
        found = one([each for each in self._at_bank() if each["status"] not in DECIDED], pick)
        if found is not None:
            is_inquiry = found["status"].startswith("warning_")
            banks.decide(self.outside.world, found["id"], "warning_closed" if is_inquiry else outcome)

    async def appeal(self, pick: int) -> None:
        """A decision is fought."""
        decided = [each for each in self._at_bank() if each["status"] in {"won", "lost"}]
        fit = [
            each for each in decided if each["status"] == "lost" or each["amount"] <= self._undisputed(each["charge"])
        ]
        found = one([each for each in fit if len(each["balance_transactions"]) < 6], pick)
        if found is not None:
            banks.appeal(self.outside.world, found["id"])

    async def choose(self, pick: int) -> None:
        """A person says which line a dispute is about."""
        row = one([each for each in self.facts["disputes"] if each["funds"] in {"none", "taken"}], pick)
        if row is None:
            return
        order = self.model.orders[UUID(row["order_id"])]
        line = one([each for each in order.lines() if self.model.left(order, each) > 0], pick)
        if line is None:
            return
        amount = min(self.model.left(order, line), self.outside.things("dispute")[row["provider_id"]]["amount"])
        chosen = ChosenLine(str(line[0]), line[1], amount)
        if await self.hub.command(disputes.choose_lines, self.hub.pay, UUID(row["id"]), [chosen], "ada", clock.now()):
            self.model.disputes[row["provider_id"]]["chosen"] = {line: amount}

    # The provider's accounts, payouts and rates.

    async def account(self, pick: int, what: str) -> None:
        """Something becomes of a shop's account."""
        shop = SHOPS[pick % len(SHOPS)]
        known = next((each for each in self.facts["accounts"] if each["shop_id"] == shop), None)
        account_id = None if known is None else known["provider_id"]
        world = self.outside.world
        if account_id is None:
            return
        closed = world.account(account_id)["closed"]
        match what:
            case "restrict" | "ready" if not closed:
                accounts.change(world, account_id, ready=what == "ready")
            case "close":
                accounts.close(world, account_id)
            case "replace":
                await self.hub.command(service.replace_account, shop, clock.now())
            case "debit":
                self.outside.shift(account_id, -100 * (pick % 97))
            case "break":
                levers.break_bank(world, account_id)
            case "resume":
                world.failing_banks.discard(account_id)
                await self.hub.command(service.resume_payouts, shop, clock.now())
            case "interface":
                await self._speak_otherwise()

    async def _speak_otherwise(self) -> None:
        """The hub opens accounts by the provider's other interface from now on; those it has are what they were."""
        settings = self.outside.settings
        other: Literal["v1", "v2"] = "v1" if settings.accounts == "v2" else "v2"
        self.outside.settings = msgspec.structs.replace(settings, accounts=other)
        await self.hub.stop()
        await self.hub.start()

    async def payout_returns(self, pick: int, *, slow: bool) -> None:
        """A bank sends a payout back; when a worker is slow, one that was called paid."""
        if slow:
            self.outside.pass_time(4_000)
        found = one(
            [each for each in self.outside.things("payout").values() if each["status"] in {"in_transit", "paid"}], pick
        )
        if found is not None:
            if slow:
                await self._read("payouts", f"{self.outside.world.owners[found['id']]}/{found['id']}")
            levers.return_payout(self.outside.world, found["id"])

    async def rates(self, pick: int, per_mille: int) -> None:
        """A currency rises or falls."""
        currency = ("GBP", "JPY")[pick % 2]
        levers.move_rate(self.outside.world, currency, self.outside.world.rates[currency] * Decimal(per_mille) / 1000)

    async def top_up(self, amount: int) -> None:
        """The operator lends the hub's balance something."""
        self.outside.shift(PLATFORM, amount, "topup")

    # Observations that come late.

    async def see(self, pick: int) -> None:
        """A worker reads an object and is held up before it writes down what it saw."""
        kinds = [
            (name, each["provider_id"])
            for name in ("payments", "refunds", "payouts", "disputes")
            for each in self.facts[name]
            if each["provider_id"]
        ]
        found = one(kinds, pick)
        if found is not None:
            await self._read(*found)
            self.slow = False

    async def see_newest_refund(self) -> None:
        """A worker reads the newest refund, and is slow."""
        known = [each["provider_id"] for each in self.facts["refunds"] if each["provider_id"]]
        if known:
            await self._read("refunds", known[-1])

    async def _read(self, kind: str, provider_id: str) -> None:
        provider = self.hub.pay.provider
        reads: dict[str, tuple[Any, Any]] = {
            "payments": (provider.get_payment, payments.observe_payment),
            "refunds": (provider.get_refund, refund_payment.observe_refund),
            "payouts": (provider.get_payout, bank_payouts.observe_payout),
            "disputes": (provider.disputes.get_dispute, disputes.observe_dispute),
        }
        read, record = reads[kind]
        try:
            seen = await self.hub.do(lambda: read(provider_id))
        except ProviderError:
            return
        self.late.append(lambda: record(self.hub.pay, seen, clock.now()))
        self.slow = True

    async def write_down(self, crash: int) -> None:
        """The worker that was held up goes on."""
        if self.late:
            await self.hub.do(self.late.pop(0), crash)

    async def write_all_down(self) -> None:
        """Every worker that was held up goes on."""
        self.slow = False
        while self.late:
            await self.write_down(0)

    # What there is.

    def has(self, what: str, **like: str) -> bool:
        """Whether there is any such row."""
        return any(all(each[name] == value for name, value in like.items()) for each in self.facts[what])

    def paid(self) -> list[Order]:
        """Orders whose money was divided."""
        booked = [each for each in self.facts["payments"] if each["booked"] and each["status"] == "paid"]
        return [self.model.orders[UUID(each["order_id"])] for each in booked]

    def parts(self) -> list[UUID]:
        """Their shop orders."""
        return [part for order in self.paid() for part in order.accepted]

    def _charges(self) -> list[dict[str, Any]]:
        return [
            each for each in self.outside.things("charge").values() if each["captured"] and each["balance_transaction"]
        ]

    def _at_bank(self) -> list[dict[str, Any]]:
        return list(self.outside.things("dispute").values())

    def _undisputed(self, charge_id: str) -> int:
        """What of a charge no dispute is about that was not decided for us: no bank asks for it twice."""
        disputed = [each for each in self._at_bank() if each["charge"] == charge_id and each["status"] not in OURS]
        captured = int(self.outside.things("charge")[charge_id]["amount_captured"])
        return captured - sum(int(each["amount"]) for each in disputed)
