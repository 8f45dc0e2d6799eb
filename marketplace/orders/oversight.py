"""What the operator watches over all orders: how many stand where, which wait too long; and one found by number."""

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.listings import service as listings
from marketplace.orders.domain.patience import PATIENCE, overdue_since
from marketplace.orders.domain.shop_order_life import ShopOrderState
from marketplace.orders.store import oversight as store

OVERDUE_MAX = 100


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
