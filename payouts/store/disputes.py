"""Disputes, what they are about and what they took, and fraud warnings."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from federation.node import database
from payouts import dispute_tables as tables
from payouts.domain import dispute_records as records
from payouts.domain.dispute import UNDECIDED
from payouts.domain.records import ClaimRecord, SettlementRecord
from payouts.store import rows
from payouts.store.shelf import Shelf
from payouts.tables import Claim, Settlement

disputes = Shelf(tables.Dispute, records.DisputeRecord)
lines = Shelf(tables.DisputeLine, records.DisputeLineRecord)
shares = Shelf(tables.DisputeShare, records.DisputeShareRecord)
moves = Shelf(tables.DisputeMove, records.DisputeMoveRecord)
warnings = Shelf(tables.FraudWarning, records.WarningRecord)

DISPUTES_MAX = 200
_UNDECIDED = sorted(status.value for status in UNDECIDED)


async def by_provider_id(provider_id: str, *, lock: bool = False) -> records.DisputeRecord | None:
    """The dispute of this number at the provider."""
    found = await disputes.find(tables.Dispute.provider_id == provider_id, lock=lock)
    return found[0] if found else None


async def of_order(order_id: UUID) -> list[records.DisputeRecord]:
    """An order's disputes, oldest first."""
    table = tables.Dispute
    return await disputes.find(table.order_id == order_id, order_by=table.opened_at)


async def shops_of(dispute_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """By dispute, the shops it is about: who sold the lines of its round, or all of the order while none are known."""
    found = await database.fetch(
        "SELECT dispute.id, array_agg(DISTINCT share.shop_id) AS shops FROM pay_dispute AS dispute "
        "JOIN pay_settlement AS share ON share.order_id = dispute.order_id AND share.kind IN ('sale', 'shipping') "
        "WHERE dispute.id = ANY($1) AND (NOT EXISTS (SELECT 1 FROM pay_dispute_line AS line "
        "WHERE line.dispute_id = dispute.id AND line.round = dispute.round) "
        "OR EXISTS (SELECT 1 FROM pay_dispute_line AS line WHERE line.dispute_id = dispute.id "
        "AND line.round = dispute.round AND line.shop_order_id = share.shop_order_id)) GROUP BY 1",
        list(dispute_ids),
    )
    return {UUID(int=row["id"].int): row["shops"] for row in found}


async def undecided_of_payment(payment_id: UUID) -> list[records.DisputeRecord]:
    """A payment's disputes that nothing is decided of."""
    table = tables.Dispute
    return await disputes.find((table.payment_id == payment_id) & table.status.is_in(_UNDECIDED))


async def warnings_of_payment(payment_id: UUID) -> list[records.WarningRecord]:
    """What banks suspect of a payment and nobody has looked at."""
    table = tables.FraudWarning
    return await warnings.find((table.payment_id == payment_id) & table.lifted_at.is_null())


async def listed(statuses: Collection[str], limit: int = DISPUTES_MAX, offset: int = 0) -> list[records.DisputeRecord]:
    """Disputes in any or in these states: those due soonest first, then the newest."""
    table = tables.Dispute
    where = table.status.is_in(sorted(statuses)) if statuses else table.id.is_not_null()
    undecided = set(statuses) <= set(_UNDECIDED) and bool(statuses)
    order = table.due_at if undecided else table.opened_at
    return await disputes.find(where, order_by=order, ascending=undecided, limit=limit, offset=offset)


async def lines_of(dispute_id: UUID, number: int) -> list[records.DisputeLineRecord]:
    """What of the lines a round is about."""
    table = tables.DisputeLine
    return await lines.find((table.dispute_id == dispute_id) & (table.round == number))


async def shares_of(dispute_id: UUID, number: int) -> list[records.DisputeShareRecord]:
    """What the settlements bear of a round."""
    table = tables.DisputeShare
    return await shares.find((table.dispute_id == dispute_id) & (table.round == number))


async def moves_of(dispute_id: UUID) -> list[records.DisputeMoveRecord]:
    """What a dispute did to the balance."""
    table = tables.DisputeMove
    return await moves.find(table.dispute_id == dispute_id, order_by=table.created_at)


async def claims_of(dispute_id: UUID) -> list[ClaimRecord]:
    """What shops owe because of a dispute, in any round, locked."""
    return await rows.claims.find(Claim.dispute_id == dispute_id, lock=True)


async def claims_seen(dispute_id: UUID) -> list[ClaimRecord]:
    """The same, to be looked at."""
    return await rows.claims.find(Claim.dispute_id == dispute_id)


async def reinstated_by(dispute_id: UUID) -> list[SettlementRecord]:
    """What shops are sent again because a dispute was won."""
    return await rows.settlements.find(Settlement.dispute_id == dispute_id)


async def unborne(before: datetime, limit: int = 50) -> list[UUID]:
    """Disputes whose money nobody bears yet, or whose answer was begun and not taken, untouched since `before`."""
    found = await database.fetch(
        "SELECT id FROM pay_dispute WHERE (funds = 'taken' OR answer = 'submitting') AND updated_at <= $1 "
        "ORDER BY updated_at LIMIT $2",
        before,
        limit,
    )
    return [row["id"] for row in found]


async def due_before(moment: datetime, limit: int = 50) -> list[records.DisputeRecord]:
    """Undecided disputes that nobody has answered and that are due before a moment."""
    table = tables.Dispute
    return await disputes.find(
        table.status.is_in(_UNDECIDED) & (table.answer != "given") & (table.due_at <= moment),
        order_by=table.due_at,
        limit=limit,
    )


async def warnings_open(limit: int = DISPUTES_MAX) -> list[records.WarningRecord]:
    """Warnings nobody has looked at, oldest first."""
    table = tables.FraudWarning
    return await warnings.find(table.lifted_at.is_null(), order_by=table.warned_at, limit=limit)


async def at_stake() -> dict[tuple[str, bool], tuple[int, int]]:
    """By the shopper's currency, and whether banks only ask: how many are undecided and what they are about."""
    found = await database.fetch(
        "SELECT currency, status = 'inquiry' AS asked, count(*)::int AS disputes, sum(amount_minor)::bigint AS amount "
        "FROM pay_dispute WHERE status = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2",
        _UNDECIDED,
    )
    return {(row["currency"], row["asked"]): (row["disputes"], row["amount"]) for row in found}


async def shop_orders_of(order_id: UUID) -> list[UUID]:
    """The shop orders of an order that anything is owed for."""
    found = await database.fetch(
        "SELECT DISTINCT shop_order_id FROM pay_settlement WHERE order_id = $1 ORDER BY 1", order_id
    )
    return [row["shop_order_id"] for row in found]
