"""Queries on index events: what the search index has not seen yet."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from federation.node import database


class IndexEvent(msgspec.Struct, frozen=True):
    """A product to write to the index again."""

    rev: int
    shop_id: str
    product_id: str


async def add_index_events(shop_id: str, product_ids: Collection[str], now: datetime) -> None:
    """These products' index documents are out of date from this transaction on."""
    rows = [(shop_id, product_id, now) for product_id in sorted(product_ids)]
    await database.copy("hub_index_event", ("shop_id", "product_id", "at"), rows)


async def add_index_events_of_shop(shop_id: str, now: datetime) -> None:
    """All of a boutique's index documents are out of date."""
    await database.execute(
        """INSERT INTO hub_index_event (shop_id, product_id, at)
        SELECT shop_id, product_id, $2::timestamptz FROM hub_product WHERE shop_id = $1""",
        shop_id,
        now,
    )


async def add_index_events_of_foreign_prices(currency: str, now: datetime) -> None:
    """The index documents of all products priced in another currency than `currency` are out of date."""
    await database.execute(
        """INSERT INTO hub_index_event (shop_id, product_id, at)
        SELECT DISTINCT shop_id, product_id, $2::timestamptz FROM hub_variant WHERE currency <> $1""",
        currency,
        now,
    )


async def index_events(limit: int) -> list[IndexEvent]:
    """The oldest events still to be written."""
    rows = await database.fetch("SELECT rev, shop_id, product_id FROM hub_index_event ORDER BY rev LIMIT $1", limit)
    return [IndexEvent(**row) for row in rows]


async def index_events_of(keys: Collection[tuple[str, str]]) -> list[IndexEvent]:
    """All events still to be written of these (shop id, product id), oldest first."""
    rows = await database.fetch(
        """SELECT rev, shop_id, product_id FROM hub_index_event
        WHERE (shop_id, product_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY rev""",
        [shop_id for shop_id, _ in keys],
        [product_id for _, product_id in keys],
    )
    return [IndexEvent(**row) for row in rows]


async def finish_index_events(revs: Sequence[int], now: datetime) -> None:
    """The index has these; raise the high-water mark.

    Events go by their own numbers, not by the mark: a transaction that drew a lower number may commit later.
    """
    await database.execute("DELETE FROM hub_index_event WHERE rev = ANY($1::bigint[])", list(revs))
    await database.execute(
        "UPDATE hub_index_state SET rev_done = greatest(rev_done, $1), written_at = $2 WHERE id = 1", max(revs), now
    )


async def next_rev() -> int:
    """A revision above every event so far, for a rebuild."""
    rev: int = await database.fetch_value("SELECT nextval('hub_index_event_rev_seq')")
    return rev
