"""Queries on returns and their lines. What a boutique may touch is reached through its part of the order."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.node import database
from marketplace.orders.domain.returns import Return, ReturnLine
from marketplace.orders.store.orders import plain_id
from marketplace.tables import HubReturn, HubReturnLine

_RETURN = """id, order_id, shop_order_id, shop_id, state, withdrawal, note, requested_at, changed_at, reason, shop_note,
    address, send_by, paid_by, label, carrier, tracking, refund_id"""


def _read(row: Mapping[str, Any]) -> Return:
    values = dict(row)
    for name in ("id", "order_id", "shop_order_id"):
        values[name] = plain_id(values[name])
    if values["refund_id"] is not None:
        values["refund_id"] = plain_id(values["refund_id"])
    if values["address"] is not None:
        values["address"] = msgspec.json.decode(values["address"], type=Address)
    return Return(**values)


async def insert(made: Return, lines: Sequence[ReturnLine]) -> None:
    """Add a return with its lines."""
    await HubReturn.insert(HubReturn(**{**msgspec.structs.asdict(made), "address": None}))
    for line in lines:
        await HubReturnLine.insert(HubReturnLine(**msgspec.structs.asdict(line)))


async def by_id(return_id: UUID) -> Return | None:
    """One return."""
    row = await database.fetch_one(f"SELECT {_RETURN} FROM hub_return WHERE id = $1", return_id)
    return None if row is None else _read(row)


async def lock_of_part(part_id: UUID, return_id: UUID) -> Return | None:
    """A return of this part, locked until the transaction ends."""
    row = await database.fetch_one(
        f"SELECT {_RETURN} FROM hub_return WHERE shop_order_id = $1 AND id = $2 FOR UPDATE", part_id, return_id
    )
    return None if row is None else _read(row)


async def of_refund(refund_id: UUID) -> UUID | None:
    """The return that a refund is for."""
    found = await database.fetch_value("SELECT id FROM hub_return WHERE refund_id = $1", refund_id)
    return None if found is None else plain_id(found)


async def of_parts(part_ids: Sequence[UUID]) -> list[Return]:
    """The returns of these parts, oldest first."""
    rows = await database.fetch(
        f"SELECT {_RETURN} FROM hub_return WHERE shop_order_id = ANY($1::uuid[]) ORDER BY requested_at, id",
        list(part_ids),
    )
    return [_read(row) for row in rows]


async def lines(return_ids: Sequence[UUID]) -> list[ReturnLine]:
    """The lines of these returns."""
    rows = await database.fetch(
        """SELECT return_id, line_id, quantity, reason, refunded, percent FROM hub_return_line
        WHERE return_id = ANY($1::uuid[]) ORDER BY return_id, id""",
        list(return_ids),
    )
    return [
        ReturnLine(**{**row, "return_id": plain_id(row["return_id"]), "line_id": plain_id(row["line_id"])})
        for row in rows
    ]


async def change(return_id: UUID, now: datetime, **values: Any) -> None:
    """Set columns of one return."""
    await HubReturn.update(**values, changed_at=now).where(HubReturn.id == return_id)


async def set_refunded(return_id: UUID, judged: Mapping[UUID, tuple[int, int]]) -> None:
    """How many pieces of each line were given back, at what share of their price."""
    await database.execute_many(
        "UPDATE hub_return_line SET refunded = $3, percent = $4 WHERE return_id = $1 AND line_id = $2",
        [(return_id, line_id, quantity, percent) for line_id, (quantity, percent) in judged.items()],
    )


async def page(states: Sequence[str], *, offset: int, limit: int) -> list[Return]:
    """Returns in these states, those that changed longest ago first."""
    rows = await database.fetch(
        f"SELECT {_RETURN} FROM hub_return WHERE state = ANY($1::text[]) ORDER BY changed_at, id LIMIT $2 OFFSET $3",
        list(states),
        limit,
        offset,
    )
    return [_read(row) for row in rows]


async def counts() -> dict[str, int]:
    """How many returns are in each state."""
    rows = await database.fetch("SELECT state, count(*)::int AS returns FROM hub_return GROUP BY state")
    return {row["state"]: row["returns"] for row in rows}
