"""Two orders over two boutiques, as both the test and the worker know them, and how the worker's hub books them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from federation.vocabulary.money import Money
from payouts import service
from payouts.domain.split import SaleLine, SaleShare
from payouts.ports import PayoutChange
from payouts.settings import PayoutSettings

ALBA, BRINA = "alba", "brina"
HELD, AT_ONCE = UUID(int=1), UUID(int=2)
"""The first order is held on a card and taken once it is accepted, the second is taken at once."""

SETTINGS = PayoutSettings(payout_interval_seconds=0, stuck_after_seconds=0)


def part_of(order_id: UUID, shop_id: str) -> UUID:
    """A boutique's part of an order."""
    return UUID(int=10 * order_id.int + (ALBA, BRINA).index(shop_id))


def _share(order_id: UUID, shop_id: str, line_id: str, price_minor: int) -> SaleShare:
    line = SaleLine(line_id, 2, Money(price_minor, "EUR"), 1000, 2000)
    return SaleShare(shop_id, part_of(order_id, shop_id), (line,), Money(490, "EUR"))


SHARES: Mapping[UUID, tuple[SaleShare, ...]] = {
    HELD: (_share(HELD, ALBA, "coat", 12_001), _share(HELD, BRINA, "ring", 4_999)),
    AT_ONCE: (_share(AT_ONCE, ALBA, "scarf", 3_503), _share(AT_ONCE, BRINA, "shoes", 8_090)),
}


def total_of(order_id: UUID) -> Money:
    """What the shopper pays."""
    return sum((split.paid for split in service.split_preview(SHARES[order_id])), start=Money(0, "EUR"))


class Bookkeeper:
    """The worker's `PaymentListener`: books what a payment paid for, and needs to hear nothing else."""

    async def payment_succeeded(self, order_id: UUID, now: datetime) -> None:
        payment = await service.payment_of_order(order_id)
        assert payment is not None
        await service.capture_sale(order_id, payment.id, SHARES[order_id], SETTINGS, now)

    async def payment_authorised(self, order_id: UUID, now: datetime) -> None: ...

    async def payment_settled(self, order_id: UUID, now: datetime) -> None: ...

    async def payment_failed(self, order_id: UUID, reason: str, now: datetime) -> None: ...

    async def refund_changed(self, refund_id: UUID, status: str, now: datetime) -> None: ...

    async def settlement_changed(
        self, shop_order_id: UUID, kind: str, status: str, amount: Money, now: datetime
    ) -> None: ...

    async def payout_changed(self, change: PayoutChange, now: datetime) -> None: ...
