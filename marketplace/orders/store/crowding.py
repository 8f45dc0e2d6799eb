"""Which unfinished orders come from the same place; forgotten as soon as they are finished."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation.node import database


async def lock(client: bytes) -> None:
    """Let one order at a time begin from one place."""
    await database.execute("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 7221))", client)


async def open_parts(client: bytes, shop_ids: Sequence[str]) -> int:
    """How many reservations the place has open, or is asking for, at that of these boutiques where it has most."""
    found = await database.fetch_value(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM hub_checkout_client c "
        "JOIN hub_shop_order p ON p.order_id = c.order_id AND p.state IN ('asked', 'held') "
        "WHERE c.client = $1 AND p.shop_id = ANY($2::text[]) GROUP BY p.shop_id) counted",
        client, list(shop_ids),
    )  # fmt: skip
    return int(found or 0)


async def note(order_id: UUID, client: bytes, now: datetime) -> None:
    """Remember where an order that begins now comes from, and forget that of orders that are no longer open."""
    await database.execute(
        "DELETE FROM hub_checkout_client c WHERE c.client = $1 AND NOT EXISTS (SELECT FROM hub_shop_order p "
        "WHERE p.order_id = c.order_id AND p.state IN ('asked', 'held'))",
        client,
    )
    await database.execute(
        "INSERT INTO hub_checkout_client (order_id, client, at) VALUES ($1, $2, $3)", order_id, client, now
    )


async def forget(before: datetime) -> None:
    """Drop what is older than any reservation lasts."""
    await database.execute("DELETE FROM hub_checkout_client WHERE at < $1", before)
