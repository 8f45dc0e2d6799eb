"""What the operator watches over all orders: how many stand where, which wait too long; and one found by number."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations.forms import UUID_PATTERN
from federation.conversations.return_ import OPEN, RETURN
from marketplace.listings import service as listings
from marketplace.orders.domain.patience import PATIENCE, overdue_since
from marketplace.orders.domain.returns import Return, is_overdue
from marketplace.orders.domain.shop_order_life import ShopOrderState
from marketplace.orders.store import oversight as store
from marketplace.orders.store import returns as return_store

OVERDUE_MAX = 100
RETURNS_MAX = 1_000
UUID_TEXT = re.compile(UUID_PATTERN)


class ReturnRow(msgspec.Struct, frozen=True, kw_only=True):
    """A return in the operator's list."""

    made: Return
    shop_name: str
    overdue: bool


class OverduePart(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's part that should have moved on at `due_at`."""

    order_id: UUID
    number: str
    shop_id: str
    shop_name: str
    state: ShopOrderState
    due_at: datetime


async def order_counts() -> dict[str, int]:
    """How many orders are in each state; states without orders are missing."""
    return await store.order_counts()


async def overdue_parts(now: datetime) -> list[OverduePart]:
    """Paid parts that have not moved for longer than `domain.patience` allows, longest first, OVERDUE_MAX at most."""
    found = await store.standing_parts({state: now - patience for state, patience in PATIENCE.items()}, OVERDUE_MAX)
    names = await listings.shops_by_id({part.shop_id for part in found}, now)
    return [
        OverduePart(
            order_id=part.order_id,
            number=part.number,
            shop_id=part.shop_id,
            shop_name=names[part.shop_id].name if part.shop_id in names else part.shop_id,
            state=part.state,
            due_at=overdue_since(part.state, part.changed_at) or part.changed_at,
        )
        for part in found
    ]


async def order_numbered(number: str) -> UUID | None:
    """The order with this number, or with a part of this number, however it was typed."""
    return await store.order_numbered(number.strip().upper())


async def order_numbers(order_ids: Collection[UUID]) -> dict[UUID, str]:
    """The numbers of these orders by their ids; what is no order is left out."""
    return await store.numbers(sorted(set(order_ids))) if order_ids else {}


async def orders_of_parts(part_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Number and console page of each shop order among these ids; anything else is left out."""
    known = [UUID(one) for one in part_ids if UUID_TEXT.fullmatch(one)]
    return {str(part.id): (part.number, f"/console/orders/{part.order_id}") for part in await store.parts_by_id(known)}


async def returns_page(state: str, now: datetime, *, offset: int, limit: int) -> list[ReturnRow]:
    """Returns in a state, `open` or `overdue`; those that changed longest ago first."""
    states: Sequence[str] = [state]
    if state in {"open", "overdue"}:
        states = sorted(OPEN)
    elif state not in RETURN.states:
        states = sorted(RETURN.states)
    found = await return_store.page(states, offset=offset, limit=limit)
    names = await listings.shops_by_id({one.shop_id for one in found}, now)
    rows = [
        ReturnRow(
            made=one,
            shop_name=names[one.shop_id].name if one.shop_id in names else one.shop_id,
            overdue=is_overdue(one, now),
        )
        for one in found
    ]
    return [row for row in rows if row.overdue] if state == "overdue" else rows


async def overdue_returns(now: datetime) -> int:
    """How many returns wait too long, RETURNS_MAX at most."""
    return len(await returns_page("overdue", now, offset=0, limit=RETURNS_MAX))
