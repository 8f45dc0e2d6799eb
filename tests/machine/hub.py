"""One hub's process: the real services on a database, the real adapter, an outbox; it dies on order and starts anew.

What survives a crash is what PostgreSQL and the provider remember, and the orders, which the shop pages would keep.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import msgspec

from federation.node import claims, clock
from federation.node.database import atomic, using
from federation.node.outbox import Outbox
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.stripe.provider import StripeProvider
from payouts.ports import PaymentProvider, PayoutChange
from payouts.service.bank_payouts import run_payouts
from payouts.service.context import Payments
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.events import receive_event
from payouts.service.papers import close_periods
from payouts.service.reconciling import reconcile
from payouts.service.releasing import sweep_releases
from payouts.service.sweeps import sweep_blocked, sweep_payments, sweep_submitting
from payouts.settings import PayoutSettings
from payouts.tasks import payments_handlers
from tests.machine.crashing import Crash, CrashingDatabase, Ticks
from tests.machine.office import Office
from tests.machine.orders import Order
from tests.machine.outside import DeskClient, Outside

T = TypeVar("T")
Sweep = Callable[[Payments, datetime], Awaitable[object]]

LEASE = timedelta(seconds=60)
RESTART_SECONDS = 70
"""How long until a new process is there: what the old one had in hand is free again by then."""

HANDLER_SECONDS = 30
QUEUE = "money"
SWEEPS: dict[str, Sweep] = {
    "payments": sweep_payments,
    "events": service.list_missed,
    "disputes": sweep_disputes,
    "releases": sweep_releases,
    "submitting": sweep_submitting,
    "blocked": sweep_blocked,
    "payouts": run_payouts,
    "balance": reconcile,
    "papers": close_periods,
}


class Till:
    """The shop pages' side: it books a paid order's shares in the transaction that says it is paid."""

    def __init__(self, settings: PayoutSettings) -> None:
        self.settings = settings
        self.orders: dict[UUID, Order] = {}

    async def payment_succeeded(self, order_id: UUID, now: datetime) -> None:
        payment = await service.payment_of_order(order_id)
        order = self.orders[order_id]
        assert payment is not None
        await service.capture_sale(order_id, payment.id, order.shares(), self.settings, now)

    async def payment_authorised(self, order_id: UUID, now: datetime) -> None: ...
    async def payment_settled(self, order_id: UUID, now: datetime) -> None: ...
    async def payment_failed(self, order_id: UUID, reason: str, now: datetime) -> None: ...
    async def refund_changed(self, refund_id: UUID, status: str, now: datetime) -> None: ...
    async def settlement_changed(
        self, shop_order_id: UUID, kind: str, status: str, amount: Money, now: datetime
    ) -> None: ...
    async def payout_changed(self, change: PayoutChange, now: datetime) -> None: ...


def stripe_provider(outside: Outside) -> PaymentProvider:
    """The real adapter for Stripe."""
    return StripeProvider(outside.settings, DeskClient(outside))


class Build(msgspec.Struct, frozen=True):
    """How a hub's process is put together; each mutant of the tests puts one part together otherwise."""

    provider: Callable[[Outside], PaymentProvider] = stripe_provider
    database: Callable[[Ticks], CrashingDatabase] = CrashingDatabase
    sweeps: tuple[str, ...] = tuple(SWEEPS)


class Hub:
    """The process, and whoever starts it again."""

    def __init__(self, outside: Outside, url: str, settings: PayoutSettings, build: Build) -> None:
        self.outside = outside
        self.url = url
        self.build = build
        self.till = Till(settings)
        self.settings = settings
        self.crashes = 0

    async def start(self) -> None:
        """A new process, with nothing in its memory."""
        self.database = self.build.database(self.outside.ticks)
        await self.database.start(self.url, pool_max=2)
        self.pay = Payments(self.build.provider(self.outside), self.till, self.settings, Office())
        self.outbox = Outbox(payments_handlers(self.pay))

    async def stop(self) -> None:
        """No process any more."""
        await self.database.stop()

    async def restart(self) -> None:
        """After a crash: the leases of what was in hand run out, and a new process begins."""
        self.crashes += 1
        self.outside.ticks.arm(0)
        await self.stop()
        self.outside.pass_time(RESTART_SECONDS)
        await self.start()

    async def do(self, act: Callable[[], Awaitable[T]], crash: int = 0) -> T | None:
        """Do something in the process; it dies at the `crash`th commit or deed of the provider. None when it did.

        Refusals go to the caller.
        """
        self.outside.ticks.arm(crash)
        try:
            with using(self.database):
                return await act()
        except Crash:
            await self.restart()
            return None
        finally:
            self.outside.ticks.arm(0)

    async def command(self, act: Callable[..., Awaitable[object]], *told: object, crash: int = 0) -> bool:
        """Somebody decides something, in one transaction; whether it was taken.

        Who gets no answer asks again, and may be told that it is done.
        """

        async def once() -> None:
            async with atomic():
                await act(*told)

        died_before = self.crashes
        try:
            await self.do(once, crash)
        except GalleriaError:
            return False
        if self.crashes > died_before:
            with contextlib.suppress(GalleriaError):
                await self.do(once)
        return True

    async def work(self) -> None:
        """Deliver what the outbox holds, one message at a time, until nothing is due."""
        loop = asyncio.get_running_loop()
        while found := await claims.claim(QUEUE, clock.now(), LEASE, after="", most=1):
            await self.outbox.deliver(found[0], loop.time() + HANDLER_SECONDS, clock.now)

    async def sweep(self, names: Collection[str] = tuple(SWEEPS)) -> None:
        """Run regular jobs, and what they caused; one that fails is run again another time."""
        for name in self.build.sweeps:
            if name in names:
                with contextlib.suppress(GalleriaError):
                    await SWEEPS[name](self.pay, clock.now())
        await self.work()

    async def take_events(self) -> bool:
        """Have the provider bring what waits; a process that died on the way took nothing more. Whether one died."""
        died = False

        async def take(_url: str, headers: Mapping[str, str], body: bytes) -> bool:
            nonlocal died
            if died:
                return False
            try:
                async with atomic():
                    await receive_event(self.pay, headers, body, clock.now())
            except Crash:
                died = True
                return False
            return True

        await self.outside.postman.deliver(take)
        return died
