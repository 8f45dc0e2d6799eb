"""The provider's balance as it was listed to us, beside the ledger's, day by day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec

from federation.node import database
from payouts.dispute_ports import BalanceMove
from payouts.dispute_tables import BalanceMove as Table
from payouts.domain.dispute_records import MoveRecord
from payouts.store.shelf import Shelf

moves = Shelf(Table, MoveRecord)

BATCH = 200
OPEN_MAX = 500


async def last_id() -> str:
    """The newest movement we have read; empty before the first."""
    found: str | None = await database.fetch_value("SELECT id FROM pay_balance_move ORDER BY number DESC LIMIT 1")
    return found or ""


async def keep(listed: Sequence[BalanceMove], now: datetime) -> int:
    """Store movements once each, in their order; how many were new."""
    known = 0
    for move in listed:
        tag = await database.execute(
            "INSERT INTO pay_balance_move (id, type, amount_minor, fee_minor, currency, source, reference, "
            "description, created_at, available_at, state, note, assigned_by, seen_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'new', '', '', $11) ON CONFLICT (id) DO NOTHING",
            move.id,
            move.type,
            move.amount.amount_minor,
            move.fee.amount_minor,
            move.amount.currency,
            move.source,
            move.reference,
            move.description,
            move.created_at,
            move.available_at,
            now,
        )
        known += database.affected(tag)
    return known


async def to_match(after: int) -> list[MoveRecord]:
    """Movements without a transaction, in their order, from the one after number `after`."""
    return await moves.find(
        Table.state.is_in(["new", "waiting"]) & (Table.number > after), order_by=Table.number, limit=BATCH
    )


async def by_id(move_id: str, *, lock: bool = False) -> MoveRecord | None:
    """One movement."""
    found = await moves.find(Table.id == move_id, lock=lock)
    return found[0] if found else None


async def unmatched(limit: int = OPEN_MAX) -> list[MoveRecord]:
    """Movements that wait for their transaction or for a person, oldest first."""
    return await moves.find(Table.state.is_in(["new", "waiting", "suspense"]), order_by=Table.created_at, limit=limit)


async def of_day(day: date, currency: str, limit: int = OPEN_MAX) -> list[MoveRecord]:
    """A day's movements in a currency."""
    begin = datetime.combine(day, time(), UTC)
    return await moves.find(
        (Table.created_at >= begin) & (Table.created_at < begin + timedelta(days=1)) & (Table.currency == currency),
        order_by=Table.created_at,
        limit=limit,
    )


async def txn_of(idem: str) -> int | None:
    """The transaction posted under this id."""
    found: int | None = await database.fetch_value("SELECT id FROM pay_txn WHERE idem = $1", idem)
    return found


async def is_taken(txn_id: int) -> bool:
    """Whether a transaction is some movement's already."""
    return bool(await database.fetch_value("SELECT EXISTS (SELECT 1 FROM pay_balance_move WHERE txn_id = $1)", txn_id))


async def transfer_idem(provider_id: str) -> str | None:
    """The posting of the transfer that the provider made under this id."""
    row = await database.fetch_one(
        "SELECT settlement_id, attempt FROM pay_transfer WHERE provider_id = $1", provider_id
    )
    return None if row is None else f"transfer_result:{row['settlement_id']}:{row['attempt']}"


async def is_ours(table: str, row_id: UUID) -> bool:
    """Whether a row of one of our own tables exists."""
    return bool(await database.fetch_value(f"SELECT 1 FROM {table} WHERE id = $1", row_id))  # noqa: S608 - a word of our own code


class DayBalance(msgspec.Struct, frozen=True, kw_only=True):
    """One currency at the end of one day (UTC): what the provider had by its movements, and the ledger by its entries.

    `fees_to_come` are fees of payments that the ledger books only once their money is available; `on_the_way` is what
    the two count on different days; `only_ours` what the ledger holds without a movement. All minor units; what is
    left of the difference after these is unexplained.
    """

    day: date
    currency: str
    provider: int
    ledger: int
    fees_to_come: int
    on_the_way: int
    only_ours: int
    moves: int
    open: int

    @property
    def difference(self) -> int:
        """How much more the provider has than the ledger."""
        return self.provider - self.ledger

    @property
    def unexplained(self) -> int:
        """What nothing we know accounts for."""
        return self.difference - self.on_the_way + self.fees_to_come + self.only_ours


_AT_PROVIDER = "('provider:pending', 'provider:available')"
_MOVED_BY = (
    "('transfer_sent', 'refund_paid', 'refund_paid_twice', 'refund_returned', 'claim_reversed', 'dispute_funds',"
    " 'balance_move', 'funds')"
)

