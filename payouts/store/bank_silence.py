"""What our own bank has not been told of yet, or has not answered."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.node import database
from federation.vocabulary.money import Money


class SilentFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that should have been carried out, with what of it the bank's word is missing for."""

    id: UUID
    execute_on: date
    payments: int
    amount: Money


class LongQueue(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of a shop that have waited for a file since a moment."""

    shop_id: str
    shares: int
    since: datetime


async def silent_files(executed_before: date, limit: int) -> list[SilentFile]:
    """Files to be carried out before a day of which payments are neither paid nor returned, the oldest first."""
    rows = await database.fetch(
        "SELECT file.id, file.execute_on, file.currency, count(*) AS payments, "
        "sum(payout.amount_minor)::bigint AS amount_minor FROM pay_bank_file AS file "
        "JOIN pay_payout AS payout ON payout.bank_file_id = file.id AND payout.status = 'submitting' "
        "WHERE file.execute_on < $1 GROUP BY file.id ORDER BY file.execute_on LIMIT $2",
        executed_before,
        limit,
    )
    return [
        SilentFile(
            id=row["id"],
            execute_on=row["execute_on"],
            payments=row["payments"],
            amount=Money(row["amount_minor"], row["currency"]),
        )
        for row in rows
    ]


async def long_queues(queued_before: datetime, limit: int) -> list[LongQueue]:
    """Shops whose shares have waited for a file since before a moment, the longest first."""
    rows = await database.fetch(
        "SELECT shop_id, count(*) AS shares, min(updated_at) AS since FROM pay_settlement "
        "WHERE status = 'queued' AND updated_at < $1 GROUP BY shop_id ORDER BY since LIMIT $2",
        queued_before,
        limit,
    )
    return [msgspec.convert(dict(row), LongQueue) for row in rows]
