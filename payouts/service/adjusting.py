"""Corrections by hand, by two people: one proposes, another approves or rejects; only then is anything posted.

The row is locked while it is decided, so that two clicks decide once. The same proposal again (id and content) answers
the same; another content under a known id is refused.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import postings_desk
from payouts.domain.adjustment import (
    ADJUSTMENT,
    REASON_LENGTH_MAX,
    AdjustmentRecord,
    Proposal,
    check_proposal,
)
from payouts.domain.claim import ClaimStatus
from payouts.domain.proposal import ProposalStatus, ProposalStep
from payouts.domain.records import ClaimRecord, SettlementRecord
from payouts.domain.settlement import SettlementKind, SettlementStatus
from payouts.errors import AdjustmentRefusedError, PaymentMissingError
from payouts.service import messages
from payouts.settings import PayoutSettings
from payouts.store import desk, ledger, rows


async def propose(proposal: Proposal, by: str, settings: PayoutSettings, now: datetime) -> AdjustmentRecord:
    """Write a correction down for somebody else to decide. In the caller's transaction.

    Raises AdjustmentRefusedError for one that may not be made, or whose id stands for another one.
    """
    check_proposal(proposal, settings.settlement_currency, settings.adjustment_minor_max)
    record = AdjustmentRecord(
        id=proposal.id,
        shop_id=proposal.shop_id,
        hub_account=proposal.hub_account,
        amount_minor=proposal.amount.amount_minor,
        currency=proposal.amount.currency,
        reason=proposal.reason,
        evidence=proposal.evidence,
        proposed_by=by,
        proposed_at=now,
        content_hash=proposal.content_hash,
    )
    await desk.insert_adjustment(record)
    known = await _adjustment(proposal.id)
    if known.content_hash != record.content_hash:
        raise AdjustmentRefusedError("this id was used for another correction: begin a new one")
    return known


async def approve(adjustment_id: UUID, by: str, now: datetime) -> AdjustmentRecord:
    """Agree to somebody else's proposal and post it; again by the same person: no change. In the caller's transaction.

    Raises AdjustmentRefusedError for one's own proposal, IllegalMoveError for one that was rejected.
    """
    known = await _to_decide(adjustment_id, by)
    if _said_before(known, ProposalStep.APPROVED, by):
        return known
    record = await _decide(known, ProposalStep.APPROVED, by, "", now)
    await ledger.post(postings_desk.adjustment(record.id, record.shop_id, record.hub_account, record.amount), now)
    await _give_or_take(record, now)
    return record


async def reject(adjustment_id: UUID, by: str, note: str, now: datetime) -> AdjustmentRecord:
    """Turn somebody else's proposal down and say why. In the caller's transaction; raises as `approve`."""
    if not note.strip() or len(note) > REASON_LENGTH_MAX:
        raise AdjustmentRefusedError(sentence("say why not, in at most %(num)s characters", num=REASON_LENGTH_MAX))
    known = await _to_decide(adjustment_id, by)
    if _said_before(known, ProposalStep.REJECTED, by):
        return known
    return await _decide(known, ProposalStep.REJECTED, by, note.strip(), now)


async def _to_decide(adjustment_id: UUID, by: str) -> AdjustmentRecord:
    """The proposal, locked; nobody decides their own."""
    record = await _adjustment(adjustment_id, lock=True)
    if record.proposed_by == by:
        raise AdjustmentRefusedError("somebody else has to decide this: it is your own proposal")
    return record


def _said_before(record: AdjustmentRecord, step: ProposalStep, by: str) -> bool:
    """Whether this is the same person's second click."""
    return record.status.value == step.value and record.decided_by == by


async def _decide(record: AdjustmentRecord, step: ProposalStep, by: str, note: str, now: datetime) -> AdjustmentRecord:
    decided = msgspec.structs.replace(
        record,
        status=ADJUSTMENT.after(record.status, step),
        decided_by=by,
        decided_at=now,
        decision_note=note,
    )
    await desk.adjustments.save(decided)
    return decided


async def _give_or_take(record: AdjustmentRecord, now: datetime) -> None:
    """Let a shop be sent what it is owed by a correction, or owe what it takes away: netted from what comes next."""
    if not record.shop_id:
        return
    amount = Money(abs(record.amount_minor), record.currency)
    if record.amount_minor < 0:
        claim = ClaimRecord(
            id=new_id(),
            adjustment_id=record.id,
            shop_id=record.shop_id,
            currency=amount.currency,
            amount_minor=amount.amount_minor,
            status=ClaimStatus.OWED,
            created_at=now,
            updated_at=now,
        )
        await rows.claims.add(claim)
        return
    share = SettlementRecord(
        id=new_id(),
        order_id=record.id,
        payment_id=None,
        shop_order_id=record.id,
        shop_id=record.shop_id,
        kind=SettlementKind.ADJUSTMENT,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        status=SettlementStatus.RELEASABLE,
        due_at=now,
        released_at=now,
        created_at=now,
        updated_at=now,
    )
    await rows.settlements.add(share)
    await messages.send("pay.transfer", share.id, "approved", now)


async def _adjustment(adjustment_id: UUID, *, lock: bool = False) -> AdjustmentRecord:
    found = await desk.adjustments.get(adjustment_id, lock=lock)
    if found is None:
        raise PaymentMissingError(sentence("there is no correction %(id)s", id=adjustment_id))
    return found


async def proposer_of(adjustment_id: UUID) -> str:
    """Who proposed a correction. Raises PaymentMissingError."""
    return (await _adjustment(adjustment_id)).proposed_by


async def newest(limit: int = 200) -> list[AdjustmentRecord]:
    """Corrections, the newest proposed first."""
    return await desk.newest_adjustments(limit)


async def proposed(limit: int = 200) -> list[AdjustmentRecord]:
    """Corrections that wait for a second person."""
    return await desk.newest_adjustments(limit, ProposalStatus.PROPOSED)
