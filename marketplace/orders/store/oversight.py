"""Queries across all orders for whoever watches over them: how many stand where, and which parts stand too long."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from marketplace.orders.domain.shop_order_life import ShopOrderState
from marketplace.orders.store.orders import plain_id


class StandingPart(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's part that has not moved since `changed_at`."""

    order_id: UUID
    number: str
    shop_id: str
    state: ShopOrderState
    changed_at: datetime


async def order_counts() -> dict[str, int]:
    """How many orders are in each state."""
    rows = await database.fetch("SELECT state, count(*) AS orders FROM hub_order GROUP BY state")
    return {row["state"]: row["orders"] for row in rows}


async def standing_parts(before: Mapping[ShopOrderState, datetime], limit: int) -> list[StandingPart]:
    """Parts that are in one of these states since before its moment, longest first."""
    rows = await database.fetch(
        """SELECT part.order_id, part.number, part.shop_id, part.state, part.updated_at AS changed_at
        FROM hub_shop_order AS part
        JOIN unnest($1::text[], $2::timestamptz[]) AS late (state, before)
            ON late.state = part.state AND part.updated_at < late.before
        ORDER BY part.updated_at LIMIT $3""",
        list(before),
        list(before.values()),
        limit,
    )
    return [StandingPart(**{**row, "order_id": plain_id(row["order_id"])}) for row in rows]


async def order_numbered(number: str) -> UUID | None:
    """The order with this number, its own or one of its parts'."""
    found = await database.fetch_value(
        """SELECT id FROM hub_order WHERE number = $1
        UNION SELECT order_id FROM hub_shop_order WHERE number = $1 LIMIT 1""",
        number,
    )
    return None if found is None else plain_id(found)


async def numbers(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of these orders."""
    rows = await database.fetch("SELECT id, number FROM hub_order WHERE id = ANY($1::uuid[])", list(order_ids))
    return {plain_id(row["id"]): row["number"] for row in rows}


class NamedPart(msgspec.Struct, frozen=True):
    """A part by its number, and the order it belongs to."""

    id: UUID
    order_id: UUID
    number: str


async def parts_by_id(part_ids: Sequence[UUID]) -> list[NamedPart]:
    """The numbers of these parts."""
    rows = await database.fetch(
        "SELECT id, order_id, number FROM hub_shop_order WHERE id = ANY($1::uuid[])", list(part_ids)
    )
    return [NamedPart(plain_id(row["id"]), plain_id(row["order_id"]), row["number"]) for row in rows]
