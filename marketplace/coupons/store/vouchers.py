"""Queries on boutiques' vouchers and their uses. A voucher is locked while a use of it is taken."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations.vouchers import Voucher, VoucherUse
from federation.node import database


async def revision(shop_id: str, *, lock: bool = False) -> int:
    """Which list of a boutique is kept, 0 for none; with `lock` nobody else changes it meanwhile."""
    if lock:
        await database.execute(
            "INSERT INTO hub_voucher_list (shop_id, revision) VALUES ($1, 0) ON CONFLICT (shop_id) DO NOTHING", shop_id
        )
    locking = " FOR UPDATE" if lock else ""
    found = await database.fetch_value(f"SELECT revision FROM hub_voucher_list WHERE shop_id = $1{locking}", shop_id)  # noqa: S608 - our own words
    return int(found or 0)


async def replace(shop_id: str, new_revision: int, vouchers: Sequence[Voucher], now: datetime) -> None:
    """Keep these vouchers and no others; uses stay with their codes."""
    await database.execute(
        "UPDATE hub_voucher_list SET revision = $2, told_at = $3 WHERE shop_id = $1", shop_id, new_revision, now
    )
    await database.execute(
        "UPDATE hub_voucher SET terms = NULL WHERE shop_id = $1 AND NOT code = ANY($2::text[])",
        shop_id,
        [voucher.code for voucher in vouchers],
    )
    await database.execute_many(
        """INSERT INTO hub_voucher (shop_id, code, terms) VALUES ($1, $2, $3)
        ON CONFLICT (shop_id, code) DO UPDATE SET terms = excluded.terms""",
        [(shop_id, voucher.code, msgspec.json.encode(voucher).decode()) for voucher in vouchers],
    )


async def by_code(shop_id: str, code: str, *, lock: bool = False) -> Voucher | None:
    """One voucher that is offered; with `lock` nobody else takes a use of it until the transaction ends."""
    locking = " FOR UPDATE" if lock else ""
    found = await database.fetch_value(
        f"SELECT terms FROM hub_voucher WHERE shop_id = $1 AND code = $2{locking}",  # noqa: S608 - our own words
        shop_id,
        code,
    )
    return None if found is None else msgspec.json.decode(found, type=Voucher)


async def taken(shop_id: str, code: str) -> int:
    """How many uses are taken and not given back."""
    found = await database.fetch_value(
        "SELECT count(*)::int FROM hub_voucher_use WHERE shop_id = $1 AND code = $2 AND given_back_at IS NULL",
        shop_id,
        code,
    )
    return int(found or 0)


async def take(order_id: UUID, shop_id: str, code: str, now: datetime) -> None:
    """Note that an order uses a voucher."""
    await database.execute(
        "INSERT INTO hub_voucher_use (order_id, shop_id, code, taken_at) VALUES ($1, $2, $3, $4)",
        order_id,
        shop_id,
        code,
        now,
    )


async def give_back(order_id: UUID, shop_id: str | None, now: datetime) -> None:
    """An order (or its part of one boutique) uses no voucher any more."""
    await database.execute(
        """UPDATE hub_voucher_use SET given_back_at = $3
        WHERE order_id = $1 AND ($2::text IS NULL OR shop_id = $2) AND given_back_at IS NULL""",
        order_id,
        shop_id,
        now,
    )


async def uses(shop_id: str, limit: int) -> list[VoucherUse]:
    """How often each code is in use: those that are offered, then those that have ended and were used, newest first."""
    rows = await database.fetch(
        """SELECT voucher.code,
            count(used.order_id) FILTER (WHERE used.given_back_at IS NULL AND placed.state = 'paid')::int AS paid,
            count(used.order_id) FILTER (WHERE used.given_back_at IS NULL AND placed.state <> 'paid')::int AS open
        FROM hub_voucher AS voucher
        LEFT JOIN hub_voucher_use AS used ON used.shop_id = voucher.shop_id AND used.code = voucher.code
        LEFT JOIN hub_order AS placed ON placed.id = used.order_id
        WHERE voucher.shop_id = $1
        GROUP BY voucher.code, voucher.terms
        HAVING voucher.terms IS NOT NULL OR count(used.order_id) > 0
        ORDER BY voucher.terms IS NULL, max(greatest(used.taken_at, used.given_back_at)) DESC, voucher.code
        LIMIT $2""",
        shop_id,
        limit,
    )
    return [VoucherUse(code=row["code"], paid=row["paid"], open=row["open"]) for row in rows]