_DAYS = f"""
WITH move AS (
    SELECT move.*, move.amount_minor - move.fee_minor AS net, txn.effective_at AS booked_at,
        coalesce(settled.effective_at, captured.effective_at) AS captured_at,
        move.type IN ('charge', 'payment') AND move.reference <> '' AND move.state <> 'suspense' AS is_sale
    FROM pay_balance_move AS move
    LEFT JOIN pay_txn AS txn ON txn.id = move.txn_id
    LEFT JOIN pay_txn AS captured ON captured.idem = 'capture:' || move.reference
    LEFT JOIN pay_txn AS settled ON settled.idem = 'fx_settle:' || move.reference
), effect AS (
    SELECT txn.effective_at, txn.kind, txn.id, split_part(txn.idem, ':', 2) AS payment, entry.currency, entry.amount
    FROM pay_account AS account JOIN pay_entry AS entry ON entry.account_id = account.id
    JOIN pay_txn AS txn ON txn.id = entry.txn_id
    WHERE account.kind IN {_AT_PROVIDER}
), delta AS (
    SELECT created_at AS at, currency, net AS provider, 0::bigint AS ledger, 0::bigint AS fees, 0::bigint AS way,
        0::bigint AS ours, 1 AS moves, (state IN ('new', 'waiting', 'suspense'))::int AS open FROM move
    UNION ALL SELECT effective_at, currency, 0, amount, 0, 0, 0, 0, 0 FROM effect
    UNION ALL SELECT created_at, currency, 0, 0, fee_minor, amount_minor, 0, 0, 0 FROM move WHERE is_sale
    UNION ALL SELECT booked_at, currency, 0, 0, -fee_minor, 0, 0, 0, 0 FROM move
        WHERE is_sale AND booked_at IS NOT NULL
    UNION ALL SELECT captured_at, currency, 0, 0, 0, -amount_minor, 0, 0, 0 FROM move
        WHERE is_sale AND captured_at IS NOT NULL
    UNION ALL SELECT created_at, currency, 0, 0, 0, net, 0, 0, 0 FROM move WHERE NOT is_sale
    UNION ALL SELECT booked_at, currency, 0, 0, 0, -net, 0, 0, 0 FROM move
        WHERE NOT is_sale AND booked_at IS NOT NULL
    UNION ALL SELECT effective_at, currency, 0, 0, 0, 0, amount, 0, 0 FROM effect
        WHERE kind IN {_MOVED_BY} AND kind <> 'funds'
            AND NOT EXISTS (SELECT 1 FROM pay_balance_move AS known WHERE known.txn_id = effect.id)
    UNION ALL SELECT effective_at, currency, 0, 0, 0, 0, amount, 0, 0 FROM effect
        WHERE kind IN ('capture', 'fx_settle', 'suspense', 'funds')
            AND NOT EXISTS (SELECT 1 FROM pay_balance_move AS known WHERE known.reference = effect.payment)
), daily AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day, currency, sum(provider)::bigint AS provider,
        sum(ledger)::bigint AS ledger, sum(fees)::bigint AS fees, sum(way)::bigint AS way, sum(ours)::bigint AS ours,
        sum(moves)::int AS moves, sum(open)::int AS open
    FROM delta GROUP BY 1, 2
), every AS (
    SELECT day::date AS day, currency, 0::bigint AS provider, 0::bigint AS ledger, 0::bigint AS fees,
        0::bigint AS way, 0::bigint AS ours, 0 AS moves, 0 AS open
    FROM generate_series($1::date, $2::date, interval '1 day') AS day,
        (SELECT DISTINCT currency FROM daily) AS known
    UNION ALL SELECT * FROM daily WHERE day <= $2
), whole AS (
    SELECT day, currency, sum(provider) AS provider, sum(ledger) AS ledger, sum(fees) AS fees, sum(way) AS way,
        sum(ours) AS ours, sum(moves)::int AS moves, sum(open)::int AS open
    FROM every GROUP BY 1, 2
)
SELECT * FROM (
    SELECT day, currency, (sum(provider) OVER upto)::bigint AS provider, (sum(ledger) OVER upto)::bigint AS ledger,
        (sum(fees) OVER upto)::bigint AS fees_to_come, (sum(way) OVER upto)::bigint AS on_the_way,
        (sum(ours) OVER upto)::bigint AS only_ours, moves, open
    FROM whole WINDOW upto AS (PARTITION BY currency ORDER BY day)
) AS running WHERE day >= $1 ORDER BY day DESC, currency
"""  # noqa: S608 - words of our own code


async def days(first: date, last: date) -> list[DayBalance]:
    """Each day's end from `first` to `last`, newest first, in every currency there ever was money in."""
    found = await database.fetch(_DAYS, first, last)
    return [msgspec.convert(dict(row), DayBalance) for row in found]


class OnlyOurs(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that says money moved at the provider, which lists no such movement."""

    txn_id: int
    kind: str
    reference: str
    currency: str
    amount: int
    effective_at: datetime


async def only_ours(before: datetime, limit: int = OPEN_MAX) -> list[OnlyOurs]:
    """Transactions posted before a moment whose movement the provider does not list, oldest first."""
    found = await database.fetch(
        f"""SELECT txn.id AS txn_id, txn.kind, txn.reference, entry.currency, sum(entry.amount)::bigint AS amount,
            txn.effective_at
        FROM pay_txn AS txn JOIN pay_entry AS entry ON entry.txn_id = txn.id
        JOIN pay_account AS account ON account.id = entry.account_id
        WHERE txn.kind IN {_MOVED_BY} AND account.kind IN {_AT_PROVIDER} AND txn.effective_at < $1
            AND NOT EXISTS (SELECT 1 FROM pay_balance_move WHERE txn_id = txn.id)
        GROUP BY 1, 2, 3, 4, 6 ORDER BY txn.id LIMIT $2""",  # noqa: S608 - words of our own code
        before,
        limit,
    )
    return [msgspec.convert(dict(row), OnlyOurs) for row in found]
