"""Booking a paid order: its shares are divided, frozen and held under the release rule of the day.

What was paid in the hub's own currency is settled with that; anything else once the provider has exchanged it
(`payouts.service.exchanging`). A share is released (`payouts.service.releasing`) only when it is settled, and what a
bank doubted before it was divided is held up from the start.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import postings
from payouts.domain.hold import Hold, HoldReason
from payouts.domain.payment import PaymentStatus
from payouts.domain.records import LineRecord, PaymentRecord, SettlementRecord, text_of
from payouts.domain.settlement import SettlementKind
from payouts.domain.split import SaleShare, ShareSplit, promotions, split_preview
from payouts.errors import AmountInvalidError, IllegalMoveError, PaymentMissingError
from payouts.service import messages
from payouts.service.releasing import freeze
from payouts.settings import PayoutSettings
from payouts.store import disputes, ledger, rows

SHIPPING_LINE = "shipping"
"""The line id under which a share's shipping can be refunded."""


async def capture_sale(
    order_id: UUID,
    payment_id: UUID,
    shares: Sequence[SaleShare],
    settings: PayoutSettings,
    now: datetime,
    *,
    coupon_minor: int = 0,
) -> tuple[ShareSplit, ...]:
    """Divide a paid order among its shops and hold their parts; the same answer when called again.

    In the caller's transaction. Raises AmountInvalidError when the shares do not come to what was paid,
    IllegalMoveError when the payment has not succeeded, LedgerConflictError when it was divided otherwise before.
    """
    payment = await rows.payments.get(payment_id, lock=True)
    if payment is None or payment.order_id != order_id:
        raise PaymentMissingError(sentence("there is no payment %(id)s for this order", id=payment_id))
    if payment.status is not PaymentStatus.PAID:
        raise IllegalMoveError(
            sentence("the payment is %(state)s, only a paid one can be divided", state=payment.status.value)
        )
    splits = split_preview(shares, coupon_minor)
    total = sum((split.paid for split in splits), start=Money(0, payment.currency))
    if total != payment.received:
        raise AmountInvalidError(
            sentence("the shares come to %(total)s, %(received)s was paid", total=total, received=payment.received)
        )
    await ledger.post(postings.capture(payment.id, order_id, splits, settings.books), now)
    if payment.captured_at is None:
        booked = msgspec.structs.replace(payment, captured_at=now, updated_at=now, vat_country=settings.vat_country)
        await rows.payments.save(settled_as_received(booked, settings, now))
        at_once = payment.currency == settings.settlement_currency
        records = [line for split in splits for line in _line_records(order_id, split)]
        await rows.lines.add(
            *(msgspec.structs.replace(one, settled=text_of(one.components)) if at_once else one for one in records)
        )
        for split, promotion in zip(splits, promotions(splits), strict=True):
            await rows.settlements.add(*_settlements(payment, _Owed(split, promotion), settings, now))
        await _hold_up_doubted(payment, [split.shop_order_id for split in splits], now)
        await messages.send("pay.refresh", payment.id, "captured", now)
    return splits


async def _hold_up_doubted(payment: PaymentRecord, shop_order_ids: Sequence[UUID], now: datetime) -> None:
    """Hold up what is now owed for what a bank warned or asked about before there was anything to hold."""
    warned = [(HoldReason.FRAUD, warning.id) for warning in await disputes.warnings_of_payment(payment.id)]
    asked = [(HoldReason.DISPUTE, str(dispute.id)) for dispute in await disputes.undecided_of_payment(payment.id)]
    for reason, reference in warned + asked:
        for shop_order_id in shop_order_ids:
            await freeze(Hold(reason=reason, reference=reference, shop_order_id=shop_order_id), now)


def settled_as_received(payment: PaymentRecord, settings: PayoutSettings, now: datetime) -> PaymentRecord:
    """The payment, settled at once when it came in the hub's own currency."""
    received = payment.received
    if received.currency != settings.settlement_currency:
        return payment
    return msgspec.structs.replace(
        payment, settled_minor=received.amount_minor, settled_currency=received.currency, settled_at=now
    )


def _line_records(order_id: UUID, split: ShareSplit) -> Iterator[LineRecord]:
    for line in split.lines:
        yield LineRecord(
            order_id=order_id,
            shop_order_id=split.shop_order_id,
            shop_id=split.shop_id,
            currency=split.currency,
            **msgspec.structs.asdict(line),
        )
    if split.shipping:
        yield LineRecord(
            order_id=order_id,
            shop_order_id=split.shop_order_id,
            shop_id=split.shop_id,
            line_id=SHIPPING_LINE,
            quantity=1,
            currency=split.currency,
            base=split.shipping,
            coupon=0,
            paid=split.shipping,
            commission=0,
            vat=0,
            referral=0,
            referrer="",
            seller=split.shipping,
            commission_bp=0,
            vat_bp=0,
        )


class _Owed(NamedTuple):
    """A share, and what of its goods the hub sends out of its own balance."""

    split: ShareSplit
    promotion: int


def _settlements(
    payment: PaymentRecord, share: _Owed, settings: PayoutSettings, now: datetime
) -> Iterator[SettlementRecord]:
    split = share.split
    owed = {
        (SettlementKind.SALE, split.shop_id): split.seller.amount_minor - share.promotion,
        (SettlementKind.PROMOTION, split.shop_id): share.promotion,
        (SettlementKind.SHIPPING, split.shop_id): split.shipping,
    }
    for line in split.lines:
        key = (SettlementKind.REFERRAL, line.referrer)
        owed[key] = owed.get(key, 0) + line.referral
    for (kind, shop_id), amount_minor in owed.items():
        if amount_minor:
            yield SettlementRecord(
                id=new_id(),
                order_id=payment.order_id,
                payment_id=payment.id,
                shop_order_id=split.shop_order_id,
                shop_id=shop_id,
                kind=kind,
                currency=split.currency,
                amount_minor=amount_minor,
                bears_fee=split.bears_fee and kind is SettlementKind.SALE,
                release_after=settings.release_after,
                release_window_days=settings.release_window_days,
                created_at=now,
                updated_at=now,
            )
