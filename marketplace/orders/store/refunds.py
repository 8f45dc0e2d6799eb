"""Queries on refunds promised to shoppers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from marketplace.orders.domain.values import Refund, RefundedLine
from marketplace.orders.store.orders import plain_id
from marketplace.tables import HubRefund


def _read(row: Mapping[str, Any]) -> Refund:
    values = dict(row)
    for name in ("id", "order_id", "shop_order_id"):
        values[name] = plain_id(values[name])
    values["parts"] = msgspec.json.decode(values["parts"], type=tuple[RefundedLine, ...])
    return Refund(**values)


async def insert(refund: Refund, now: datetime) -> None:
    """Add a refund."""
    values = msgspec.structs.asdict(refund)
    values["parts"] = msgspec.json.encode(refund.parts).decode()
    values["shipping"] = any(part.line_id is None for part in refund.parts)
    await HubRefund.insert(HubRefund(**values, updated_at=now))


async def exists(refund_id: UUID) -> bool:
    """Whether this refund was promised already."""
    return bool(await HubRefund.exists().where(HubRefund.id == refund_id))


async def lock(refund_id: UUID) -> Refund | None:
    """One refund, locked until the transaction ends."""
    row = await database.fetch_one(
        """SELECT id, order_id, shop_order_id, parts, amount_minor, reason, status, created_at, told_at
        FROM hub_refund WHERE id = $1 FOR UPDATE""",
        refund_id,
    )
    return None if row is None else _read(row)


async def set_status(refund_id: UUID, status: str, now: datetime) -> None:
    """What became of a refund."""
    await HubRefund.update({HubRefund.status: status, HubRefund.updated_at: now}).where(HubRefund.id == refund_id)


async def set_told(refund_id: UUID, now: datetime) -> None:
    """Its boutique was told."""
    await HubRefund.update({HubRefund.told_at: now}).where(HubRefund.id == refund_id)


async def totals(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Minor units promised back per order."""
    rows = await database.fetch(
        """SELECT order_id, sum(amount_minor)::bigint AS amount_minor FROM hub_refund
        WHERE order_id = ANY($1::uuid[]) GROUP BY order_id""",
        list(order_ids),
    )
    return {plain_id(row["order_id"]): row["amount_minor"] for row in rows}
