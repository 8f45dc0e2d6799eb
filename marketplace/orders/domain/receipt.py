"""What a shopper bought of one boutique, what it cost and what came back, as a receipt says it. Pure.

Invariants: made from what was frozen at the sale, never from today's prices, rates or profiles; goods - voucher -
coupon + shipping = paid, for each line and in all; the receipts of an order come to what was charged, to the cent.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.money import Money, zero
from marketplace.orders.domain.refund_words import RefundShown, still_owed, together
from marketplace.orders.domain.values import Line, Order, Part, Seller, part_total
from payouts.domain.amounts import allocate
from payouts.domain.vat import included


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one variant: what they cost, what was taken off by whom, and what was paid for them.

    `vat_bp` is the rate of the VAT inside, None where nobody said.
    """

    title: str
    size_label: str
    colour: str
    sku: str
    quantity: int
    unit_price: Money
    goods: Money
    voucher: Money
    coupon: Money
    paid: Money
    vat_bp: int | None


class VatInside(msgspec.Struct, frozen=True):
    """The VAT of one rate (basis points) inside `paid`."""

    rate_bp: int
    paid: Money
    vat: Money


class PaymentShown(msgspec.Struct, frozen=True, kw_only=True):
    """The payment that a receipt's sum was part of."""

    id: UUID
    total: Money
    taken_at: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part of a paid order. `seller` is None for what was sold before its words were kept.

    `vat` is empty and `vat_known` false when the VAT inside some piece is not known; `rate_words` says by which rates
    the boutique's own prices were converted, empty when they were not. `by_bank` is what the shopper's bank gave back
    of it, beside what it paid for refunds.
    """

    shop_order_id: UUID
    number: str
    order_number: str
    shop_id: str
    seller: Seller | None
    buyer: Address
    email: str
    sold_at: datetime
    payment: PaymentShown
    lines: tuple[ReceiptLine, ...]
    goods: Money
    voucher: Money
    voucher_code: str
    coupon: Money
    coupon_code: str
    shipping: Money
    paid: Money
    vat: tuple[VatInside, ...]
    vat_known: bool
    refunds: tuple[RefundShown, ...]
    rate_words: str
    by_bank: Money

    @property
    def came_back(self) -> Money:
        """What has left for the shopper's account, or was given to them by their bank."""
        currency = self.paid.currency
        return together(self.refunds, currency) - still_owed(self.refunds, currency) + self.by_bank


def receipt_of(
    order: Order,
    part: Part,
    lines: Sequence[Line],
    payment: PaymentShown,
    refunds: Sequence[RefundShown],
    *,
    rate_words: str = "",
    by_bank: Money | None = None,
) -> Receipt:
    """The receipt of a part that was charged; `lines` and `refunds` are its own."""
    currency = order.currency
    coupon_minor = sum(line.coupon_minor for line in lines)
    vat = vat_inside(lines, part.shipping_minor, currency)
    return Receipt(
        shop_order_id=part.id,
        number=part.number,
        order_number=order.number,
        shop_id=part.shop_id,
        seller=part.seller,
        buyer=order.address,
        email=order.email,
        sold_at=order.created_at,
        payment=payment,
        lines=tuple(_line(line, currency) for line in lines),
        goods=Money(sum(line.goods_minor for line in lines), currency),
        voucher=Money(sum(line.voucher_minor for line in lines), currency),
        voucher_code=part.voucher,
        coupon=Money(coupon_minor, currency),
        coupon_code=order.coupon.code if order.coupon is not None and coupon_minor else "",
        shipping=Money(part.shipping_minor, currency),
        paid=Money(part_total(part, lines), currency),
        vat=vat or (),
        vat_known=vat is not None,
        refunds=tuple(refunds),
        rate_words=rate_words,
        by_bank=by_bank or zero(currency),
    )


def by_clocks_of(zone: tzinfo, receipt: Receipt) -> Receipt:
    """The same receipt, its days those of a zone."""
    return msgspec.structs.replace(
        receipt,
        sold_at=receipt.sold_at.astimezone(zone),
        payment=msgspec.structs.replace(receipt.payment, taken_at=receipt.payment.taken_at.astimezone(zone)),
        refunds=tuple(
            msgspec.structs.replace(
                one, asked_at=one.asked_at.astimezone(zone), changed_at=one.changed_at.astimezone(zone)
            )
            for one in receipt.refunds
        ),
    )


def _line(line: Line, currency: str) -> ReceiptLine:
    return ReceiptLine(
        title=line.title,
        size_label=line.size_label,
        colour=line.colour,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=Money(line.unit_minor, currency),
        goods=Money(line.goods_minor, currency),
        voucher=Money(line.voucher_minor, currency),
        coupon=Money(line.coupon_minor, currency),
        paid=Money(line.total_minor, currency),
        vat_bp=line.inside_vat_bp,
    )


def vat_inside(lines: Sequence[Line], shipping_minor: int, currency: str) -> tuple[VatInside, ...] | None:
    """The VAT inside what was paid, rate by rate, each line rounded by itself; None when one line's is not known.

    A parcel is taxed as what is in it (an accessory to the supply): it is divided by what was paid for the lines.
    """
    if not lines or any(line.inside_vat_bp is None for line in lines):
        return None
    weights = [line.total_minor for line in lines]
    parcels = allocate(shipping_minor, weights if any(weights) else [1] * len(lines))
    paid: dict[int, int] = {}
    vat: dict[int, int] = {}
    parcel_paid: dict[int, int] = {}
    for line, parcel_minor in zip(lines, parcels, strict=True):
        rate_bp = line.inside_vat_bp or 0
        paid[rate_bp] = paid.get(rate_bp, 0) + line.total_minor + parcel_minor
        vat[rate_bp] = vat.get(rate_bp, 0) + included(line.total_minor, rate_bp)
        parcel_paid[rate_bp] = parcel_paid.get(rate_bp, 0) + parcel_minor
    return tuple(
        VatInside(rate, Money(paid[rate], currency), Money(vat[rate] + included(parcel_paid[rate], rate), currency))
        for rate in sorted(paid, reverse=True)
    )
