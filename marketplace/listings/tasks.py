"""The background work of listings, all in the one process that writes the search index."""

from datetime import datetime

import msgspec

from federation.node import outbox
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from federation.vocabulary.ids import new_id
from marketplace.listings import indexer
from search.service import Catalog

REINDEX = "hub.reindex"
QUEUE = "index"
INDEX_SWEEP = "listings.index"
INDEX_SECONDS = 0.5
"""How often the index looks for changes: a change must be found within two seconds."""


class ReindexDue(msgspec.Struct, frozen=True):
    """The outbox's note that the index is to be built anew."""

    asked_at: datetime


async def request_reindex(now: datetime) -> None:
    """In the caller's transaction: have the index built anew from the database, by the process that owns it."""
    await outbox.enqueue(REINDEX, REINDEX, ReindexDue(now), key=f"{REINDEX}:{new_id()}", queue=QUEUE, now=now)


def listing_handlers(catalog: Catalog, currency: str = "EUR") -> dict[str, Handler]:
    """Outbox topics of listings; `currency` is the hub's own, in which the index compares prices."""

    async def reindex(message: Message) -> None:
        message.read(ReindexDue)
        await indexer.reindex(catalog, currency)

    return {REINDEX: reindex}


def listing_sweeps(catalog: Catalog, currency: str = "EUR") -> tuple[Sweep, ...]:
    """The index follows the listings."""

    async def index(now: datetime) -> object:
        return await indexer.drain(catalog, now, currency)

    return (Sweep(INDEX_SWEEP, INDEX_SECONDS, QUEUE, index),)
