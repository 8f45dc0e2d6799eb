"""What the JSON API reads and writes. Unknown fields in a request are refused; amounts are in minor units."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.money import Money
from federation.vocabulary.product import Code
from marketplace.orders.domain.basket import LINES_MAX, QUANTITY_MAX
from marketplace.orders.views import Contact, SplitView
from marketplace.terms.domain.rules import Rule


class ShopListings(msgspec.Struct, frozen=True):
    """How many products of one boutique are shown; `stale` of them in a previous version."""

    shop_id: str
    handle: str
    listings: int
    stale: int


class Listings(msgspec.Struct, frozen=True):
    """All that is shown, boutique by boutique."""

    total: int
    shops: list[ShopListings]


class ListedProduct(msgspec.Struct, frozen=True):
    """A product of one boutique and the leaf of its log that is shown; `stale` when a newer one was unreadable."""

    product_id: str
    leaf_hash: str
    seq: int
    stale: bool


class ShopLeaves(msgspec.Struct, frozen=True):
    """Some of a boutique's products by id; `following` asks for those after them, as `after`."""

    shop_id: str
    products: list[ListedProduct]
    following: str | None


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """One piece found: at the boutique's own price, and at that price in the currency that was asked for."""

    shop_id: str
    shop: str
    product_id: str
    title: str
    price: Money
    shown: Money
    url: str


class SearchAnswer(msgspec.Struct, frozen=True):
    """One page of a search; `total` counts all pages. `rates` says by which exchange rates prices were converted."""

    total: int
    page: int
    pages: int
    hits: list[SearchHit]
    rates: str = ""


class VariantOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A variant with what its boutique last said of its stock; `available` is null when that is too old to show."""

    variant_id: str
    sku: str
    size: str
    colour: str
    price: Money
    available: int | None
    in_stock: bool
    freshness: str


class ProductAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One product, with the leaf that proves what the boutique published."""

    shop_id: str
    product_id: str
    title: str
    seq: int
    leaf_hash: str
    variants: list[VariantOffer]


class CheckoutLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one variant."""

    shop_id: Annotated[str, msgspec.Meta(max_length=64)]
    product_id: Code
    variant_id: Code
    quantity: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]


class CheckoutRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Buy these pieces, to be charged in `currency` (the hub's own if empty). `key` is the caller's idempotency key.

    With `total` the order is refused unless it comes to exactly that amount at today's prices. `vouchers` are codes of
    boutiques' own, by shop id.
    """

    key: Annotated[str, msgspec.Meta(min_length=16, max_length=100)]
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    contact: Contact
    address: Address
    lines: Annotated[tuple[CheckoutLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    total: Money | None = None
    currency: Literal["", "EUR", "GBP", "USD", "CHF", "JPY"] = ""
    coupon: Annotated[str, msgspec.Meta(max_length=60)] = ""
    vouchers: Annotated[dict[str, Annotated[str, msgspec.Meta(max_length=60)]], msgspec.Meta(max_length=LINES_MAX)] = {}


class RefusedPart(msgspec.Struct, frozen=True):
    """A boutique that set nothing aside, and what it has left of each variant where it said so."""

    shop_id: str
    shop: str
    reason: str
    available: dict[str, int]


class CheckoutAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is held and where to pay for it; no address when every boutique refused."""

    token: str
    number: str
    state: str
    total: Money
    refused: list[RefusedPart]
    redirect_url: str | None


class OrderLineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One ordered line; `list_price` is the boutique's own, in its currency."""

    line_id: str
    product_id: str
    variant_id: str
    title: str
    quantity: int
    unit_price: Money
    list_price: Money
    refunded_quantity: int
    refunded: Money


class OrderPartAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part; `split` is for the operator alone."""

    shop_order_id: UUID
    shop_id: str
    shop: str
    number: str
    state: str
    reason: str
    carrier: str
    tracking: str
    lines: list[OrderLineAnswer]
    shipping: Money
    total: Money
    refunded: Money
    split: SplitView | None = None


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its shopper sees it; `rates` says by which exchange rates its prices were converted, if any was.

    The hub's coupon takes `off` the pieces, boutiques' own vouchers `vouchers_off`.
    """

    order_id: UUID
    number: str
    state: str
    total: Money
    paid: Money
    refunded: Money
    parts: list[OrderPartAnswer]
    rates: str = ""
    coupon: str = ""
    off: Money | None = None
    vouchers_off: Money | None = None


class TransferAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Money sent (or to be sent) to one boutique for one shop order."""

    shop_id: str
    shop_order_id: UUID
    kind: str
    amount: Money
    status: str


class PayoutAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Money sent on to a boutique's bank."""

    shop_id: str
    amount: Money
    status: str


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Money that a boutique was sent and owes back after a refund; `outstanding` of it is still to come."""

    shop_id: str
    shop_order_id: UUID
    amount: Money
    outstanding: Money
    status: str


class RulesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The commission rules in force, in their order, and the number of their revision."""

    revision: int
    rules: tuple[Rule, ...]


class MoneyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the books balance (each currency's sum over all accounts), and what was sent."""

    trial_balance: dict[str, int]
    transfers: list[TransferAnswer]
    payouts: list[PayoutAnswer]
    claims: list[ClaimAnswer]
