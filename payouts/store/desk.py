"""The shelves and queries of what stands around the flow of money: holds, reserves, terms, files, corrections, jobs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from payouts import desk_tables as tables
from payouts import tables as flow
from payouts.domain.adjustment import AdjustmentRecord
from payouts.domain.hold import HoldReason, HoldRecord, ReserveRecord
from payouts.domain.jobs import JobRecord
from payouts.domain.proposal import ProposalStatus
from payouts.domain.records import (
    AlertRecord,
    BankFileRecord,
    FloatMoveRecord,
    MovementRecord,
    PayoutRecord,
    SettlementRecord,
    TransferRecord,
)
from payouts.domain.terms import TermsRecord
from payouts.store import rows
from payouts.store.shelf import Shelf

holds = Shelf(tables.Hold, HoldRecord)
reserves = Shelf(tables.Reserve, ReserveRecord)
terms = Shelf(tables.Terms, TermsRecord)
bank_files = Shelf(tables.BankFile, BankFileRecord)
float_moves = Shelf(tables.FloatMove, FloatMoveRecord)
adjustments = Shelf(tables.Adjustment, AdjustmentRecord)
jobs = Shelf(tables.Job, JobRecord)

STANDING = "(hold.shop_order_id = settlement.shop_order_id OR hold.shop_id = settlement.shop_id)"


async def place_hold(hold: HoldRecord) -> bool:
    """Write a hold unless the same one stands; False when it does."""
    tag = await database.execute(
        "INSERT INTO pay_hold (shop_order_id, shop_id, reason, reference, note, placed_by, placed_at, lifted_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, '') ON CONFLICT DO NOTHING",
        hold.shop_order_id,
        hold.shop_id,
        hold.reason.value,
        hold.reference,
        hold.note,
        hold.placed_by,
        hold.placed_at,
    )
    return database.affected(tag) == 1


async def standing_holds(shop_order_id: UUID, shop_id: str) -> list[HoldRecord]:
    """What holds up this shop's shares of this shop order, oldest first."""
    table = tables.Hold
    order_holds = await holds.find((table.shop_order_id == shop_order_id) & table.lifted_at.is_null())
    shop_holds = await holds.find((table.shop_id == shop_id) & (table.shop_id != "") & table.lifted_at.is_null())
    return [*order_holds, *shop_holds]


async def open_holds(limit: int) -> list[HoldRecord]:
    """Every hold that stands, oldest first."""
    table = tables.Hold
    return await holds.find(table.lifted_at.is_null(), order_by=table.placed_at, limit=limit)


async def holds_of_orders(shop_order_ids: Collection[UUID]) -> list[HoldRecord]:
    """What holds up any of these shop orders."""
    if not shop_order_ids:
        return []
    table = tables.Hold
    return await holds.find(table.shop_order_id.is_in(list(shop_order_ids)) & table.lifted_at.is_null())


async def holds_of_shops(shop_ids: Collection[str]) -> list[HoldRecord]:
    """What holds up everything of any of these shops."""
    if not shop_ids:
        return []
    table = tables.Hold
    return await holds.find(table.shop_id.is_in(list(shop_ids)) & table.lifted_at.is_null())


async def hold_of(shop_order_id: UUID | None, shop_id: str, reason: HoldReason, reference: str) -> HoldRecord | None:
    """One standing hold, locked."""
    table = tables.Hold
    where = table.shop_order_id.is_null() if shop_order_id is None else table.shop_order_id == shop_order_id
    found = await holds.find(
        where
        & (table.shop_id == shop_id)
        & (table.reason == reason.value)
        & (table.reference == reference)
        & table.lifted_at.is_null(),
        lock=True,
    )
    return found[0] if found else None


async def settlements_due(now: datetime, limit: int) -> list[UUID]:
    """Held shares whose moment has come and that nothing holds up, the longest due first: an index leads there."""
    found = await database.fetch(
        f"""SELECT settlement.id FROM pay_settlement AS settlement
        JOIN pay_payment AS payment ON payment.id = settlement.payment_id AND payment.settled_at IS NOT NULL
        WHERE settlement.status = 'held' AND settlement.due_at <= $1
            AND NOT EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING})
            AND (EXISTS (SELECT 1 FROM pay_shop_account AS account
                    WHERE account.shop_id = settlement.shop_id AND account.ready)
                OR EXISTS (SELECT 1 FROM pay_terms AS terms
                    WHERE terms.shop_id = settlement.shop_id AND terms.rail = 'bank' AND terms.iban <> ''))
        ORDER BY settlement.due_at LIMIT $2""",  # noqa: S608 - both parts are words of our own code
        now,
        limit,
    )
    return [row["id"] for row in found]


