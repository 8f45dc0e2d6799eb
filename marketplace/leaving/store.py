"""Queries on boutiques that have left, and deleting what is kept of them no longer."""

from datetime import datetime

import msgspec

from federation.node import database


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique that left: what it was called here, since when, and where it said that it is now."""

    shop_id: str
    handle: str
    name: str
    left_at: datetime
    forward: str


class PastOrder(msgspec.Struct, frozen=True):
    """An order all of whose parts were of boutiques that have left, with the part's boutique."""

    order_id: str
    shop_order_id: str
    shop_id: str


async def note_left(shop_id: str, now: datetime) -> None:
    """A boutique has left; again changes nothing."""
    await database.execute(
        "INSERT INTO hub_departure (shop_id, left_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        shop_id,
        now,
    )


async def note_forward(shop_id: str, forward: str) -> None:
    """Where a boutique that left says it is now."""
    await database.execute("UPDATE hub_departure SET forward = $2 WHERE shop_id = $1", shop_id, forward)


async def came_back(shop_id: str) -> bytes | None:
    """Forget that a boutique left; the last checkpoint of its log, empty while a copy is kept. None if it had not."""
    note: bytes | None = await database.fetch_value(
        "DELETE FROM hub_departure WHERE shop_id = $1 RETURNING last_note", shop_id
    )
    return note


async def departed(handle: str) -> Departed | None:
    """The boutique of this handle, if it has left."""
    row = await database.fetch_one(
        "SELECT d.shop_id, s.handle, s.link_name AS name, d.left_at, d.forward FROM hub_departure d "
        "JOIN hub_shop s ON s.shop_id = d.shop_id WHERE s.handle = $1",
        handle,
    )
    return None if row is None else Departed(**dict(row))


async def forget_listings(shop_id: str) -> None:
    """Delete everything on show of a boutique but its pictures, which others may show as well."""
    for table in ("hub_variant", "hub_product", "hub_stock", "hub_quarantine"):
        await database.execute(f"DELETE FROM {table} WHERE shop_id = $1", shop_id)  # noqa: S608 - our own tables


async def keep_since(shop_id: str) -> None:
    """Remember since when each piece of a boutique is shown; what is remembered already was seen before, and stays."""
    await database.execute(
        "INSERT INTO hub_since (shop_id, product_id, first_seen_at) "
        "SELECT shop_id, product_id, first_seen_at FROM hub_product WHERE shop_id = $1 "
        "ON CONFLICT (shop_id, product_id) DO UPDATE "
        "SET first_seen_at = least(hub_since.first_seen_at, excluded.first_seen_at)",
        shop_id,
    )


async def restore_since(shop_id: str) -> int:
    """Let pieces that are shown again be shown since they were first, and remember no more; returns how many."""
    tag = await database.execute(
        "UPDATE hub_product p SET first_seen_at = s.first_seen_at FROM hub_since s WHERE p.shop_id = $1 "
        "AND (s.shop_id, s.product_id) = (p.shop_id, p.product_id) AND s.first_seen_at < p.first_seen_at",
        shop_id,
    )
    await database.execute("DELETE FROM hub_since WHERE shop_id = $1", shop_id)
    return database.affected(tag)


async def forget_profile(shop_id: str) -> None:
    """Let the boutique be presented by the next profile it publishes."""
    await database.execute(
        "UPDATE hub_shop SET profile_seq = NULL, profile_leaf_hash = NULL, stale = false, stock_heard_at = NULL "
        "WHERE shop_id = $1",
        shop_id,
    )


async def copies_due(before: datetime) -> list[str]:
    """Boutiques that left before a moment and whose log is still kept."""
    rows = await database.fetch(
        "SELECT shop_id FROM hub_departure WHERE left_at < $1 AND log_purged_at IS NULL ORDER BY shop_id", before
    )
    return [row["shop_id"] for row in rows]


async def note_purged(shop_id: str, last_note: bytes, now: datetime) -> None:
    """The log of a boutique that left is gone, but for its last checkpoint."""
    await database.execute(
        "UPDATE hub_departure SET log_purged_at = $3, last_note = $2 WHERE shop_id = $1", shop_id, last_note, now
    )


async def orders_due(before: datetime, limit: int) -> list[PastOrder]:
    """Parts of orders unchanged since a moment, of boutiques that all left before it, which still name people."""
    rows = await database.fetch(
        """
        SELECT o.id::text AS order_id, p.id::text AS shop_order_id, p.shop_id
        FROM hub_order o JOIN hub_shop_order p ON p.order_id = o.id
        WHERE o.email <> '' AND o.updated_at < $1
        AND NOT EXISTS (
            SELECT FROM hub_shop_order q LEFT JOIN hub_departure d ON d.shop_id = q.shop_id AND d.left_at < $1
            WHERE q.order_id = o.id AND (d.shop_id IS NULL OR q.updated_at >= $1))
        ORDER BY o.id LIMIT $2
        """,
        before,
        limit,
    )
    return [PastOrder(**dict(row)) for row in rows]


async def forget_people(order_ids: list[str]) -> None:
    """Delete who ordered and where it went, but for the country, which taxes go by."""
    await database.execute(
        """UPDATE hub_order SET email = '', note = '',
        address = jsonb_build_object('name', '—', 'line1', '—', 'postcode', '—', 'town', '—',
            'country', coalesce(address->>'country', 'IT'))
        WHERE id = ANY($1::uuid[])""",
        order_ids,
    )
    await database.execute(
        "UPDATE hub_return SET note = '', shop_note = '' WHERE order_id = ANY($1::uuid[])", order_ids
    )
