"""Registers: pieces on hand and held per variant and location, their vseq, and why they moved.

Invariants: callers hold `shops.store.lock`, so vseq rises in commit order; whatever changes the sellable figure
takes a fresh vseq; a register is never deleted, so a hub always learns that it has become 0; what the whole table comes
to is kept with the boutique, in the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.messages import StockBatch, StockRegister
from federation.conversations.stock import Tally
from federation.node import database
from federation.node.listing import Sorting, sql_order
from federation.vocabulary.ids import PartyId
from shops.errors import UnknownShopError
from shops.inventory.domain.allocation import Level, Pieces

Place = tuple[str, str]
"""A register's name inside its boutique: (variant id, location code)."""

REGISTERS_MAX = 1_000_000
"""More registers than a boutique's bound on live records could ever have."""


class StockRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the stock page: a register with the words of its variant."""

    product_id: str
    title: str
    variant_id: str
    sku: str
    size_label: str
    colour_name: str
    price_minor: int
    location: str
    on_hand: int
    held: int
    published: bool


async def levels(shop_id: PartyId, variant_ids: Sequence[str], *, published_only: bool = False) -> list[Level]:
    """The stock of these variants at every location; with `published_only`, of variants now for sale."""
    rows = await database.fetch(
        "SELECT r.variant_id, r.location, l.position, r.on_hand, r.held FROM shop_register r "
        "JOIN shop_location l ON l.shop_id = r.shop_id AND l.code = r.location "
        "WHERE r.shop_id = $1 AND r.variant_id = ANY($2::text[]) AND (NOT $3 OR EXISTS ("
        "  SELECT 1 FROM shop_variant v JOIN shop_product p ON p.shop_id = v.shop_id AND p.product_id = v.product_id"
        "  WHERE v.shop_id = r.shop_id AND v.variant_id = r.variant_id AND p.state = 'published'))",
        shop_id, list(variant_ids), published_only,
    )  # fmt: skip
    return [
        Level(
            variant_id=row["variant_id"],
            location=row["location"],
            position=row["position"],
            on_hand=row["on_hand"],
            held=row["held"],
        )
        for row in rows
    ]


async def offered(shop_id: PartyId, variant_ids: Sequence[str]) -> set[str]:
    """Which of these variants belong to a product of the boutique, on sale or withdrawn."""
    rows = await database.fetch(
        "SELECT variant_id FROM shop_variant WHERE shop_id = $1 AND variant_id = ANY($2::text[])",
        shop_id, list(variant_ids),
    )  # fmt: skip
    return {row["variant_id"] for row in rows}


class _Numbers(msgspec.Struct, frozen=True):
    """New vseqs, rising, and what the table came to before they are used."""

    vseqs: list[int]
    tally: Tally


async def _numbers(shop_id: PartyId, count: int, *, above: int = 0) -> _Numbers:
    row = await database.fetch_one(
        "UPDATE shop_boutique SET vseq = greatest(vseq, $3) + $2 WHERE shop_id = $1 "
        "RETURNING vseq, stock_high, stock_registers, stock_total",
        shop_id, count, above,
    )  # fmt: skip
    if row is None:
        raise UnknownShopError("there is no such boutique on this node")
    high = int(row["vseq"])
    tally = Tally(row["stock_high"], row["stock_registers"], row["stock_total"])
    return _Numbers(list(range(high - count + 1, high + 1)), tally)


_MOVED = """
WITH p AS (SELECT * FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[])
               AS p (variant_id, location, quantity, vseq)),
before AS (SELECT r.* FROM p CROSS JOIN LATERAL (SELECT * FROM shop_register
    WHERE shop_id = $1 AND variant_id = p.variant_id AND location = p.location LIMIT 1) r),
