"""How money runs, by period: what came in, what the hub kept of it, and whether boutiques were sent theirs on time.

Periods are days, weeks (from Monday) or months in UTC. Every query begins at a moment and follows an index from there.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from federation.node import database


class Taken(msgspec.Struct, frozen=True):
    """A period's paid orders in one currency, and what they came to before anything was given back (minor units)."""

    period: date
    currency: str
    orders: int
    amount_minor: int


class Kept(msgspec.Struct, frozen=True):
    """What a period added to one of the hub's own accounts, as the ledger has it (debit positive, minor units)."""

    period: date
    currency: str
    kind: str
    amount_minor: int


class Sent(msgspec.Struct, frozen=True):
    """Shares by the period of their day: sent by the end of grace, later, and not yet though it is over."""

    period: date
    currency: str
    punctual: int
    late: int
    missing: int


class Banked(msgspec.Struct, frozen=True):
    """A period's payouts to banks and how many of them came back."""

    period: date
    currency: str
    payouts: int
    returned: int


async def taken(step: str, since: datetime) -> list[Taken]:
    """Payments by the period they were booked in, in the currency they came to."""
    return await _read(
        Taken,
        """SELECT date_trunc($1, captured_at AT TIME ZONE 'UTC')::date AS period, settled_currency AS currency,
            count(*)::int AS orders, sum(settled_minor)::bigint AS amount_minor
        FROM pay_payment WHERE captured_at >= $2 AND status = 'paid' AND settled_minor IS NOT NULL GROUP BY 1, 2""",
        step,
        since,
    )


async def kept(step: str, since: datetime, kinds: list[str]) -> list[Kept]:
    """What was posted to these accounts of the hub's, by period."""
    return await _read(
        Kept,
        """SELECT date_trunc($1, txn.effective_at AT TIME ZONE 'UTC')::date AS period, account.currency, account.kind,
            sum(entry.amount)::bigint AS amount_minor
        FROM pay_account AS account
        JOIN pay_entry AS entry ON entry.account_id = account.id
        JOIN pay_txn AS txn ON txn.id = entry.txn_id
        WHERE account.kind = ANY($3::text[]) AND txn.effective_at >= $2 GROUP BY 1, 2, 3""",
        step,
        since,
        kinds,
    )


async def sent(step: str, since: datetime, now: datetime, grace_seconds: int) -> list[Sent]:
    """Shares whose day has come, by the period it came in; what was refunded before it was sent is left out."""
    return await _read(
        Sent,
        """SELECT date_trunc($1, due_at AT TIME ZONE 'UTC')::date AS period, currency,
            count(*) FILTER (WHERE done_at <= due_at + grace)::int AS punctual,
            count(*) FILTER (WHERE done_at > due_at + grace)::int AS late,
            count(*) FILTER (WHERE done_at IS NULL AND due_at + grace < $3)::int AS missing
        FROM (
            SELECT share.due_at, share.currency, make_interval(secs => $4) AS grace,
                CASE WHEN share.status = 'netted' THEN share.updated_at ELSE transfer.finished_at END AS done_at
            FROM pay_settlement AS share
            LEFT JOIN pay_transfer AS transfer ON transfer.settlement_id = share.id AND transfer.status = 'sent'
            WHERE share.due_at >= $2 AND share.due_at <= $3 AND share.status <> 'refunded'
        ) AS shares GROUP BY 1, 2""",
        step,
        since,
        now,
        float(grace_seconds),
    )


async def banked(step: str, since: datetime) -> list[Banked]:
    """Payouts by the period they were begun in."""
    return await _read(
        Banked,
        """SELECT date_trunc($1, created_at AT TIME ZONE 'UTC')::date AS period, currency, count(*)::int AS payouts,
            count(*) FILTER (WHERE status = 'failed')::int AS returned
        FROM pay_payout WHERE created_at >= $2 GROUP BY 1, 2""",
        step,
        since,
    )


async def _read(row: Any, sql: str, *args: object) -> list[Any]:
    return [msgspec.convert(dict(found), row) for found in await database.fetch(sql, *args)]