async def take_blocked(now: datetime, again_at: datetime, limit: int) -> list[UUID]:
    """Blocked shares that may be tried again, the longest waiting first, and not again before `again_at`.

    Those that wait for the provider's balance, whose shop's account is ready by now, or whose holds are all lifted;
    what the provider or a bank refused is tried again on a person's word.
    """
    found = await database.fetch(
        f"""UPDATE pay_settlement SET next_try_at = $2 WHERE id IN (
            SELECT settlement.id FROM pay_settlement AS settlement
            WHERE settlement.status = 'blocked' AND (settlement.next_try_at IS NULL OR settlement.next_try_at <= $1)
                AND CASE settlement.block_reason WHEN 'balance' THEN true WHEN 'refused' THEN false
                    WHEN 'account' THEN EXISTS (SELECT 1 FROM pay_shop_account AS account
                        WHERE account.shop_id = settlement.shop_id AND account.ready)
                    ELSE NOT EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING}) END
            ORDER BY settlement.next_try_at NULLS FIRST LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id""",  # noqa: S608
        now,
        again_at,
        limit,
    )
    return [row["id"] for row in found]


async def blocked_by_hold(shop_order_id: UUID | None, shop_id: str, limit: int) -> list[SettlementRecord]:
    """Shares that a hold on this order or shop has stopped, to be woken."""
    table = flow.Settlement
    of = table.shop_id == shop_id if shop_order_id is None else table.shop_order_id == shop_order_id
    reasons = [reason.value for reason in HoldReason]
    return await rows.settlements.find(
        of & (table.status == "blocked") & table.block_reason.is_in(reasons), limit=limit
    )


async def reserves_due(now: datetime, limit: int) -> list[UUID]:
    """Reserves whose day has come and whose order nothing holds up, oldest first."""
    found = await database.fetch(
        f"""SELECT reserve.id FROM pay_reserve AS reserve
        JOIN pay_settlement AS settlement ON settlement.id = reserve.settlement_id
        WHERE reserve.status = 'kept' AND reserve.release_at <= $1
            AND NOT EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING})
        ORDER BY reserve.release_at LIMIT $2""",  # noqa: S608 - as above
        now,
        limit,
    )
    return [row["id"] for row in found]


async def reserves_kept(shop_id: str, currency: str) -> list[ReserveRecord]:
    """What is kept back of a shop, the first to be released first, locked."""
    table = tables.Reserve
    return await reserves.find(
        (table.shop_id == shop_id) & (table.currency == currency) & (table.status == "kept"),
        order_by=table.release_at,
        lock=True,
    )


async def reserves_of(shop_id: str | None, limit: int) -> list[ReserveRecord]:
    """What is kept back of one shop or of all, the next to be released first."""
    table = tables.Reserve
    of = table.id.is_not_null() if shop_id is None else table.shop_id == shop_id
    return await reserves.find((table.status == "kept") & of, order_by=table.release_at, limit=limit)


async def reserves_of_shares(settlement_ids: Collection[UUID]) -> list[ReserveRecord]:
    """What was kept back of these settlements, whatever became of it."""
    if not settlement_ids:
        return []
    return await reserves.find(tables.Reserve.settlement_id.is_in(list(settlement_ids)))


async def terms_of_rail(rail: str) -> list[TermsRecord]:
    """Shops that are paid by this way."""
    return await terms.find(tables.Terms.rail == rail, limit=5_000)


async def all_terms() -> list[TermsRecord]:
    """Every shop with terms of its own."""
    return await terms.find(tables.Terms.shop_id.is_not_null(), limit=5_000)


async def queued(currency: str, limit: int, *, lock: bool) -> list[SettlementRecord]:
    """Shares that wait for the next bank file, oldest first."""
    table = flow.Settlement
    return await rows.settlements.find(
        (table.status == "queued") & (table.currency == currency), lock=lock, limit=limit
    )


async def queued_of(shop_id: str) -> list[SettlementRecord]:
    """One shop's shares that wait for a bank file."""
    table = flow.Settlement
    return await rows.settlements.find((table.status == "queued") & (table.shop_id == shop_id))


