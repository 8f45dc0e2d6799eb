"""Queries over a hub's copies of stock registers."""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Place, Tally
from federation.node import database
from federation.vocabulary.ids import PartyId


async def open_table(hub_id: PartyId, shop_id: PartyId) -> None:
    await database.execute(
        "INSERT INTO fed_stock (hub_id, shop_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", hub_id, shop_id
    )


async def tally(hub_id: PartyId, shop_id: PartyId) -> Tally | None:
    row = await database.fetch_one(
        "SELECT vseq_high, registers, total FROM fed_stock WHERE hub_id = $1 AND shop_id = $2 FOR UPDATE",
        hub_id,
        shop_id,
    )
    return None if row is None else Tally(row["vseq_high"], row["registers"], row["total"])


async def at_places(hub_id: PartyId, shop_id: PartyId, places: Sequence[Place]) -> list[StockRegister]:
    if not places:
        return []
    # One look-up by the whole key for each place: a join would read all of a boutique whose table has just grown.
    rows = await database.fetch(
        """
        SELECT r.variant_id, r.location, r.quantity, r.vseq
        FROM unnest($3::text[], $4::text[]) AS p (variant_id, location)
        CROSS JOIN LATERAL (
            SELECT variant_id, location, quantity, vseq FROM fed_register
            WHERE hub_id = $1 AND shop_id = $2 AND variant_id = p.variant_id AND location = p.location LIMIT 1
        ) AS r
        """,
        hub_id,
        shop_id,
        [variant_id for variant_id, _ in places],
        [location for _, location in places],
    )
    return [StockRegister(**dict(row)) for row in rows]


async def put(hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister]) -> None:
    await database.execute(
        """
        INSERT INTO fed_register (hub_id, shop_id, variant_id, location, quantity, vseq)
        SELECT $1, $2, n.* FROM unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS n
        ON CONFLICT (hub_id, shop_id, variant_id, location)
        DO UPDATE SET quantity = excluded.quantity, vseq = excluded.vseq
        """,
        hub_id,
        shop_id,
        [register.variant_id for register in registers],
        [register.location for register in registers],
        [register.quantity for register in registers],
        [register.vseq for register in registers],
    )


async def save_tally(hub_id: PartyId, shop_id: PartyId, tally: Tally, heard_at: datetime | None, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_stock SET vseq_high = $3, registers = $4, total = $5,
            heard_at = CASE WHEN heard_at > $7 THEN $6 ELSE greatest(heard_at, $6) END
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        tally.vseq_high,
        tally.count,
        tally.total,
        heard_at,
        now,
    )


async def heard_beside(hub_id: PartyId, shop_id: PartyId, since: datetime) -> bool:
    found = await database.fetch_value(
        "SELECT 1 FROM fed_stock WHERE hub_id = $1 AND shop_id <> $2 AND heard_at >= $3 LIMIT 1", hub_id, shop_id, since
    )
    return found is not None


async def page(hub_id: PartyId, shop_id: PartyId, after: Place | None, limit: int) -> list[StockRegister]:
    variant_id, location = after or ("", "")
    rows = await database.fetch(
        """
        SELECT variant_id, location, quantity, vseq FROM fed_register
        WHERE hub_id = $1 AND shop_id = $2 AND (variant_id, location) > ($3, $4)
        ORDER BY variant_id, location LIMIT $5
        """,
        hub_id,
        shop_id,
        variant_id,
        location,
        limit,
    )
    return [StockRegister(**dict(row)) for row in rows]
