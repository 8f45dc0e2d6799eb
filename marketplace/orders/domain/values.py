"""Orders as values: what stores read and services decide on.

Amounts are minor units of the order's currency, which is the shopper's; those called `list_` are of the boutique's own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.conversations.order import CancellationState
from federation.vocabulary.money import Money
from marketplace.coupons.domain.coupons import CouponTerms
from marketplace.currencies.domain.exchange import Exchange, Quote
from marketplace.orders.domain.order_life import OrderState
from marketplace.orders.domain.refunds import Refundable
from marketplace.orders.domain.shop_order_life import UNSOLD, ShopOrderState


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One checkout. `due_at` is when the sweep ends it if nothing happens; `asked_at` when its holds were asked for.

    `quote` holds the rates promised to the shopper; None when no price had to be converted. `language` is the one the
    shopper read, in which mails are written. `paid_at` is when the shopper paid or had the money held, of which only
    that for the parts in `charged` is taken, once they are decided (None: for everything sold).
    """

    id: UUID
    hub_id: str
    token: str
    number: str
    state: OrderState
    currency: str
    language: str
    email: str
    note: str
    address: Address
    total_minor: int
    paid_minor: int
    payment_id: UUID | None
    redirect_url: str
    quote: Quote | None
    asked_at: datetime | None
    created_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    coupon: CouponTerms | None = None
    charged: tuple[UUID, ...] | None = None


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """Who sold a part, as the boutique's own profile said on the day; texts it did not give are empty."""

    name: str
    country: str
    town: str = ""
    legal_name: str = ""
    address: str = ""
    vat_id: str = ""
    email: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part.

    `placed_at` is set once the boutique is known to have the signed order; `cancellation` is where the hub's wish to
    cancel stands. Until `answer_by` the boutique may take the order or not, until `extended_until` if the operator
    gave it longer; it was reminded at `reminded_at`. With
    `bears_fee` the boutique bears its part of what the payment provider keeps, as the hub's settings were at the sale.
    `seller` is who sells it, None for parts that were sold before this was kept; `voucher` the code of its own voucher
    that was used, empty without one. `first_reservation_id` is the first hold of the pieces, once they are held anew.
    """

    id: UUID
    order_id: UUID
    position: int
    shop_id: str
    number: str
    state: ShopOrderState
    reservation_id: UUID
    attempt: int
    held_until: datetime | None
    reason: str
    available: dict[str, int]
    shipping_minor: int
    list_currency: str
    list_shipping_minor: int
    shipping_refunded_minor: int
    carrier: str
    tracking: str
    cancellation: CancellationState
    placed_at: datetime | None
    delivered_at: datetime | None = None
    answer_by: datetime | None = None
    extended_until: datetime | None = None
    reminded_at: datetime | None = None
    bears_fee: bool = False
    seller: Seller | None = None
    voucher: str = ""
    first_reservation_id: UUID | None = None

    @property
    def first_hold(self) -> UUID:
        """The reservation by which the pieces were held first."""
        return self.first_reservation_id or self.reservation_id


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one variant as sold, with the frozen terms and split.

    The rule's `fixed_minor`, `floor_minor` and `cap_minor` (each for one piece) and `list_discount_minor` are of the
    boutique's own currency. `coupon_minor` is borne by the hub, `list_discount_minor` was given by the boutique (its
    former price less its price, already out of the price), `referral_minor` goes to `referrer`. `inside_vat_bp` is the
    rate of the VAT inside the price, None where the hub cannot tell. The boutique's own voucher takes `voucher_minor`
    off all pieces of the line, `list_voucher_minor` at its own price: that is the boutique's cost, as the coupon is the
    hub's.
    """

    id: UUID
    shop_order_id: UUID
    position: int
    product_id: str
    variant_id: str
    sku: str
    title: str
    size_label: str
    colour: str
    leaf_hash: str
    quantity: int
    unit_minor: int
    list_unit_minor: int
    commission_bp: int
    vat_bp: int
    commission_minor: int
    commission_vat_minor: int
    seller_minor: int
    shipped_quantity: int = 0
    refunded_quantity: int = 0
    refunded_minor: int = 0
    rule_id: str = "standard"
    rule_revision: int = 0
    fixed_minor: int = 0
    floor_minor: int = 0
    cap_minor: int | None = None
    goods_vat_bp: int = 0
    vat_treatment: str = ""
    commission_base_minor: int = 0
    referral_bp: int = 0
    referrer: str = ""
    referral_minor: int = 0
    coupon_minor: int = 0
    list_discount_minor: int = 0
    inside_vat_bp: int | None = None
    voucher_minor: int = 0
    list_voucher_minor: int = 0

    @property
    def goods_minor(self) -> int:
        """What the pieces cost, before any voucher and coupon."""
        return self.unit_minor * self.quantity

    @property
    def base_minor(self) -> int:
        """What is divided between all parties: the price less what the boutique itself gives."""
        return self.goods_minor - self.voucher_minor

    @property
    def total_minor(self) -> int:
        """What the shopper pays for this line."""
        return self.base_minor - self.coupon_minor


class RefundedLine(msgspec.Struct, frozen=True):
    """What of a refund falls on one line; `line_id` is None for the parcel. `seller_minor` is borne by the boutique."""

    line_id: UUID | None
    quantity: int
    amount_minor: int
    seller_minor: int


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money promised back to the shopper; `told_at` is when its boutique was told that it had gone back."""

    id: UUID
    order_id: UUID
    shop_order_id: UUID
    parts: tuple[RefundedLine, ...]
    amount_minor: int
    reason: str
    status: str
    created_at: datetime
    told_at: datetime | None = None


def part_total(part: Part, lines: Sequence[Line]) -> int:
    """Goods and parcel of one part."""
    return part.shipping_minor + sum(line.total_minor for line in lines if line.shop_order_id == part.id)


def is_charged(order: Order, part: Part) -> bool:
    """Whether a part's money was taken from the shopper."""
    return order.paid_minor > 0 and (order.charged is None or part.id in order.charged)


def sold(parts: Sequence[Part]) -> list[Part]:
    """The parts that are (or may yet be) charged."""
    return [part for part in parts if part.state not in UNSOLD]


def rate_words(order: Order, parts: Sequence[Part], language: str = "en") -> str:
    """By which rates an order's prices were converted: `1 EUR = 0.8412 GBP, 20 Nov 2026, ECB`; empty if none was."""
    if order.quote is None:
        return ""
    return Exchange(order.currency, order.quote.sheet).words(*(part.list_currency for part in parts), language=language)


def refundable(lines: Sequence[Line], currency: str) -> tuple[Refundable, ...]:
    """What is left to give back of `lines`."""
    return tuple(
        Refundable(
            str(line.id),
            f"{line.title}, {line.size_label}",
            line.quantity - line.refunded_quantity,
            Money(line.unit_minor, currency),
            Money(line.total_minor - line.refunded_minor, currency),
            line.quantity,
            line.total_minor,
        )
        for line in lines
    )


def all_sent(lines: Sequence[Line]) -> bool:
    """Whether every piece has left or was refunded."""
    return all(line.shipped_quantity + line.refunded_quantity >= line.quantity for line in lines)
