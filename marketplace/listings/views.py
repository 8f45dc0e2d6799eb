"""Values that pages and the API show of listings; made by the listings service, never stored.

Amounts are in the boutique's list currency. Nothing here is trusted markup: escape where it is shown.
"""

from datetime import datetime
from typing import Literal

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.product import Product, ShopProfile, Theme
from marketplace.media.domain.addresses import Picture

Freshness = Literal["fresh", "soft", "stale"]
"""How lately the shop spoke of its stock: below 40 s, below 150 s, or longer ago (sold only after a live hold)."""


class ShopCard(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique as the hub shows it. `state` is its link's state; only `accepted` boutiques are visible."""

    shop_id: str
    handle: str
    name: str
    town: str
    country: str
    theme: Theme
    tagline: dict[str, str]
    profile: ShopProfile
    state: str
    products: int = 0
    freshness: Freshness = "stale"


class Offer(msgspec.Struct, frozen=True):
    """What the shop last said of one variant's stock. `available` is None when the count is too old to be shown."""

    available: int | None
    freshness: Freshness
    in_stock: bool


class ProductView(msgspec.Struct, frozen=True, kw_only=True):
    """One product page: the published product, each variant's offer, and the leaf that proves it (`seq`, hex hash).

    `stale` means a newer record of this product was unreadable and the previous good version is shown.
    """

    shop: ShopCard
    product: Product
    offers: dict[str, Offer]
    leaf_hash: str
    seq: int
    stale: bool = False


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """One piece in a list, in one colour. `price_to` is set when variants differ in price.

    `image_url`, `second_image_url` and `alt` are of the pictures, empty without them; `picture` is then the stand-in
    in the boutique's colours. `language` is the title's.
    """

    shop_id: str
    shop_handle: str
    shop_name: str
    town: str
    product_id: str
    title: str
    price: Money
    price_to: Money | None
    compare_at: Money | None
    image_url: str
    second_image_url: str
    alt: str
    sizes: list[str]
    url: str
    picture: Picture | None = None
    second_picture: Picture | None = None
    colour_family: str = ""
    category: str = ""
    language: str = ""


class QuarantineView(msgspec.Struct, frozen=True, kw_only=True):
    """A record the hub could not read: which, and what was wrong, as JSON pointers with a sentence each."""

    shop_id: str
    key: str
    seq: int
    faults: list[str]
    at: datetime


class BoutiqueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique in the operator's console: its link, its replica at this hub and what it publishes.

    `size` counts the leaves of its log that the hub holds, `behind` those it knows of but has not taken in yet.
    """

    shop_id: str
    name: str
    handle: str
    town: str
    link_state: str
    proposed_by_shop: bool
    products: int
    quarantined: int
    freshness: Freshness
    last_heard_at: datetime | None
    replica_state: str = ""
    size: int = 0
    behind: int = 0
    last_error: str = ""
    last_error_at: datetime | None = None
    country: str = ""


class ListingCount(msgspec.Struct, frozen=True):
    """How many products of one shop the hub lists; `stale` of them show a previous version."""

    shop_id: str
    handle: str
    products: int
    stale: int
