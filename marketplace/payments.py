"""What becomes of money, heard from payouts inside the transaction that records it; an exception undoes the recording.

Money that came after an order had ended is refunded in full by payouts itself; ids we do not know are ignored.
"""

from datetime import datetime
from uuid import UUID

from federation.vocabulary.money import Money
from marketplace.orders import acceptance, payment, refunds
from marketplace.settings import HubSettings
from payouts.ports import PayoutChange
from payouts.settings import PayoutSettings


class OrderMoney:
    """The hub's `payouts.ports.PaymentListener`."""

    def __init__(self, settings: HubSettings, payout_settings: PayoutSettings) -> None:
        self._settings = settings
        self._payout_settings = payout_settings

    async def payment_succeeded(self, order_id: UUID, now: datetime) -> None:
        """The money arrived: confirm every held part, or book what of a held payment was taken."""
        await payment.succeeded(order_id, self._payout_settings, self._settings, now)

    async def payment_authorised(self, order_id: UUID, now: datetime) -> None:
        """The whole amount is held: let the boutiques have the order."""
        await acceptance.authorised(order_id, self._settings, now)

    async def payment_settled(self, order_id: UUID, now: datetime) -> None:
        """What each boutique is owed is known in the hub's own currency."""
        await payment.settled(order_id, now)

    async def payment_failed(self, order_id: UUID, reason: str, now: datetime) -> None:
        """The shopper gave up at the provider: the holds stand a while for another try."""
        await payment.failed(order_id, reason, self._settings, now)

    async def refund_changed(self, refund_id: UUID, status: str, now: datetime) -> None:
        """A refund moved."""
        await refunds.refund_changed(refund_id, status, self._settings.public_url, now)

    async def settlement_changed(
        self, shop_order_id: UUID, kind: str, status: str, amount: Money, now: datetime
    ) -> None:
        """What a boutique is owed moved: tell it."""
        del kind
        await payment.settlement_changed(shop_order_id, status, amount, now)

    async def payout_changed(self, change: PayoutChange, now: datetime) -> None:
        """Money reached a boutique's bank: tell it, order by order."""
        await payment.payout_changed(change, now)
