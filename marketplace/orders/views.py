"""Values that pages, mails and the API show of baskets and orders; made by the orders services, never stored."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.money import Money
from marketplace.listings.views import ShopCard

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,180}$", max_length=200)]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the shopper, and a word for the boutiques."""

    email: Email
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class BasketLine(msgspec.Struct, frozen=True, kw_only=True):
    """One variant in the basket at today's price, and at the boutique's own (`list_price`).

    `title` is empty when the piece is no longer offered; `price_was` is what the shopper last saw when it differs;
    `problem` is a sentence when the line cannot be bought (then it counts in no total).
    """

    key: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    size_label: str
    colour: str
    image_url: str
    alt: str
    url: str
    quantity: int
    unit_price: Money
    list_price: Money
    total: Money
    price_was: Money | None = None
    problem: str = ""


class BasketPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one boutique sends. `shipping` is None when it does not ship to the chosen country.

    `voucher` is the code of its own that the shopper wrote down: it takes `voucher_off` its pieces, or cannot be used
    for the reason in `voucher_problem`.
    """

    shop: ShopCard
    lines: tuple[BasketLine, ...]
    subtotal: Money
    shipping: Money | None
    days_min: int = 0
    days_max: int = 0
    problem: str = ""
    voucher: str = ""
    voucher_problem: str = ""
    voucher_off: Money | None = None


class BasketView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole basket priced for one destination.

    `quote` digests everything the shopper would agree to pay; the checkout form sends it back, and a checkout whose
    basket no longer matches is refused and shown again. `changed` is set when a price moved since it was last seen.
    `rate_words` says by which rates prices were converted (empty: none was); `currency` differs from
    `chosen_currency` when there are no rates to convert by. `coupon` is the code the shopper wrote down: it takes `off`
    the pieces, or cannot be used for the reason in `coupon_problem`. `sent_by` is the boutique from whose own site the
    shopper came.
    """

    parts: tuple[BasketPart, ...]
    country: str
    currency: str
    chosen_currency: str
    rate_words: str
    count: int
    items_total: Money
    shipping_total: Money
    total: Money
    problems: tuple[str, ...]
    quote: str
    revision: int
    off: Money
    changed: bool = False
    coupon: str = ""
    coupon_problem: str = ""
    vouchers_off: Money | None = None
    sent_by: ShopCard | None = None

    @property
    def ready(self) -> bool:
        """Whether this basket can be checked out as it stands."""
        return bool(self.parts) and not self.problems


class HeldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line asked of a boutique; `available` is what it has left when it refused (None when it did not say)."""

    title: str
    size_label: str
    colour: str
    quantity: int
    total: Money
    available: int | None = None


class HeldPart(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's answer. `state` is held, refused or asked; `reason` is a sentence when refused."""

    shop: ShopCard
    state: str
    reason: str
    lines: tuple[HeldLine, ...]
    shipping: Money
    total: Money
    available: dict[str, int] = {}
    voucher: str = ""
    voucher_off: Money | None = None


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """The page between asking and paying: what is held until when, what was refused, what would be paid."""

    token: str
    number: str
    state: str
    parts: tuple[HeldPart, ...]
    total: Money
    held_until: datetime | None
    can_continue: bool
    refused: int
    off: Money
    rate_words: str = ""
    coupon: str = ""


class OrderLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One ordered line; `refunded_quantity` pieces and `refunded` money of it went back or are on the way.

    `unit_price` is what the shopper is charged, `list_price` the boutique's own.
    """

    line_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    size_label: str
    colour: str
    quantity: int
    unit_price: Money
    list_price: Money
    total: Money
    refunded_quantity: int
    refunded: Money
    url: str


class LineSplitView(msgspec.Struct, frozen=True, kw_only=True):
    """By which terms one line divides, as frozen at the sale, and into what.

    Amounts of the rule (`fixed`, `floor`, `cap`) are for each piece, in the boutique's currency; rates basis points.
    `discount` is what the boutique had taken off its former price; it is out of the price already. `voucher` is what
    its own voucher took off besides.
    """

    line_id: str
    rule_id: str
    rule_revision: int
    commission_bp: int
    fixed: Money
    floor: Money
    cap: Money | None
    commission_base: Money
    goods_vat_bp: int
    vat_bp: int
    vat_treatment: str
    commission: Money
    commission_vat: Money
    referral: Money
    referral_bp: int
    referrer: str
    coupon: Money
    seller: Money
    discount: Money
    voucher: Money


class SplitView(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop order divides: paid for goods = commission + its VAT + referral + seller - coupon.

    The coupon is the hub's own cost; the referral goes to the boutique that sent the shopper.
    """

    paid: Money
    commission: Money
    commission_vat: Money
    seller: Money
    shipping: Money
    referral: Money
    coupon: Money
    lines: tuple[LineSplitView, ...] = ()


class OrderPartView(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part of an order. `state_words` says the state to a person; `reason` why it ended, if it did.

    Of a part that `is_charged` the money was taken, whatever went back since. Its boutique's own `voucher` took
    `voucher_off` its pieces, at the boutique's own cost.
    """

    shop_order_id: UUID
    number: str
    shop: ShopCard
    state: str
    state_words: str
    reason: str
    carrier: str
    tracking: str
    lines: tuple[OrderLineView, ...]
    shipping: Money
    shipping_refunded: Money
    total: Money
    refunded: Money
    cancellation: str = "none"
    split: SplitView | None = None
    is_charged: bool = False
    voucher: str = ""
    voucher_off: Money | None = None


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its shopper or the operator sees it. Refused parts are not in it; `paid` is zero until paid.

    `items_total` is what the pieces cost; `off` of it is paid by the hub's `coupon`, `vouchers_off` given by
    the boutiques themselves.
    `rate_words` says by which rates its prices were converted; empty when none was. While the money is held and not
    taken, its boutiques answer by `held_until`.
    """

    order_id: UUID
    token: str
    number: str
    state: str
    state_words: str
    placed_at: datetime
    email: str
    address: Address
    note: str
    parts: tuple[OrderPartView, ...]
    items_total: Money
    shipping_total: Money
    total: Money
    paid: Money
    refunded: Money
    redirect_url: str = ""
    rate_words: str = ""
    coupon: str = ""
    off: Money | None = None
    vouchers_off: Money | None = None
    held_until: datetime | None = None


class UnpaidOrder(msgspec.Struct, frozen=True):
    """An order that holds pieces and waits for its money: what a page needs to lead back to it."""

    token: str
    number: str


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order in the operator's list."""

    order_id: UUID
    number: str
    state: str
    placed_at: datetime
    email: str
    total: Money
    refunded: Money
    shops: tuple[str, ...]
    part_states: tuple[str, ...]
