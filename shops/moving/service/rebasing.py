"""After a move: the boutique's pictures have new addresses, so its products say so, in new leaves of its log.

Done in batches, each its own transaction, by the outbox; done twice it changes nothing, cut off it goes on.
"""

from datetime import datetime

import msgspec

from federation.node import outbox
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Media, Product
from shops.catalog import service as catalog
from shops.catalog import store as products
from shops.moving import store

TOPIC = "shops.rebase"
QUEUE = "import"
PRODUCTS_AT_ONCE = 200


class RebaseDue(msgspec.Struct, frozen=True):
    """The outbox's note that a boutique's pictures lie at another address now."""

    shop_id: PartyId
    old_url: str
    new_url: str


async def announce(due: RebaseDue, now: datetime) -> None:
    """In the caller's transaction: let the products of a boutique name their pictures' new addresses."""
    key = f"{TOPIC}:{due.shop_id}:{due.old_url}:{due.new_url}:{now.isoformat()}"
    await outbox.enqueue(TOPIC, f"{TOPIC}:{due.shop_id}", due, key=key, queue=QUEUE, now=now)


async def rebase(due: RebaseDue, now: datetime) -> int:
    """Rewrite what still names the old address; returns how many products were published anew."""
    old, new = f'"{due.old_url}/media/', f'"{due.new_url}/media/'
    done, after = 0, ""
    async with atomic():
        await store.rewrite_withdrawn(due.shop_id, old, new)
    while found := await store.products_naming(due.shop_id, old.encode(), after, PRODUCTS_AT_ONCE):
        async with atomic():
            stored = await products.products(due.shop_id, found)
            moved = [_moved(stored[product_id].product, due) for product_id in found if product_id in stored]
            await catalog.save_products(due.shop_id, moved, now)
        done, after = done + len(moved), found[-1]
    return done


def _moved(product: Product, due: RebaseDue) -> Product:
    return msgspec.structs.replace(product, media=tuple(_at(item, due) for item in product.media))


def _at(item: Media, due: RebaseDue) -> Media:
    old = f"{due.old_url}/media/"
    if not item.url.startswith(old):
        return item
    return msgspec.structs.replace(item, url=f"{due.new_url}/media/{item.url.removeprefix(old)}")
