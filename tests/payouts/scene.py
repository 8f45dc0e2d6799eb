"""A hub's money in a test: a provider in memory, a listener that books like the hub does, and hands to move time on."""

from datetime import datetime, timedelta
from uuid import UUID

from federation.node import clock
from federation.node.database import atomic, fetch_value
from federation.node.outbox import Outbox
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.invariants import breaches, differences
from payouts.ports import PaymentProvider, PayoutChange
from payouts.service.context import Payments
from payouts.service.payments import PaymentView
from payouts.service.releasing import sweep_releases
from payouts.service.sweeps import sweep_blocked, sweep_payments, sweep_submitting
from payouts.settings import PayoutSettings
from payouts.tasks import payments_handlers
from tests.payouts.worked_example import COUPON_MINOR, ORDER, SHARES, TOTAL, A, B, C

RETURN_URL = "http://hub.invalid/order/token"


class CrashError(Exception):
    """The process died here: nothing of ours may depend on what comes after."""


class HubListener:
    """Books a paid order's shares, as the hub does, and remembers what it heard."""

    def __init__(self) -> None:
        self.settings = PayoutSettings()
        self.heard: list[tuple[str, ...]] = []
        self.payouts: list[PayoutChange] = []
        self.books = True
        self.shares: tuple[service.SaleShare, ...] = SHARES
        self.coupon_minor = COUPON_MINOR

    async def payment_succeeded(self, order_id: UUID, now: datetime) -> None:
        self.heard.append(("paid", str(order_id)))
        payment = await service.payment_of_order(order_id)
        assert payment is not None
        if self.books:
            await service.capture_sale(
                order_id, payment.id, self.shares, self.settings, now, coupon_minor=self.coupon_minor
            )

    async def payment_authorised(self, order_id: UUID, now: datetime) -> None:
        del now
        self.heard.append(("authorised", str(order_id)))

    async def payment_settled(self, order_id: UUID, now: datetime) -> None:
        del now
        self.heard.append(("settled", str(order_id)))

    async def payment_failed(self, order_id: UUID, reason: str, now: datetime) -> None:
        del order_id, now
        self.heard.append(("failed", reason))

    async def refund_changed(self, refund_id: UUID, status: str, now: datetime) -> None:
        del now
        self.heard.append(("refund", str(refund_id), status))

    async def settlement_changed(
        self, shop_order_id: UUID, kind: str, status: str, amount: Money, now: datetime
    ) -> None:
        del now
        self.heard.append(("settlement", str(shop_order_id.int), kind, status, str(amount.amount_minor)))

    async def payout_changed(self, change: PayoutChange, now: datetime) -> None:
        del now
        self.payouts.append(change)
        self.heard.append(("payout", change.shop_id, change.status))


class Scene:
    """One hub with its provider. `now` is the hub's time in calls that take one."""

    def __init__(self, provider: PaymentProvider, settings: PayoutSettings | None = None) -> None:
        self.now = clock.now()
        self.listener = HubListener()
        self.pay = Payments(provider, self.listener, settings or PayoutSettings(payout_interval_seconds=0))
        self.outbox = Outbox(payments_handlers(self.pay))

    async def drain(self, later_seconds: int = 0) -> None:
        """Deliver what the outbox holds, as a worker would `later_seconds` from now, until nothing is due."""
        when = clock.now() + timedelta(seconds=later_seconds)
        for _ in range(20):
            if not await self.outbox.drain("money", when):
                return
        raise AssertionError("the outbox never came to rest")

    async def sweep(self, later_seconds: int = 120) -> None:
        """Run the sweeps as if some time had passed, and what they caused."""
        when = clock.now() + timedelta(seconds=later_seconds)
        await sweep_payments(self.pay, when)
        await sweep_releases(self.pay, when)
        await sweep_submitting(self.pay, when)
        await sweep_blocked(self.pay, when)
        await self.drain(later_seconds)

    async def open_accounts(self) -> None:
        """Accounts for the three shops of the worked example."""
        async with atomic():
            for shop_id in (A, B, C):
                await service.ensure_account(shop_id, f"Shop {shop_id}", "FR", "EUR", self.now)
        await self.drain()

    async def ask(self, order_id: UUID = ORDER, amount: Money = TOTAL) -> PaymentView:
        """A payment of the order, started at the provider."""
        async with atomic():
            payment = await service.open_payment(order_id, amount, "Three boutiques", RETURN_URL, self.now)
        return await service.start_payment(self.pay, payment.id, self.now)

    async def release(self, *parts: UUID) -> None:
        """Release shop orders and send what they are owed."""
        async with atomic():
            for part in parts:
                await service.release(part, self.now)
        await self.drain()

    async def refund(self, request: service.RefundRequest) -> service.RefundView:
        """Decide a refund and have it paid and clawed back."""
        async with atomic():
            view = await service.refund_part(request, self.now)
        await self.drain()
        found = await service.refund_by_id(view.id)
        assert found is not None
        return found

    async def balances(self, currency: str = "EUR") -> dict[str, int]:
        """The trial balance in a currency, without accounts at zero."""
        books = await service.trial_balance()
        return {code: amount for code, amount in books.get(currency, {}).items() if amount}

    async def check(self, *, quiet: bool = True) -> None:
        """Every invariant holds; when nothing is under way the books also match the provider's balance."""
        assert await breaches(clock.now()) == []
        assert all(total == 0 for total in (await service.trial_balance_totals()).values())
        if quiet:
            assert await differences(self.pay) == []
            assert await fetch_value("SELECT count(*) FROM node_outbox WHERE state = 'dead'") == 0


class MemoryScene(Scene):
    """A scene whose provider is the one in memory."""

    def __init__(self, provider: MemoryProvider, settings: PayoutSettings | None = None) -> None:
        super().__init__(provider, settings)
        self.provider = provider

    async def hear(self) -> None:
        """Deliver every event of the provider that was not delivered yet, through the listing sweep."""
        self.provider.tick()
        await service.list_missed(self.pay, clock.now())
        await self.drain()

    async def buy(self) -> PaymentView:
        """The worked example paid and booked, its money available."""
        await self.open_accounts()
        payment = await self.ask()
        self.provider.pay(provider_id(payment))
        await self.hear()
        await self.drain()
        return payment


def provider_id(payment: PaymentView) -> str:
    """What the provider calls the payment: the end of its page's address."""
    return payment.redirect_url.rsplit("/", 1)[1]
