"""Reading listings for pages, baskets and orders. Only boutiques with an accepted link and a good profile are shown.

Every read is of the database, never of the search index.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from federation.node.languages import in_language
from federation.vocabulary.product import Product, ShopProfile, Variant
from marketplace.errors import ListingNotFoundError
from marketplace.listings.domain.cards import card
from marketplace.listings.domain.freshness import freshness_of, offer_of
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store
from marketplace.listings.views import CardView, Offer, ProductView, ShopCard

_PRODUCT = msgspec.json.Decoder(Product)
_PROFILE = msgspec.json.Decoder(ShopProfile)


class ListedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant as it can be bought now, with the product and the leaf its price was read from."""

    shop: ShopCard
    product: Product
    variant: Variant
    offer: Offer
    leaf_hash: str


async def shop_by_handle(handle: str, now: datetime) -> ShopCard | None:
    """The visible boutique called `handle` here."""
    row = await shop_store.shop_by_handle(handle)
    return None if row is None else _card(row, now)


async def shops(now: datetime) -> list[ShopCard]:
    """All visible boutiques by handle."""
    rows = await shop_store.shops(visible_only=True)
    return [shop for row in rows if (shop := _card(row, now)) is not None]


async def open_boutiques() -> int:
    """How many visible boutiques show at least one piece."""
    return await shop_store.open_boutiques()


async def shops_by_id(shop_ids: Collection[str], now: datetime) -> dict[str, ShopCard]:
    """These boutiques with a profile, whatever their link's state: orders outlive links."""
    rows = await shop_store.shops_by_id(shop_ids)
    return {row.shop_id: shop for row in rows.values() if (shop := _card(row, now)) is not None}


async def product_view(shop_handle: str, product_id: str, now: datetime) -> ProductView:
    """A product's page. Raises ListingNotFoundError when the boutique or the product is not (or no longer) shown."""
    shop = await shop_by_handle(shop_handle, now)
    row = None if shop is None else await product_store.product(shop.shop_id, product_id)
    if shop is None or row is None:
        raise ListingNotFoundError("this piece is not offered here any more")
    sized = await product_store.sized([(shop.shop_id, product_id)])
    return ProductView(
        shop=shop,
        product=_PRODUCT.decode(row.body),
        offers={one.variant_id: offer_of(one.quantity, shop.freshness) for one in sized},
        leaf_hash=row.leaf_hash,
        seq=row.seq,
        stale=row.stale,
    )


async def cards(keys: Sequence[tuple[str, str, str]], now: datetime) -> list[CardView]:
    """Cards for (shop id, product id, colour family), in that order; what is no longer shown is left out."""
    rows = await product_store.pieces(list(dict.fromkeys((shop_id, product_id) for shop_id, product_id, _ in keys)))
    found = [(rows[key[:2]], key[2]) for key in keys if key[:2] in rows]
    return await _cards(found, now)


async def shop_pieces(
    shop_id: str, now: datetime, category: str = "", page: int = 1, limit: int = 48
) -> list[CardView]:
    """A page (from 1) of a boutique's pieces, the latest day first; of one category when one is given."""
    rows = await product_store.shop_pieces(shop_id, category, (page - 1) * limit, limit)
    return await _cards([(row, "") for row in rows], now)


async def _cards(rows: Sequence[tuple[product_store.PieceRow, str]], now: datetime) -> list[CardView]:
    """Cards of these products, each in a colour family, of boutiques that are shown."""
    shops = await shops_by_id({row.shop_id for row, _ in rows}, now) if rows else {}
    return [
        card(
            (row.shop_id, shops[row.shop_id].profile),
            _PRODUCT.decode(row.body),
            colour,
            frozenset(row.in_stock),
            spoken=in_language,
        )
        for row, colour in rows
        if row.shop_id in shops and shops[row.shop_id].state == "accepted"
    ]


async def arrivals(limit: int) -> list[tuple[str, str, str]]:
    """What came in last, one piece of each boutique, as keys for `cards`: a boutique that brings a hundred is one."""
    return [(shop_id, product_id, "") for shop_id, product_id in await product_store.arrivals(limit)]


async def assortments(shop_id: str = "") -> dict[str, dict[str, int]]:
    """What visible boutiques (or the one given) sell: shop id to category to number of products."""
    found: dict[str, dict[str, int]] = {}
    for owner, category, products in await product_store.assortments(shop_id):
        found.setdefault(owner, {})[category] = products
    return found


async def listed_variants(
    keys: Sequence[tuple[str, str, str]], now: datetime
) -> dict[tuple[str, str, str], ListedVariant]:
    """What can be bought of these (shop id, product id, variant id); those no longer shown are missing."""
    pairs = list({(shop_id, product_id) for shop_id, product_id, _ in keys})
    rows = await product_store.products(pairs)
    shown = await shops_by_id({shop_id for shop_id, _ in pairs}, now)
    quantities = {
        (one.shop_id, one.product_id, one.variant_id): one.quantity for one in await product_store.sized(pairs)
    }
    found = {}
    for key in keys:
        shop_id, product_id, variant_id = key
        row, shop = rows.get((shop_id, product_id)), shown.get(shop_id)
        if row is None or shop is None or shop.state != "accepted" or key not in quantities:
            continue
        product = _PRODUCT.decode(row.body)
        variant = next(one for one in product.variants if one.id == variant_id)
        offer = _buyable(offer_of(quantities[key], shop.freshness))
        found[key] = ListedVariant(shop=shop, product=product, variant=variant, offer=offer, leaf_hash=row.leaf_hash)
    return found


def _buyable(offer: Offer) -> Offer:
    """Old word on stock bars nobody: the live hold decides (protocol: `stale` is sold only after a live reserve)."""
    return Offer(offer.available, offer.freshness, in_stock=True) if offer.freshness == "stale" else offer


def _card(row: shop_store.ShopRow, now: datetime) -> ShopCard | None:
    if row.profile is None or row.handle is None:
        return None
    profile = _PROFILE.decode(row.profile)
    return ShopCard(
        shop_id=row.shop_id,
        handle=row.handle,
        name=profile.name,
        town=profile.town,
        country=profile.country,
        theme=profile.theme,
        tagline=profile.tagline,
        profile=profile,
        state=row.link_state,
        products=row.products,
        freshness=freshness_of(row.stock_heard_at, now),
    )