async def transfers_of_payout(payout_id: UUID) -> list[TransferRecord]:
    """What one payment of a bank file is made of."""
    return await rows.transfers.find(flow.Transfer.payout_id == payout_id)


async def shop_of_account(account_id: str) -> str | None:
    """Whose account at the provider this is, or was when something was sent there."""
    found: str | None = await database.fetch_value(
        "SELECT shop_id FROM pay_shop_account WHERE provider_id = $1 UNION ALL (SELECT settlement.shop_id"
        " FROM pay_transfer AS transfer JOIN pay_settlement AS settlement ON settlement.id = transfer.settlement_id"
        " WHERE transfer.account_id = $1 LIMIT 1) LIMIT 1",
        account_id,
    )
    return found


async def payout_of_provider(provider_id: str) -> PayoutRecord | None:
    """The payout of this number at the provider."""
    found = await rows.payouts.find(flow.Payout.provider_id == provider_id)
    return found[0] if found else None


async def movements_named(references: Sequence[str]) -> list[MovementRecord]:
    """Movements by what they are called."""
    return await rows.movements.find(flow.Movement.reference.is_in(list(references)))


async def sent_by_bank_before(settlement_id: UUID) -> bool:
    """Whether our bank has sent this share once already, and it came back."""
    found = await database.fetch_value(
        "SELECT 1 FROM pay_movement WHERE settlement_id = $1 AND reference LIKE 'bank sent:%' LIMIT 1", settlement_id
    )
    return found is not None


async def payouts_of_file(file_id: UUID) -> list[PayoutRecord]:
    """The payments of a bank file."""
    return await rows.payouts.find(flow.Payout.bank_file_id == file_id)


async def newest_files(limit: int) -> list[BankFileRecord]:
    """Bank files, newest first."""
    table = tables.BankFile
    return await bank_files.find(table.id.is_not_null(), order_by=table.made_at, ascending=False, limit=limit)


async def insert_adjustment(record: AdjustmentRecord) -> bool:
    """Write a proposal; False when its id is taken."""
    tag = await database.execute(
        "INSERT INTO pay_adjustment (id, shop_id, hub_account, amount_minor, currency, reason, evidence, status,"
        " proposed_by, proposed_at, decided_by, decision_note, content_hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, '', '', $10) ON CONFLICT (id) DO NOTHING",
        record.id,
        record.shop_id,
        record.hub_account,
        record.amount_minor,
        record.currency,
        record.reason,
        record.evidence,
        record.proposed_by,
        record.proposed_at,
        record.content_hash,
    )
    return database.affected(tag) == 1


async def newest_adjustments(limit: int, status: ProposalStatus | None = None) -> list[AdjustmentRecord]:
    """Corrections, newest first."""
    table = tables.Adjustment
    where = table.id.is_not_null() if status is None else table.status == status.value
    return await adjustments.find(where, order_by=table.proposed_at, ascending=False, limit=limit)


async def job_begins(name: str, interval_seconds: int, now: datetime) -> None:
    """Note that a job runs now."""
    await database.execute(
        "INSERT INTO pay_job (name, interval_seconds, known_since, started_at, error, runs, failures, found)"
        " VALUES ($1, $2, $3, $3, '', 1, 0, 0) ON CONFLICT (name) DO UPDATE"
        " SET interval_seconds = EXCLUDED.interval_seconds, started_at = $3, runs = pay_job.runs + 1",
        name,
        interval_seconds,
        now,
    )


async def job_succeeded(name: str, found: int, now: datetime) -> None:
    """Note that a job came to its end, and on how many things it came."""
    await database.execute(
        "UPDATE pay_job SET succeeded_at = $2, error = '', found = $3 WHERE name = $1", name, now, found
    )


async def job_failed(name: str, error: str, now: datetime) -> None:
    """Note what stopped a job."""
    await database.execute(
        "UPDATE pay_job SET failed_at = $2, error = $3, failures = failures + 1 WHERE name = $1", name, now, error
    )


async def know_jobs(intervals: dict[str, int], now: datetime) -> None:
    """Note which jobs there should be, also those that never ran; others are forgotten."""
    await database.execute(
        "INSERT INTO pay_job (name, interval_seconds, known_since, error, runs, failures, found)"
        " SELECT name, seconds, $3, '', 0, 0, 0 FROM unnest($1::text[], $2::int[]) AS wanted (name, seconds)"
        " ON CONFLICT (name) DO NOTHING",
        list(intervals),
        list(intervals.values()),
        now,
    )
    await database.execute("DELETE FROM pay_job WHERE name <> ALL($1::text[])", list(intervals))


