"""Queries on shop orders and their lines. What a boutique may touch is reached through its `shop_id`."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from marketplace.orders.domain.values import Line, Part, RefundedLine, Seller
from marketplace.orders.store.orders import plain_id
from marketplace.tables import HubOrderLine, HubShopOrder

_PART = """id, order_id, position, shop_id, number, state, reservation_id, attempt, held_until, reason, available,
    shipping_minor, list_currency, list_shipping_minor, shipping_refunded_minor, carrier, tracking, cancellation,
    placed_at, delivered_at, answer_by, extended_until, reminded_at, bears_fee, seller, voucher,
    first_reservation_id"""
_LINE = """id, shop_order_id, position, product_id, variant_id, sku, title, size_label, colour, leaf_hash, quantity,
    unit_minor, list_unit_minor, commission_bp, vat_bp, commission_minor, commission_vat_minor, seller_minor,
    shipped_quantity, refunded_quantity, refunded_minor, rule_id, rule_revision, fixed_minor, floor_minor, cap_minor,
    goods_vat_bp, vat_treatment, commission_base_minor, referral_bp, referrer, referral_minor, coupon_minor,
    list_discount_minor, inside_vat_bp, voucher_minor, list_voucher_minor"""


def _read_part(row: Mapping[str, Any]) -> Part:
    values = dict(row)
    for name in ("id", "order_id", "reservation_id"):
        values[name] = plain_id(values[name])
    first = values["first_reservation_id"]
    values["first_reservation_id"] = None if first is None else plain_id(first)
    values["available"] = msgspec.json.decode(values["available"], type=dict[str, int])
    seller = values["seller"]
    values["seller"] = None if seller is None else msgspec.json.decode(seller, type=Seller)
    return Part(**values)


def _read_line(row: Mapping[str, Any]) -> Line:
    return Line(**{**row, "id": plain_id(row["id"]), "shop_order_id": plain_id(row["shop_order_id"])})


async def insert(parts: Sequence[Part], lines: Sequence[Line], now: datetime) -> None:
    """Add the parts of a new order with their lines."""
    for part in parts:
        seller = None if part.seller is None else msgspec.json.encode(part.seller).decode()
        values = {**msgspec.structs.asdict(part), "available": "{}", "seller": seller, "updated_at": now}
        await HubShopOrder.insert(HubShopOrder(**values))
    for line in lines:
        await HubOrderLine.insert(HubOrderLine(**msgspec.structs.asdict(line)))


async def of_order(order_id: UUID) -> list[Part]:
    """All parts of an order, in the order of the basket."""
    rows = await database.fetch(f"SELECT {_PART} FROM hub_shop_order WHERE order_id = $1 ORDER BY position", order_id)
    return [_read_part(row) for row in rows]


async def of_orders(order_ids: Sequence[UUID]) -> list[Part]:
    """All parts of several orders."""
    rows = await database.fetch(
        f"SELECT {_PART} FROM hub_shop_order WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, position",
        list(order_ids),
    )
    return [_read_part(row) for row in rows]


async def by_id(part_id: UUID) -> Part | None:
    """One part."""
    row = await database.fetch_one(f"SELECT {_PART} FROM hub_shop_order WHERE id = $1", part_id)
    return None if row is None else _read_part(row)


async def lock(part_id: UUID) -> Part | None:
    """One part, locked until the transaction ends."""
    row = await database.fetch_one(f"SELECT {_PART} FROM hub_shop_order WHERE id = $1 FOR UPDATE", part_id)
    return None if row is None else _read_part(row)


async def lock_of_shop(shop_id: str, part_id: UUID) -> Part | None:
    """A part that this boutique fulfils, locked; None when it is another's."""
    row = await database.fetch_one(
        f"SELECT {_PART} FROM hub_shop_order WHERE shop_id = $1 AND id = $2 FOR UPDATE", shop_id, part_id
    )
    return None if row is None else _read_part(row)


async def change(part_id: UUID, now: datetime, **values: Any) -> None:
    """Set columns of one part."""
    await HubShopOrder.update(**values, updated_at=now).where(HubShopOrder.id == part_id)


async def lines(part_ids: Sequence[UUID]) -> list[Line]:
    """The lines of these parts, in order."""
    rows = await database.fetch(
        f"SELECT {_LINE} FROM hub_order_line WHERE shop_order_id = ANY($1::uuid[]) ORDER BY shop_order_id, position",
        list(part_ids),
    )
    return [_read_line(row) for row in rows]


async def reprice(lines: Sequence[Line]) -> None:
    """Write prices, coupons and splits that were worked out anew for an order nobody has paid; the terms stay."""
    await database.execute_many(
        """UPDATE hub_order_line SET unit_minor = $2, coupon_minor = $3, commission_minor = $4,
            commission_vat_minor = $5, seller_minor = $6, referral_minor = $7, commission_base_minor = $8,
            voucher_minor = $9
        WHERE id = $1""",
        [
            (
                line.id,
                line.unit_minor,
                line.coupon_minor,
                line.commission_minor,
                line.commission_vat_minor,
                line.seller_minor,
                line.referral_minor,
                line.commission_base_minor,
                line.voucher_minor,
            )
            for line in lines
        ],
    )


async def add_refunded(refunded: Sequence[RefundedLine]) -> None:
    """Count pieces and money given back on their lines."""
    await database.execute_many(
        """UPDATE hub_order_line SET refunded_quantity = refunded_quantity + $2, refunded_minor = refunded_minor + $3
        WHERE id = $1""",
        [(one.line_id, one.quantity, one.amount_minor) for one in refunded if one.line_id is not None],
    )


async def set_shipped(quantities: Mapping[UUID, int]) -> None:
    """How many pieces of each line have left in all."""
    await database.execute_many(
        "UPDATE hub_order_line SET shipped_quantity = $2 WHERE id = $1", list(quantities.items())
    )


async def unanswered(before: datetime, limit: int) -> list[UUID]:
    """Parts whose boutique has not answered although its time, or half of it, is over by `before`; longest first."""
    rows = await database.fetch(
        """SELECT id FROM hub_shop_order
        WHERE state IN ('confirming', 'reholding', 'confirmed', 'placed')
          AND (coalesce(extended_until, answer_by) <= $1 OR reminded_at IS NULL AND answer_by IS NOT NULL)
        ORDER BY coalesce(extended_until, answer_by) LIMIT $2""",
        before,
        limit,
    )
    return [plain_id(row["id"]) for row in rows]
