"""A hub's money through random days: sales, releases, refunds, payouts, and things that break, from a seed.

After every step the invariants hold; when all is quiet again every shop has exactly what a plain sum says.
"""

import random
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.adapters.memory import Fault
from payouts.errors import InsufficientBalanceError, ProviderBusyError, ProviderUnavailableError, RefundRefusedError
from payouts.service import RefundPart, RefundRequest, SaleLine, SaleShare, ShareSplit
from payouts.service.bank_payouts import run_payouts
from tests.payouts.scene import CrashError, MemoryScene, provider_id
from tests.payouts.worked_example import A, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

STEPS = 24
CALLS = ("transfer", "refund", "reverse_transfer", "payout", "get_account", "get_payment")
FAILURES = (CrashError(), ProviderUnavailableError("lost"), ProviderBusyError("busy"))


class Days:
    """The simulation: a scene, its dice, and the plain sums of what each shop should have in the end."""

    def __init__(self, scene: MemoryScene, seed: int) -> None:
        self.scene = scene
        self.dice = random.Random(seed)  # noqa: S311 - reproducible days
        self.orders: list[tuple[UUID, ShareSplit]] = []
        self.expected: dict[str, int] = {A: 0, B: 0, C: 0}
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
        act = self.dice.choice([self.buy, self.buy, self.release, self.release, self.refund, self.refund, self.pay_out])
        await act()
        if self.dice.random() < 0.3:
            await self.tidy()

    async def buy(self) -> None:
        """Somebody buys one to three pieces of one shop."""
        order, part, shop = new_id(), new_id(), self.dice.choice([A, B, C])
        line = SaleLine("line", self.dice.randint(1, 3), euro(self.dice.randint(500, 20_000)), 1000, 2000)
        share = SaleShare(shop, part, (line,), euro(self.dice.choice([0, 490])))
        total = service.split_preview([share])[0].paid
        self.scene.listener.books = False
        payment = await self.scene.ask(order_id=order, amount=total)
        self.scene.provider.pay(provider_id(payment))
        self.scene.provider.faults = [each for each in self.scene.provider.faults if each.call != "get_payment"]
        await self.scene.hear()
        async with atomic():
            splits = await service.capture_sale(order, payment.id, [share], self.scene.pay.settings, clock.now())
        self.orders.append((order, splits[0]))
        self.expected[shop] += splits[0].seller.amount_minor + splits[0].shipping

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
            view = await self.scene.refund(request)
        except RefundRefusedError:
            return
        self.expected[split.shop_id] -= view.seller_part.amount_minor

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
        for _, split in self.orders:
            await self.scene.release(split.shop_order_id)
        for _ in range(4):
            await self.tidy()
            await self.scene.hear()


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_random_days_end_in_exact_books(scene: MemoryScene, seed: int) -> None:
    """Whatever happened and broke, each shop ends with its due to the cent, and what it could not give back it owes."""
    days = Days(scene, seed)
    await scene.open_accounts()
    for _ in range(STEPS):
        await days.step()
        await scene.check(quiet=False)
    await days.rest()
    await scene.check()
    for shop, expected in days.expected.items():
        money = [each for each in await service.shop_money(shop) if each.currency == "EUR"]
        has = sum(each.sent.amount_minor - each.owed_back.amount_minor for each in money)
        assert has == expected, shop
        assert all(not each.held and not each.releasable and not each.in_transfer for each in money)
