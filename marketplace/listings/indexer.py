"""Keeping the search index equal to the listings: drains index events, oldest first, in the one writing process.

Invariants: documents are built from the database as it stands when they are written, so an event only says "look
again"; events are removed after the index has committed (a crash between replays them, which changes nothing); the
revision of a write is its newest event's, so the engine ignores anything older.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from federation.node.database import atomic
from federation.vocabulary.product import Product, ShopProfile
from marketplace.currencies import service as currencies
from marketplace.listings.store import index as index_store
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store
from search.documents import documents_of, owner_of
from search.ports import OwnerDocuments
from search.prices import Ruler
from search.service import Catalog

BATCH_EVENTS_MAX = 500
BATCHES_MAX = 20
"""Batches per run, so that one run ends within the task's time limit; the next one goes on."""


def _nobody(_done: int, _whole: int) -> None:
    """Tells nobody."""


async def drain(catalog: Catalog, now: datetime, currency: str = "EUR") -> int:
    """Write what waits; returns how many products were written. An index that is missing is built whole first.

    Prices are compared in `currency`, the hub's own, at the newest rates.
    """
    if not catalog.exists():
        await reindex(catalog, currency)
    written = 0
    for _ in range(BATCHES_MAX):
        events = await index_store.index_events(BATCH_EVENTS_MAX)
        if not events:
            break
        newest: dict[tuple[str, str], int] = {}
        # Further words about the same products, however far behind, are answered by the same look at the database.
        all_of_them = await index_store.index_events_of({(event.shop_id, event.product_id) for event in events})
        for event in all_of_them:
            newest[event.shop_id, event.product_id] = event.rev
        catalog.replace(await _documents(newest, await currencies.ruler(currency)))
        async with atomic():
            await index_store.finish_index_events([event.rev for event in all_of_them], now)
        written += len(newest)
        if len(events) < BATCH_EVENTS_MAX:
            break
    return written


async def reindex(catalog: Catalog, currency: str = "EUR", told: Callable[[int, int], None] = _nobody) -> int:
    """Build the whole index anew from the database and swap it in; returns how many products it holds.

    Events that arrive meanwhile stay queued and carry higher revisions. `told` hears how many are read, of how many.
    """
    rev, ruler = await index_store.next_rev(), await currencies.ruler(currency)
    owners: list[OwnerDocuments] = []
    visible = await shop_store.shops(visible_only=True)
    whole = sum(shop.products for shop in visible)
    for shop in visible:
        after = ""
        while rows := await product_store.shop_products(shop.shop_id, after, BATCH_EVENTS_MAX):
            after = rows[-1].product_id
            owners += await _documents({(row.shop_id, row.product_id): rev for row in rows}, ruler)
            told(len(owners), whole)
    catalog.rebuild(owners)
    return len(owners)


async def _documents(revisions: dict[tuple[str, str], int], ruler: Ruler) -> list[OwnerDocuments]:
    keys = list(revisions)
    rows = await product_store.products(keys)
    shops = await shop_store.shops_by_id({shop_id for shop_id, _ in keys})
    stocked = {(one.shop_id, one.variant_id) for one in await product_store.sized(keys) if one.quantity > 0}
    profiles = {
        shop_id: msgspec.json.decode(shop.profile, type=ShopProfile)
        for shop_id, shop in shops.items()
        if shop.profile is not None and shop.link_state == "accepted"
    }
    documents = []
    for (shop_id, product_id), rev in revisions.items():
        row, profile = rows.get((shop_id, product_id)), profiles.get(shop_id)
        if row is None or profile is None:
            documents.append(OwnerDocuments(owner_of(shop_id, product_id), rev, ()))
            continue
        product = msgspec.json.decode(row.body, type=Product)
        in_stock = frozenset(variant.id for variant in product.variants if (shop_id, variant.id) in stocked)
        first_seen = int(row.first_seen_at.timestamp())
        documents.append(
            documents_of(product, profile, shop_id, in_stock=in_stock, rev=rev, first_seen=first_seen, ruler=ruler)
        )
    return documents
