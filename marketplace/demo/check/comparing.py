"""Whether the hub shows and finds what the boutiques publish: all of it, product by product, leaf by leaf.

One side is each boutique's own signed log, read whole; the other the hub's API. Nothing is remembered from the start.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping

import msgspec

from marketplace.api.documents import Listings, SearchAnswer, ShopLeaves
from marketplace.demo.browser import Browser
from marketplace.demo.check.figures import FOREIGN
from marketplace.demo.check.shopper import Piece, Shopper
from marketplace.demo.opening import OpenShop
from marketplace.demo.running import Ready, published

SHOPS_VISITED = 12
"""Boutiques in which the check looks for pieces to buy: enough for every wish, whatever the world's size."""

FOREIGN_VISITED = 2
"""Boutiques of a foreign currency that are visited beside the first ones, where there are such."""

_AT_ONCE = 8


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What boutiques publish against what the hub lists and finds, and pieces that can be bought.

    `stale` counts listings that show another leaf than the boutique's newest. `list_currencies` counts boutiques by the
    currency they sell in.
    """

    published: int = 0
    listings: int = 0
    found: int = 0
    missing: int = 0
    stale: int = 0
    list_currencies: dict[str, int] = {}
    pieces: dict[str, list[Piece]] = {}


class _Listed(msgspec.Struct, frozen=True):
    missing: int
    stale: int
    found: int
    currency: str


async def compare(ready: Ready, shopper: Shopper) -> Compared:
    """Read every boutique's signed log whole, and look each product up in the hub's listings and in its search."""
    told = await published(ready.fleet, ready.opened)
    listings = msgspec.convert(await shopper.browser.get_json("/api/v1/listings"), Listings)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(shop: OpenShop) -> _Listed:
        async with gate:
            return await _look(shopper.browser, shop, told[shop.shop_id])

    async def visit(shop: OpenShop) -> list[Piece]:
        async with gate:
            return await shopper.pieces(shop, told[shop.shop_id])

    shops = ready.opened.shops
    looked = await asyncio.gather(*map(look, shops))
    abroad = [shop for shop, one in zip(shops, looked, strict=True) if one.currency in FOREIGN]
    visited = tuple(dict.fromkeys((*shops[:SHOPS_VISITED], *abroad[:FOREIGN_VISITED])))
    pieces = await asyncio.gather(*map(visit, visited))
    return Compared(
        published=sum(map(len, told.values())),
        listings=listings.total,
        found=sum(one.found for one in looked),
        missing=sum(one.missing for one in looked),
        stale=sum(one.stale for one in looked),
        list_currencies=dict(Counter(one.currency for one in looked if one.currency)),
        pieces={shop.shop_id: found for shop, found in zip(visited, pieces, strict=True)},
    )


async def _look(browser: Browser, shop: OpenShop, told: Mapping[str, str]) -> _Listed:
    """How the listings of one boutique differ from its log (product id to leaf), and how many of them search finds."""
    listed: dict[str, tuple[str, bool]] = {}
    after: str | None = ""
    while after is not None:
        answer = await browser.get_json(f"/api/v1/listings/{shop.handle}?after={after}")
        page = msgspec.convert(answer, ShopLeaves)
        listed |= {product.product_id: (product.leaf_hash, product.stale) for product in page.products}
        after = page.following
    answer = await browser.get_json(f"/api/v1/search?q=&shop={shop.shop_id}")
    found = msgspec.convert(answer, SearchAnswer)
    currency = found.hits[0].price.currency if found.hits else ""
    stale = sum(listed[name] != (leaf_hash, False) for name, leaf_hash in told.items() if name in listed)
    return _Listed(len(told.keys() - listed.keys()), stale, found.total, currency)
