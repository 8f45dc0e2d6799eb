"""A hub's money through random days, from a seed: sales, releases, refunds, payouts, and things that break.

Shoppers pay in several currencies, whose rates move; what a payment came to may be known only later. After every step
the invariants hold; when all is quiet again every shop has exactly what a plain sum says.
"""

import random
from decimal import Decimal
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault
from payouts.domain.settling import settled_back
from payouts.errors import InsufficientBalanceError, ProviderBusyError, ProviderUnavailableError, RefundRefusedError
from payouts.service import RefundPart, RefundRequest, SaleLine, SaleShare, ShareSplit
from payouts.service.bank_payouts import run_payouts
from tests.payouts.scene import CrashError, MemoryScene, provider_id
from tests.payouts.worked_example import A, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

STEPS = 24
FLOAT = Money(100_000, "EUR")
"""The hub's own money, lent for the last day: rates may have moved against it."""

CALLS = ("transfer", "refund", "reverse_transfer", "payout", "get_account", "get_payment")
PAID_IN = ("EUR", "EUR", "GBP", "USD", "JPY")
FAILURES = (CrashError(), ProviderUnavailableError("lost"), ProviderBusyError("busy"))


class Days:
    """The simulation: a scene, its dice, the orders, and the payments whose exchange is not known yet."""

    def __init__(self, scene: MemoryScene, seed: int) -> None:
        self.scene = scene
        self.dice = random.Random(seed)  # noqa: S311 - reproducible days
        self.orders: list[tuple[UUID, ShareSplit]] = []
        self.unsettled: list[str] = []
        self.later_seconds = 0

    async def step(self) -> None:
        """One thing happens, perhaps while something is broken."""
        if self.dice.random() < 0.4:
            when = self.dice.choice(["before", "after"])
            fault = Fault(self.dice.choice(CALLS), self.dice.choice(FAILURES), when)  # type: ignore[arg-type]
            self.scene.provider.faults.append(fault)
        if self.dice.random() < 0.1:
            call = self.dice.choice(["transfer", "reverse_transfer"])
            self.scene.provider.faults.append(Fault(call, InsufficientBalanceError("no funds")))
        sale = [self.buy, self.buy, self.release, self.release, self.refund, self.refund]
        await self.dice.choice([*sale, self.pay_out, self.exchange])()
        if self.dice.random() < 0.3:
            await self.tidy()

    async def buy(self) -> None:
        """Somebody buys one to three pieces of one shop; what the payment comes to may be known only later."""
        order, part, shop = new_id(), new_id(), self.dice.choice([A, B, C])
        currency = self.dice.choice(PAID_IN)
        price = Money(self.dice.randint(500, 20_000), currency)
        line = SaleLine("line", self.dice.randint(1, 3), price, 1000, 2000)
        share = SaleShare(shop, part, (line,), Money(self.dice.choice([0, 490]), currency))
        total = service.split_preview([share])[0].paid
        self.scene.listener.books = False
        payment = await self.scene.ask(order_id=order, amount=total)
        self.scene.provider.settles_late = self.dice.random() < 0.4
        self.scene.provider.pay(provider_id(payment))
        if self.scene.provider.settles_late:
            self.unsettled.append(provider_id(payment))
        self.scene.provider.faults = [each for each in self.scene.provider.faults if each.call != "get_payment"]
        await self.scene.hear()
        async with atomic():
            splits = await service.capture_sale(order, payment.id, [share], self.scene.pay.settings, clock.now())
        self.orders.append((order, splits[0]))

    async def exchange(self) -> None:
        """The rates move, and the provider says what an earlier payment came to."""
        rates = self.scene.provider.rates
        for currency in ("GBP", "USD", "JPY"):
            rates[currency] = rates[currency] * Decimal(self.dice.randint(960, 1_040)) / 1000
        if self.unsettled:
            self.scene.provider.settle(self.unsettled.pop(self.dice.randrange(len(self.unsettled))))
            await self.scene.hear()

    async def release(self) -> None:
        """One of the orders is shipped."""
        if self.orders:
            await self.scene.release(self.dice.choice(self.orders)[1].shop_order_id)

    async def refund(self) -> None:
        """Something of one of the orders goes back, perhaps more than there is."""
        if not self.orders:
            return
        order, split = self.dice.choice(self.orders)
        by_piece = RefundPart("line", quantity=1)
        part = by_piece if self.dice.random() < 0.5 else RefundPart("line", amount_minor=self.dice.randint(100, 9_000))
        request = RefundRequest(
            refund_id=new_id(),
            order_id=order,
            shop_order_id=split.shop_order_id,
            parts=(part,),
            shipping=self.dice.random() < 0.2,
        )
        try:
            await self.scene.refund(request)
        except RefundRefusedError:
            return

    async def pay_out(self) -> None:
        """The payouts' sweep runs."""
        try:
            await run_payouts(self.scene.pay, clock.now())
        except CrashError:
            return

    async def tidy(self) -> None:
        """Time passes and the sweeps run; banks take what was sent."""
        try:
            await self.scene.sweep(later_seconds=self.wait())
        except CrashError:
            return
        for payout_id, payout in list(self.scene.provider.payouts.items()):
            if payout.status == "in_transit":
                self.scene.provider.arrive(payout_id)

    def wait(self) -> int:
        """Seconds from now, further with every call."""
        self.later_seconds += 400
        return self.later_seconds

    async def rest(self) -> None:
        """Everything breaks no more, all orders are shipped, and the sweeps finish."""
        self.scene.provider.faults.clear()
        self.scene.provider.take_from_platform(-FLOAT)
        for payment_id in self.unsettled:
            self.scene.provider.settle(payment_id)
        await self.scene.hear()
        for _, split in self.orders:
            await self.scene.release(split.shop_order_id)
        for _ in range(4):
            await self.tidy()
            await self.scene.hear()

    async def expected(self) -> dict[str, int]:
        """What each shop should have of all orders: what its lines were settled at, less what went back of them."""
        sums = {A: 0, B: 0, C: 0}
        for order, split in self.orders:
            for line in await service.lines_of_order(order):
                whole = line.settled_components
                assert whole is not None
                foreign = whole != line.components
                back = settled_back(whole, line.refunded_minor, line.paid) if foreign else line.given_back
                sums[split.shop_id] += whole.seller - back.seller
        return sums


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_random_days_end_in_exact_books(scene: MemoryScene, seed: int) -> None:
    """Whatever happened and broke, each shop ends with its due to the cent, and what it could not give back it owes."""
    days = Days(scene, seed)
    await scene.open_accounts()
    for _ in range(STEPS):
        await days.step()
        await scene.check(quiet=False)
    await days.rest()
    scene.provider.take_from_platform(FLOAT)
    await scene.check()
    for shop, expected in (await days.expected()).items():
        money = await service.shop_money(shop)
        has = sum(each.sent.amount_minor - each.owed_back.amount_minor for each in money if each.currency == "EUR")
        assert has == expected, shop
        assert all(not each.held and not each.releasable and not each.in_transfer for each in money)
    for currency in ("GBP", "USD", "JPY"):
        assert await scene.balances(currency) == {}
    assert "fx" not in await scene.balances()
