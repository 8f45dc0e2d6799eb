"""The rows of a boutique's returns; every function takes the boutique. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.forms import Address, LinePieces
from federation.conversations.messages import ShopOrder
from federation.conversations.return_ import ReturnState
from federation.conversations.return_messages import JudgedLine, ReturnAuthorised, ReturnRequested
from federation.node import database
from federation.vocabulary.ids import PartyId
from shops.errors import UnknownOrderError
from shops.orders.domain.returns import ReturnLine, ReturnView

Name = tuple[PartyId, UUID]
"""A return's name inside its boutique: (hub id, return id)."""

ROW_MAX = 2**63 - 1
_SELECT = (
    "SELECT r.*, o.id AS order_row, o.number AS order_number, o.reservation_id, o.body AS order_body "
    "FROM shop_return r JOIN shop_order o ON o.shop_id = r.shop_id AND o.hub_id = r.hub_id AND o.order_id = r.order_id "
)


async def insert(shop_id: PartyId, hub_id: PartyId, order_id: UUID, asked: ReturnRequested, now: datetime) -> bool:
    """Keep a return as it was asked; False if it is known already."""
    return_id = UUID(asked.return_id)
    tag = await database.execute(
        "INSERT INTO shop_return (shop_id, hub_id, order_id, return_id, state, withdrawal, note, requested_at, "
        "changed_at) VALUES ($1, $2, $3, $4, 'requested', $5, $6, $7, $7) "
        "ON CONFLICT (shop_id, hub_id, return_id) DO NOTHING",
        shop_id, hub_id, order_id, return_id, asked.withdrawal, asked.note, now,
    )  # fmt: skip
    if database.affected(tag) == 0:
        return False
    await database.execute_many(
        "INSERT INTO shop_return_line (shop_id, hub_id, return_id, line_id, quantity, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        [(shop_id, hub_id, return_id, line.line_id, line.quantity, line.reason) for line in asked.lines],
    )
    return True


async def row_of(shop_id: PartyId, name: Name) -> int | None:
    """The row number of a return, if it is known here; locked."""
    found: int | None = await database.fetch_value(
        "SELECT id FROM shop_return WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3 FOR UPDATE", shop_id, *name
    )
    return found


async def found(shop_id: PartyId, row: int) -> ReturnView:
    """Raises UnknownOrderError, for another boutique's return too."""
    one = None
    if 0 < row <= ROW_MAX:
        one = await database.fetch_one(f"{_SELECT} WHERE r.shop_id = $1 AND r.id = $2", shop_id, row)
    if one is None:
        raise UnknownOrderError("this boutique has no such return")
    return (await _views(shop_id, [one]))[0]


async def of_order(shop_id: PartyId, hub_id: PartyId, order_id: UUID) -> list[ReturnView]:
    """The returns of an order, oldest first."""
    rows = await database.fetch(
        f"{_SELECT} WHERE r.shop_id = $1 AND r.hub_id = $2 AND r.order_id = $3 ORDER BY r.id",
        shop_id, hub_id, order_id,
    )  # fmt: skip
    return await _views(shop_id, rows)


async def page(shop_id: PartyId, states: Sequence[ReturnState], *, offset: int, limit: int) -> list[ReturnView]:
    """A page of the returns in these states, those that changed longest ago first; no `states` means all."""
    rows = await database.fetch(
        f"{_SELECT} WHERE r.shop_id = $1 AND (cardinality($2::text[]) = 0 OR r.state = ANY($2::text[])) "
        "ORDER BY r.changed_at, r.id LIMIT $3 OFFSET $4",
        shop_id, list(states), limit, offset,
    )  # fmt: skip
    return await _views(shop_id, rows)


async def counts(shop_id: PartyId) -> dict[str, int]:
    """How many returns are in each state."""
    rows = await database.fetch(
        "SELECT state, count(*)::int AS number FROM shop_return WHERE shop_id = $1 GROUP BY state", shop_id
    )
    return {row["state"]: row["number"] for row in rows}


async def last_address(shop_id: PartyId) -> Address | None:
    """Where pieces were sent the last time the boutique agreed to take some back."""
    body = await database.fetch_value(
        "SELECT address FROM shop_return WHERE shop_id = $1 AND address IS NOT NULL ORDER BY changed_at DESC LIMIT 1",
        shop_id,
    )
    return None if body is None else msgspec.json.decode(body, type=Address)


