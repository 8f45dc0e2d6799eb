"""Queries on boutiques: link, profile, quarantine. Each row is reached through its `shop_id` or public handle."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations.messages import Quarantine
from federation.node import database
from federation.vocabulary.errors import FieldError
from marketplace.tables import HubQuarantine, HubShop


class ShopRow(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique as stored; `profile` holds its last good record's bytes."""

    shop_id: str
    hub_id: str
    link_name: str
    link_state: str
    handle: str | None
    profile: bytes | None
    stale: bool
    stock_heard_at: datetime | None
    products: int = 0


_SHOP_COLUMNS = """shop_id, hub_id, link_name, link_state, handle, profile, stale, stock_heard_at,
    (SELECT count(*) FROM hub_product p WHERE p.shop_id = hub_shop.shop_id) AS products"""


async def set_link(hub_id: str, shop_id: str, state: str, name: str, now: datetime) -> None:
    """Note how the link stands; the row is made at the first word."""
    await database.execute(
        """INSERT INTO hub_shop (shop_id, hub_id, link_name, link_state, stale, created_at, updated_at)
        VALUES ($1, $2, $3, $4, false, $5, $5)
        ON CONFLICT (shop_id) DO UPDATE SET link_state = $4, updated_at = $5,
            link_name = CASE WHEN $3 = '' THEN hub_shop.link_name ELSE $3 END""",
        shop_id,
        hub_id,
        name,
        state,
        now,
    )


async def ensure_shop(hub_id: str, shop_id: str, now: datetime) -> None:
    """Make the row of a linked shop whose link was accepted before this desk heard of it."""
    await database.execute(
        """INSERT INTO hub_shop (shop_id, hub_id, link_name, link_state, stale, created_at, updated_at)
        VALUES ($1, $2, '', 'accepted', false, $3, $3) ON CONFLICT (shop_id) DO NOTHING""",
        shop_id,
        hub_id,
        now,
    )


async def shop(shop_id: str) -> ShopRow | None:
    """One boutique, visible or not."""
    row = await database.fetch_one(f"SELECT {_SHOP_COLUMNS} FROM hub_shop WHERE shop_id = $1", shop_id)
    return None if row is None else ShopRow(**row)


async def shop_by_handle(handle: str) -> ShopRow | None:
    """The visible boutique with this handle."""
    row = await database.fetch_one(
        f"SELECT {_SHOP_COLUMNS} FROM hub_shop WHERE handle = $1 AND link_state = 'accepted'", handle
    )
    return None if row is None else ShopRow(**row)


async def shops(*, visible_only: bool) -> list[ShopRow]:
    """All boutiques, or those a shopper may see."""
    condition = "WHERE link_state = 'accepted' AND profile IS NOT NULL" if visible_only else ""
    rows = await database.fetch(f"SELECT {_SHOP_COLUMNS} FROM hub_shop {condition} ORDER BY handle, shop_id")
    return [ShopRow(**row) for row in rows]


async def open_boutiques() -> int:
    """How many boutiques that a shopper may see have something listed."""
    number: int = await database.fetch_value(
        """SELECT count(*) FROM hub_shop s WHERE s.link_state = 'accepted' AND s.profile IS NOT NULL
        AND EXISTS (SELECT FROM hub_product p WHERE p.shop_id = s.shop_id)"""
    )
    return number


async def shops_by_id(shop_ids: Collection[str]) -> dict[str, ShopRow]:
    """These boutiques, visible or not."""
    rows = await database.fetch(
        f"SELECT {_SHOP_COLUMNS} FROM hub_shop WHERE shop_id = ANY($1::text[])", list(set(shop_ids))
    )
    return {row.shop_id: row for row in [ShopRow(**row) for row in rows]}


async def handle_owner(handle: str) -> str | None:
    """The shop that holds this handle at the hub."""
    row = await HubShop.select(HubShop.shop_id).where(HubShop.handle == handle).first()
    return None if row is None else str(row["shop_id"])


async def save_profile(shop_id: str, handle: str, body: bytes, seq: int, leaf_hash: str, now: datetime) -> None:  # noqa: PLR0917 - one row, its columns
    """Replace the boutique's profile by a good record."""
    await database.execute(
        """UPDATE hub_shop SET handle = $2, profile = $3, profile_seq = $4, profile_leaf_hash = $5, stale = false,
            updated_at = $6 WHERE shop_id = $1""",
        shop_id,
        handle,
        body,
        seq,
        leaf_hash,
        now,
    )


async def drop_profile(shop_id: str, now: datetime) -> None:
    """The boutique withdrew its profile: it is no longer shown."""
    await database.execute(
        """UPDATE hub_shop SET handle = NULL, profile = NULL, profile_seq = NULL, profile_leaf_hash = NULL,
            stale = false, updated_at = $2 WHERE shop_id = $1""",
        shop_id,
        now,
    )


async def hear_stock(shop_id: str, now: datetime) -> bool:
    """The shop spoke of its stock just now; False when the shop has no row yet."""
    tag = await database.execute("UPDATE hub_shop SET stock_heard_at = $2 WHERE shop_id = $1", shop_id, now)
    return database.affected(tag) == 1


async def quarantine(shop_id: str, records: Sequence[Quarantine], now: datetime) -> None:
    """Note records that cannot be read, at most one of a key."""
    if records:
        await database.execute(
            """INSERT INTO hub_quarantine (shop_id, record_key, seq, faults, at)
            SELECT $1, n.key, n.seq, n.faults::jsonb, $5
            FROM unnest($2::text[], $3::bigint[], $4::text[]) AS n (key, seq, faults)
            ON CONFLICT (shop_id, record_key) DO UPDATE SET seq = excluded.seq, faults = excluded.faults, at = $5""",
            shop_id,
            [record.key for record in records],
            [record.seq for record in records],
            [msgspec.json.encode(record.errors).decode() for record in records],
            now,
        )


async def mark_stale(shop_id: str) -> None:
    """A newer profile was unreadable; the good one before it stays."""
    await database.execute("UPDATE hub_shop SET stale = true WHERE shop_id = $1", shop_id)


async def clear_quarantine(shop_id: str, keys: Sequence[str]) -> None:
    """These keys have good records again, or none."""
    await database.execute(
        "DELETE FROM hub_quarantine WHERE shop_id = $1 AND record_key = ANY($2::text[])", shop_id, list(keys)
    )


async def quarantined(shop_id: str) -> list[dict[str, Any]]:
    """The unreadable records of one boutique, latest first; `faults` are FieldErrors."""
    rows = (
        await HubQuarantine.select(HubQuarantine.record_key, HubQuarantine.seq, HubQuarantine.faults, HubQuarantine.at)
        .where(HubQuarantine.shop_id == shop_id)
        .order_by(HubQuarantine.at, ascending=False)
        .limit(200)
    )
    return [{**row, "faults": msgspec.json.decode(row["faults"], type=list[FieldError])} for row in rows]


async def quarantine_counts() -> dict[str, int]:
    """How many unreadable records each boutique has."""
    rows = await database.fetch("SELECT shop_id, count(*) AS records FROM hub_quarantine GROUP BY shop_id")
    return {row["shop_id"]: row["records"] for row in rows}
