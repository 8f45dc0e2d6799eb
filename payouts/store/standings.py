"""Where money stands, for people: what is kept, owed and at risk by shop and day, and the shares that do not move."""

from datetime import datetime

import msgspec

from federation.node import database
from payouts import tables as flow
from payouts.domain.records import SettlementRecord
from payouts.store import rows
from payouts.store.desk import STANDING


class Standing(msgspec.Struct, frozen=True):
    """One sum of one shop that began at `since` (minor units)."""

    shop_id: str
    currency: str
    since: datetime
    amount_minor: int


async def unreleased() -> list[Standing]:
    """What every shop is owed and was not sent, by the day it was sold; reserves among it."""
    return await _standings(
        """SELECT shop_id, currency, date_trunc('day', created_at) AS since,
            sum(amount_minor - refunded_minor - disputed_minor - netted_minor - reserved_minor - sent_minor
                - fee_minor)::bigint
                AS amount_minor
        FROM pay_settlement WHERE status IN ('held', 'releasable', 'queued', 'blocked', 'submitting') GROUP BY 1, 2, 3
        UNION ALL
        SELECT shop_id, currency, date_trunc('day', created_at), sum(amount_minor - used_minor)::bigint
        FROM pay_reserve WHERE status = 'kept' GROUP BY 1, 2, 3"""
    )


async def debts() -> list[Standing]:
    """What every shop owes back, by the day it came into being."""
    return await _standings(
        """SELECT shop_id, currency, date_trunc('day', created_at) AS since,
            sum(amount_minor - reversed_minor - netted_minor - written_off_minor)::bigint AS amount_minor
        FROM pay_claim WHERE status NOT IN ('recovered', 'written_off') GROUP BY 1, 2, 3"""
    )


async def sent_since(since: datetime) -> list[Standing]:
    """What was sent to every shop since then and can still be asked back by its buyers."""
    return await _standings(
        """SELECT shop_id, currency, date_trunc('day', released_at) AS since,
            sum(sent_minor - reversed_minor)::bigint AS amount_minor
        FROM pay_settlement WHERE released_at >= $1 AND sent_minor > reversed_minor GROUP BY 1, 2, 3""",
        since,
    )


async def _standings(sql: str, *args: object) -> list[Standing]:
    return [msgspec.convert(dict(row), Standing) for row in await database.fetch(sql, *args)]


async def oldest_unreleased(before: datetime, limit: int) -> list[SettlementRecord]:
    """Shares sold before then and still with us, oldest first."""
    table = flow.Settlement
    states = ["held", "releasable", "blocked", "queued", "submitting"]
    return await rows.settlements.find(
        table.status.is_in(states) & (table.created_at < before), order_by=table.created_at, limit=limit
    )


async def stuck(now: datetime, limit: int) -> list[SettlementRecord]:
    """What a person should look at: blocked shares, and held ones that are due or held up; oldest first."""
    found = await database.fetch(
        f"""SELECT settlement.id FROM pay_settlement AS settlement
        WHERE settlement.status = 'blocked' OR settlement.status = 'held' AND (settlement.due_at <= $1
            OR EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING}))
        ORDER BY settlement.created_at LIMIT $2""",  # noqa: S608 - as above
        now,
        limit,
    )
    if not found:
        return []
    table = flow.Settlement
    return await rows.settlements.find(table.id.is_in([row["id"] for row in found]), order_by=table.created_at)


async def not_due(now: datetime, limit: int) -> list[SettlementRecord]:
    """Held shares whose day has not come, the next first; those without a day, by age, come last."""
    found = await database.fetch(
        f"""SELECT settlement.id FROM pay_settlement AS settlement
        WHERE settlement.status = 'held' AND (settlement.due_at IS NULL OR settlement.due_at > $1)
            AND NOT EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING})
        ORDER BY settlement.due_at NULLS LAST, settlement.created_at LIMIT $2""",  # noqa: S608 - as above
        now,
        limit,
    )
    order = {row["id"]: place for place, row in enumerate(found)}
    table = flow.Settlement
    shares = await rows.settlements.find(table.id.is_in(list(order))) if order else []
    return sorted(shares, key=lambda one: order[one.id])