async def all_jobs() -> list[JobRecord]:
    """Every job, by name."""
    return await jobs.find(tables.Job.name.is_not_null())


async def lock_float_moves() -> None:
    """Let one move to the bank be begun at a time."""
    await database.execute("SELECT pg_advisory_xact_lock(hashtextextended('pay_float_move', 20261122))")


async def float_move_is_asked_for(currency: str) -> bool:
    """Whether the provider has not yet said what became of a move in this currency; there is one at most."""
    table = tables.FloatMove
    return bool(await float_moves.find((table.status == "submitting") & (table.currency == currency), limit=1))


async def newest_float_moves(limit: int) -> list[FloatMoveRecord]:
    """What was moved to the bank, newest first."""
    table = tables.FloatMove
    return await float_moves.find(table.id.is_not_null(), order_by=table.created_at, ascending=False, limit=limit)


async def due_by_bank(currency: str) -> int:
    """What our bank has paid boutiques and shoppers and has to pay, less what was moved there for it (minor units).

    It has to pay shares that wait for a file or lie in one whose payment is open; refunds that people paid, it has
    paid. Moved is what we asked for and did not fail, and what an operator had sent there at the provider. The hub's
    own money, put in as a float, counts for nothing.
    """
    found: int = await database.fetch_value(
        "SELECT (SELECT coalesce(sum(amount_minor - refunded_minor - disputed_minor - netted_minor - reserved_minor"
        " - sent_minor - fee_minor), 0) FROM pay_settlement WHERE status = 'queued' AND currency = $1)::bigint"
        " + (SELECT coalesce(sum(amount_minor), 0) FROM pay_payout WHERE rail = 'bank' AND currency = $1"
        " AND status <> 'failed')::bigint"
        " + (SELECT coalesce(sum(bank_minor), 0) FROM pay_refund_by_hand WHERE bank_currency = $1"
        " AND status = 'approved')::bigint"
        " - (SELECT coalesce(sum(amount_minor), 0) FROM pay_float_move WHERE currency = $1"
        " AND status <> 'failed')::bigint"
        " + (SELECT coalesce(sum(amount_minor), 0) FROM pay_balance_move AS move WHERE currency = $1"
        " AND type IN ('payout', 'payout_failure', 'payout_cancel')"
        " AND NOT EXISTS (SELECT 1 FROM pay_float_move AS own WHERE own.id::text = move.reference))::bigint",
        currency,
    )
    return found


async def clear_alerts_but(kind: str, references: Collection[str], now: datetime) -> None:
    """Clear the open alerts of a kind whose cause is over: all but those about `references`."""
    await database.execute(
        "UPDATE pay_alert SET cleared_at = $3 WHERE kind = $1 AND cleared_at IS NULL AND reference <> ALL($2::text[])",
        kind,
        list(references),
        now,
    )


async def clear_alert_of(kind: str, reference: str, now: datetime) -> None:
    """Clear the open alert of a kind about one thing, whose cause is over."""
    await database.execute(
        "UPDATE pay_alert SET cleared_at = $3 WHERE kind = $1 AND reference = $2 AND cleared_at IS NULL",
        kind,
        reference,
        now,
    )


async def has_alert(kind: str, reference: str) -> bool:
    """Whether an alert of a kind about one thing is open."""
    found = await database.fetch_value(
        "SELECT 1 FROM pay_alert WHERE kind = $1 AND reference = $2 AND cleared_at IS NULL", kind, reference
    )
    return found is not None


async def take_unmailed_alerts(now: datetime, limit: int) -> list[AlertRecord]:
    """Open alerts nobody was written to about, oldest first; they count as written about from now on."""
    found = await database.fetch(
        "UPDATE pay_alert SET mailed_at = $1 WHERE id IN (SELECT id FROM pay_alert WHERE mailed_at IS NULL"
        " AND cleared_at IS NULL ORDER BY raised_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, kind, reference, message, told, raised_at, cleared_at, mailed_at",
        now,
        limit,
    )
    return sorted((msgspec.convert(dict(row), AlertRecord) for row in found), key=lambda one: one.raised_at)