moved AS ({change} RETURNING r.variant_id, r.location, greatest(r.on_hand - r.held, 0) AS quantity, r.vseq)
SELECT m.*, greatest(b.on_hand - b.held, 0) AS old_quantity, b.vseq AS old_vseq
FROM moved m LEFT JOIN before b USING (variant_id, location)
"""
"""A change of registers together with what they were before it."""

_UPDATED = _MOVED.format(
    change="UPDATE shop_register r SET held = r.held {sign} p.quantity, vseq = p.vseq FROM p "
    "WHERE r.shop_id = $1 AND r.variant_id = p.variant_id AND r.location = p.location {condition}"
)
_HOLD = _UPDATED.format(sign="+", condition="AND r.on_hand - r.held >= p.quantity")
_GIVE_BACK = _UPDATED.format(sign="-", condition="")
_SET = _MOVED.format(
    change="INSERT INTO shop_register AS r (shop_id, variant_id, location, on_hand, vseq) "
    "SELECT $1, p.* FROM p ON CONFLICT (shop_id, variant_id, location) DO UPDATE SET {kept} vseq = excluded.vseq"
)
_SET_ON_HAND = _SET.format(kept="on_hand = excluded.on_hand,")
_RENUMBER = _SET.format(kept="")


async def _move(shop_id: PartyId, sql: str, pieces: Sequence[Pieces], *, above: int = 0) -> int:
    """Change registers, each with a fresh vseq, and what the whole table comes to; returns how many changed."""
    numbers = await _numbers(shop_id, len(pieces), above=above)
    rows = await database.fetch(sql, shop_id, *_columns(pieces), numbers.vseqs)
    before = [
        _register(row, quantity=row["old_quantity"], vseq=row["old_vseq"])
        for row in rows
        if row["old_vseq"] is not None
    ]
    after = [_register(row, quantity=row["quantity"], vseq=row["vseq"]) for row in rows]
    await _save_tally(shop_id, numbers.tally.moved(before, after))
    return len(rows)


def _register(row: Any, *, quantity: int, vseq: int) -> StockRegister:
    return StockRegister(variant_id=row["variant_id"], location=row["location"], quantity=quantity, vseq=vseq)


async def _save_tally(shop_id: PartyId, tally: Tally) -> None:
    await database.execute(
        "UPDATE shop_boutique SET stock_high = $2, stock_registers = $3, stock_total = $4 WHERE shop_id = $1",
        shop_id, tally.vseq_high, tally.count, tally.total,
    )  # fmt: skip


async def take_holds(shop_id: PartyId, pieces: Sequence[Pieces]) -> bool:
    """Set pieces aside where they are still sellable; False, with nothing certain, if any was not (then roll back)."""
    return await _move(shop_id, _HOLD, pieces) == len(pieces)


async def give_holds_back(shop_id: PartyId, pieces: Sequence[Pieces]) -> None:
    """Return held pieces to sale; one entry per register."""
    await _move(shop_id, _GIVE_BACK, pieces)


async def take_held_pieces(shop_id: PartyId, pieces: Sequence[Pieces]) -> bool:
    """Turn held pieces into sold ones; False (then roll back) if a recount left fewer than were held.

    What is sellable does not change, so neither does vseq.
    """
    variant_ids, places, quantities = _columns(pieces)
    tag = await database.execute(
        "UPDATE shop_register r SET held = r.held - p.quantity, on_hand = r.on_hand - p.quantity "
        "FROM unnest($2::text[], $3::text[], $4::int[]) AS p (variant_id, location, quantity) "
        "WHERE r.shop_id = $1 AND r.variant_id = p.variant_id AND r.location = p.location "
        "AND r.on_hand >= p.quantity AND r.held >= p.quantity",
        shop_id, variant_ids, places, quantities,
    )  # fmt: skip
    return database.affected(tag) == len(pieces)


def _columns(pieces: Sequence[Pieces]) -> tuple[list[str], list[str], list[int]]:
    return ([p.variant_id for p in pieces], [p.location for p in pieces], [p.quantity for p in pieces])


async def set_on_hand(shop_id: PartyId, targets: Mapping[Place, int]) -> None:
    """Write absolute pieces on hand, opening registers that are new."""
    await _move(shop_id, _SET_ON_HAND, [Pieces(*place, targets[place]) for place in sorted(targets)])


async def renumber(shop_id: PartyId, places: Sequence[Place], above: int) -> None:
    """Give registers a vseq higher than `above` and than any before, opening with 0 pieces those that are not there."""
    await _move(shop_id, _RENUMBER, [Pieces(*place, 0) for place in places], above=above)


async def recount(shop_id: PartyId) -> None:
    """Work out anew what the whole table comes to, after registers were written by other means than these."""
    table = await table_after(shop_id, 0, REGISTERS_MAX)
    await _save_tally(shop_id, Tally().moved((), table.registers))


async def table_after(shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
    """Sellable figures changed after `vseq`, by rising vseq, and what the whole table comes to, as of one moment."""
    rows = await database.fetch(
        "SELECT b.stock_high, b.stock_registers, b.stock_total, r.variant_id, r.location, r.quantity, r.vseq "
        "FROM shop_boutique b LEFT JOIN LATERAL ("
        "  SELECT variant_id, location, greatest(on_hand - held, 0) AS quantity, vseq FROM shop_register "
        "  WHERE shop_id = $1 AND vseq > $2 ORDER BY vseq LIMIT $3) r ON true "
        "WHERE b.shop_id = $1 ORDER BY r.vseq",
        shop_id, vseq, limit,
    )  # fmt: skip
    if not rows:
        raise UnknownShopError("there is no such boutique on this node")
    tally = Tally(rows[0]["stock_high"], rows[0]["stock_registers"], rows[0]["stock_total"])
    registers = [_register(row, quantity=row["quantity"], vseq=row["vseq"]) for row in rows if row["vseq"] is not None]
    return StockBatch(registers=tuple(registers), heartbeat=tally.heartbeat)


async def insert_movements(
    shop_id: PartyId, movement_id: UUID, kind: str, changes: Mapping[Place, int], now: datetime
) -> None:
    """Note why registers moved by `changes` pieces; read after the change, so that the level it left is kept too.

    Each register is looked up by its whole key: a join would read all of a boutique that has very many.
    """
    places = sorted(changes)
    await database.execute(
        "INSERT INTO shop_movement (shop_id, movement_id, variant_id, location, kind, change, on_hand_after, moved_at) "
        "SELECT $1, $2, p.variant_id, p.location, $3, p.change, r.on_hand, $7 "
        "FROM unnest($4::text[], $5::text[], $6::int[]) AS p (variant_id, location, change) "
        "CROSS JOIN LATERAL (SELECT on_hand FROM shop_register "
        "  WHERE shop_id = $1 AND variant_id = p.variant_id AND location = p.location LIMIT 1) r",
        shop_id, movement_id, kind,
        [variant_id for variant_id, _ in places], [location for _, location in places],
        [changes[place] for place in places], now,
    )  # fmt: skip


async def movement_known(shop_id: PartyId, movement_id: UUID) -> bool:
    """Whether this movement was written before: the second click of the same form."""
    found = await database.fetch_value(
        "SELECT 1 FROM shop_movement WHERE shop_id = $1 AND movement_id = $2 LIMIT 1", shop_id, movement_id
    )
    return found is not None


STOCK_SORTS = {
    "title": "lower(p.title)",
    "sku": "v.sku",
    "on_hand": "r.on_hand",
    "held": "r.held",
    "price": "v.price_minor",
}
"""What the stock page can be sorted by, as SQL."""


async def stock_rows(
    shop_id: PartyId,
    search: str,
    offset: int,
    limit: int,
    *,
    sold_out: bool = False,
    sorting: Sorting = Sorting("title"),  # noqa: B008 - a frozen value
) -> list[StockRow]:
    """The stock page: every variant at every location where it has a register, by title unless sorted otherwise.

    `search` narrows it; `sold_out` leaves what `sold_out_count` counts.
    """
    rows = await database.fetch(
        "SELECT p.product_id, p.title, v.variant_id, v.sku, v.size_label, v.colour_name, v.price_minor, "  # noqa: S608 - our own columns
        "  r.location, r.on_hand, r.held, p.state = 'published' AS published "
        "FROM shop_variant v JOIN shop_product p ON p.shop_id = v.shop_id AND p.product_id = v.product_id "
        "JOIN shop_register r ON r.shop_id = v.shop_id AND r.variant_id = v.variant_id "
        "JOIN shop_location l ON l.shop_id = r.shop_id AND l.code = r.location "
        "WHERE v.shop_id = $1 AND ($2 = '' OR strpos(lower(p.title || ' ' || v.sku || ' ' || v.colour_name), $2) > 0) "
        "AND (NOT $5 OR p.state = 'published' AND NOT EXISTS (SELECT FROM shop_register o "
        "  WHERE o.shop_id = v.shop_id AND o.variant_id = v.variant_id AND o.on_hand > o.held)) "
        f"ORDER BY {sql_order(sorting, STOCK_SORTS)}, p.title, p.product_id, v.position, l.position LIMIT $3 OFFSET $4",
        shop_id, search.casefold(), limit, offset, sold_out,
    )  # fmt: skip
    return [msgspec.convert(dict(row), StockRow) for row in rows]


async def sold_out_count(shop_id: PartyId) -> int:
    """How many published variants have nothing left to sell."""
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM (SELECT v.variant_id FROM shop_variant v "
            "JOIN shop_product p ON p.shop_id = v.shop_id AND p.product_id = v.product_id AND p.state = 'published' "
            "JOIN shop_register r ON r.shop_id = v.shop_id AND r.variant_id = v.variant_id "
            "WHERE v.shop_id = $1 GROUP BY v.variant_id HAVING sum(greatest(r.on_hand - r.held, 0)) = 0) empty",
            shop_id,
        )
    )
