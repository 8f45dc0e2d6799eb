"""Proposals to settle failed refunds by hand, and what of them was approved."""

from uuid import UUID

from federation.node import database
from federation.vocabulary.money import Money
from payouts import desk_tables as tables
from payouts.domain.proposal import ProposalStatus
from payouts.domain.refund_by_hand import HandRecord
from payouts.store.shelf import Shelf

proposals = Shelf(tables.RefundByHand, HandRecord)


async def of_refund(refund_id: UUID) -> list[HandRecord]:
    """All that was proposed for a refund, newest first."""
    table = tables.RefundByHand
    return await proposals.find(table.refund_id == refund_id, order_by=table.proposed_at, ascending=False)


async def waiting_of(refund_id: UUID) -> HandRecord | None:
    """What waits for a second person."""
    return await _one_of(refund_id, ProposalStatus.PROPOSED)


async def approved_of(refund_id: UUID) -> HandRecord | None:
    """How a refund was settled the last time that people settled it."""
    return await _one_of(refund_id, ProposalStatus.APPROVED)


async def _one_of(refund_id: UUID, status: ProposalStatus) -> HandRecord | None:
    table = tables.RefundByHand
    found = await proposals.find(
        (table.refund_id == refund_id) & (table.status == status.value),
        order_by=table.proposed_at,
        ascending=False,
        limit=1,
    )
    return found[0] if found else None


async def paid_from_bank(limit: int) -> list[HandRecord]:
    """What was paid to shoppers from the hub's bank, the newest day first."""
    table = tables.RefundByHand
    return await proposals.find(
        (table.status == ProposalStatus.APPROVED.value) & (table.transferred_minor > 0),
        order_by=table.paid_on,
        ascending=False,
        limit=limit,
    )


async def taken_by(idem: str) -> Money | None:
    """What a posting took from the balance at the provider; None when there is no such posting."""
    row = await database.fetch_one(
        "SELECT -sum(entry.amount)::bigint AS amount, entry.currency FROM pay_txn AS txn "
        "JOIN pay_entry AS entry ON entry.txn_id = txn.id JOIN pay_account AS account ON account.id = entry.account_id "
        "WHERE txn.idem = $1 AND account.kind = 'provider:available' GROUP BY entry.currency",
        idem,
    )
    return None if row is None else Money(row["amount"], row["currency"])