async def move(shop_id: PartyId, name: Name, *, seen: ReturnState, then: ReturnState, now: datetime) -> bool:
    """Move a return from the state that was `seen`; False when it stands elsewhere by now."""
    tag = await database.execute(
        "UPDATE shop_return SET state = $5, changed_at = $6 "
        "WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3 AND state = $4",
        shop_id, *name, seen, then, now,
    )  # fmt: skip
    return database.affected(tag) == 1


async def set_words(shop_id: PartyId, name: Name, *, reason: str = "", shop_note: str = "") -> None:
    """Why it was refused, rejected or decided; what the boutique wrote to the shopper. Empty leaves it as it is."""
    await database.execute(
        "UPDATE shop_return SET reason = CASE $4 WHEN '' THEN reason ELSE $4 END, "
        "shop_note = CASE $5 WHEN '' THEN shop_note ELSE $5 END "
        "WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3",
        shop_id, *name, reason, shop_note,
    )  # fmt: skip


async def set_authorised(shop_id: PartyId, name: Name, said: ReturnAuthorised, send_by: datetime) -> None:
    """Where the pieces go, until when, and who pays."""
    await database.execute(
        "UPDATE shop_return SET address = $4, send_by = $5, paid_by = $6, label = $7, shop_note = $8 "
        "WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3",
        shop_id, *name, msgspec.json.encode(said.address), send_by, said.paid_by, said.label, said.note,
    )  # fmt: skip


async def set_parcel(shop_id: PartyId, name: Name, carrier: str, tracking: str) -> None:
    """With whom the shopper sent it."""
    await database.execute(
        "UPDATE shop_return SET carrier = $4, tracking = $5 WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3",
        shop_id, *name, carrier, tracking,
    )  # fmt: skip


async def set_received(shop_id: PartyId, name: Name, lines: Sequence[LinePieces]) -> None:
    """What was in the parcel."""
    await database.execute_many(
        "UPDATE shop_return_line SET received = $5 "
        "WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3 AND line_id = $4",
        [(shop_id, *name, line.line_id, line.quantity) for line in lines],
    )


async def set_judged(shop_id: PartyId, name: Name, lines: Sequence[JudgedLine]) -> None:
    """What is given back, at what share, and what went on sale again."""
    await database.execute_many(
        "UPDATE shop_return_line SET refunded = $5, percent = $6, restocked = $7 "
        "WHERE shop_id = $1 AND hub_id = $2 AND return_id = $3 AND line_id = $4",
        [
            (shop_id, *name, line.line_id, line.quantity, line.percent, line.quantity if line.restocked else 0)
            for line in lines
        ],
    )


async def _views(shop_id: PartyId, rows: Sequence[Any]) -> list[ReturnView]:
    lines = await database.fetch(
        "SELECT x.return_id, x.hub_id, x.line_id, x.quantity, x.reason, x.received, x.refunded, x.percent, "
        "x.restocked, l.title, l.sku, l.size_label, l.colour, l.variant_id FROM shop_return_line x "
        "JOIN shop_return r ON r.shop_id = x.shop_id AND r.hub_id = x.hub_id AND r.return_id = x.return_id "
        "JOIN shop_order_line l ON l.shop_id = r.shop_id AND l.hub_id = r.hub_id AND l.order_id = r.order_id "
        "AND l.line_id = x.line_id WHERE x.shop_id = $1 AND x.return_id = ANY($2::uuid[]) ORDER BY l.position",
        shop_id,
        [row["return_id"] for row in rows],
    )
    of_return: dict[tuple[str, UUID], list[ReturnLine]] = {}
    for line in lines:
        made = ReturnLine(**{name: line[name] for name in ReturnLine.__struct_fields__})
        of_return.setdefault((line["hub_id"], line["return_id"]), []).append(made)
    return [_view(row, of_return.get((row["hub_id"], row["return_id"]), [])) for row in rows]


def _view(row: Any, lines: Sequence[ReturnLine]) -> ReturnView:
    plain = (
        "order_row", "order_id", "return_id", "reservation_id", "order_number", "state", "withdrawal", "note",
        "reason", "send_by", "paid_by", "label", "shop_note", "carrier", "tracking", "requested_at", "changed_at",
    )  # fmt: skip
    return ReturnView(
        row=row["id"],
        hub_id=PartyId(row["hub_id"]),
        buyer=msgspec.json.decode(row["order_body"], type=ShopOrder).address.name,
        address=msgspec.json.decode(row["address"], type=Address) if row["address"] else None,
        lines=tuple(lines),
        **{name: row[name] for name in plain},
    )
