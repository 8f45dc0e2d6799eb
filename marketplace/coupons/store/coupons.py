"""Queries on coupons and their uses. A coupon is locked while a use of it is taken, so that the last is the last."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from marketplace.coupons.domain.coupons import Coupon

_COLUMNS = """code, words, kind, amount_minor, percent_bp, currency, minimum_minor, starts_at, ends_at, uses_max,
    per_shopper_max, made_by, made_at, stopped_at"""


class CouponRow(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon with how often it is in use: by orders that were paid, and by orders that are not over."""

    coupon: Coupon
    used: int
    under_way: int
    off_minor: dict[str, int]


def _read(row: Mapping[str, Any]) -> Coupon:
    return Coupon(**row)


async def by_code(code: str, *, lock: bool = False) -> Coupon | None:
    """One coupon; with `lock` nobody else takes a use of it until the transaction ends."""
    locking = " FOR UPDATE" if lock else ""
    row = await database.fetch_one(f"SELECT {_COLUMNS} FROM hub_coupon WHERE code = $1{locking}", code)
    return None if row is None else _read(row)


async def insert(coupon: Coupon) -> bool:
    """Add a coupon; False when its code was given before."""
    tag = await database.execute(
        f"""INSERT INTO hub_coupon ({_COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (code) DO NOTHING""",
        *msgspec.structs.astuple(coupon),
    )
    return database.affected(tag) == 1


async def stop(code: str, now: datetime) -> bool:
    """End a coupon; False when it was ended before, or there is none."""
    tag = await database.execute(
        "UPDATE hub_coupon SET stopped_at = $2 WHERE code = $1 AND stopped_at IS NULL", code, now
    )
    return database.affected(tag) == 1


async def uses(code: str, email: str) -> tuple[int, int]:
    """How many uses are taken: of all shoppers, and with this mail address."""
    row = await database.fetch_one(
        """SELECT count(*)::int AS all_uses, count(*) FILTER (WHERE email = $2)::int AS own
        FROM hub_coupon_use WHERE code = $1 AND given_back_at IS NULL""",
        code,
        email,
    )
    return (0, 0) if row is None else (row["all_uses"], row["own"])


async def take(order_id: UUID, code: str, email: str, now: datetime) -> None:
    """Note that an order uses a coupon."""
    await database.execute(
        "INSERT INTO hub_coupon_use (order_id, code, email, taken_at) VALUES ($1, $2, $3, $4)",
        order_id,
        code,
        email,
        now,
    )


async def give_back(order_id: UUID, now: datetime) -> None:
    """An order that was never paid uses no coupon."""
    await database.execute(
        "UPDATE hub_coupon_use SET given_back_at = $2 WHERE order_id = $1 AND given_back_at IS NULL", order_id, now
    )


async def rows(limit: int, offset: int = 0) -> list[CouponRow]:
    """The newest coupons with what became of them; `off_minor` is what they took off paid orders, by currency."""
    columns = ", ".join(f"coupon.{name.strip()}" for name in _COLUMNS.split(","))
    found = await database.fetch(
        f"""SELECT {columns},
            (SELECT count(*) FROM hub_coupon_use AS used JOIN hub_order AS placed ON placed.id = used.order_id
                WHERE used.code = coupon.code AND placed.state = 'paid')::int AS used,
            (SELECT count(*) FROM hub_coupon_use AS used JOIN hub_order AS placed ON placed.id = used.order_id
                WHERE used.code = coupon.code AND used.given_back_at IS NULL AND placed.state <> 'paid')::int
                AS under_way,
            (SELECT coalesce(json_object_agg(sums.currency, sums.off), '{{}}')::text FROM (
                SELECT placed.currency, sum(line.coupon_minor)::bigint AS off
                FROM hub_coupon_use AS used JOIN hub_order AS placed ON placed.id = used.order_id
                JOIN hub_shop_order AS part ON part.order_id = placed.id
                JOIN hub_order_line AS line ON line.shop_order_id = part.id
                WHERE used.code = coupon.code AND placed.state = 'paid' GROUP BY placed.currency
            ) AS sums) AS off_minor
        FROM hub_coupon AS coupon ORDER BY coupon.made_at DESC, coupon.code LIMIT $1 OFFSET $2""",
        limit,
        offset,
    )
    return [_row(dict(row)) for row in found]


def _row(values: dict[str, Any]) -> CouponRow:
    used, under_way = values.pop("used"), values.pop("under_way")
    off = msgspec.json.decode(values.pop("off_minor"), type=dict[str, int])
    return CouponRow(coupon=_read(values), used=used, under_way=under_way, off_minor=off)
