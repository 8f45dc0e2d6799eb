"""Settling by two people what the provider will not pay back: one says how the shopper got it, another approves.

It was paid from the hub's own bank, or a lost dispute gave it, or part of each. Only then is anything posted; from then
on the provider is never asked for the refund again, and while a proposal waits it is not asked either. What the
provider pays nevertheless is booked as the hub's loss, and a person is told. Locks: the payment, so that no dispute of
it begins meanwhile, the refund, the proposal, disputes.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import dispute_postings, postings_desk
from payouts.domain.amounts import portion
from payouts.domain.proposal import ProposalStep
from payouts.domain.records import RefundRecord
from payouts.domain.refund import REFUND, RefundStatus, RefundStep
from payouts.domain.refund_by_hand import (
    BY_HAND,
    REASON_LENGTH_MAX,
    HandPayment,
    HandRecord,
    Owed,
    check,
)
from payouts.errors import PaymentMissingError, RefundRefusedError
from payouts.ports import RefundState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.disputes import refund_forbidden
from payouts.service.solvency import watch
from payouts.service.voiding import REFUND_FAILED, REFUND_WAITS, Given, given_by_lost, with_its_payment
from payouts.store import desk, ledger, rows
from payouts.store import refunds_by_hand as store

PAID_TWICE, BORNE_TWICE = "refund-paid-twice", "refund-borne-twice"
PAYMENTS_SHOWN = 50
EAST, WEST = timedelta(hours=14), timedelta(hours=12)
"""How far days begin before and after those of UTC: a bank's day is that of its own place."""


async def propose(wish: HandPayment, by: str, now: datetime) -> HandRecord:
    """Write down how a failed refund was settled, for somebody else to approve. In the caller's transaction.

    Raises RefundRefusedError when it has not failed, a bank decides about the money, another proposal waits, the sums
    are not what is owed, or the id stands for another proposal.
    """
    refund = await _locked(wish.refund_id)
    known = await store.proposals.get(wish.id)
    if known is not None:
        if known.content_hash != wish.content_hash:
            raise RefundRefusedError("this form was used for another proposal: open the page again")
        return known
    await _check(refund, wish, now)
    if await store.waiting_of(refund.id) is not None:
        raise RefundRefusedError("somebody has proposed something for this refund already: decide about that first")
    record = HandRecord(
        id=wish.id,
        refund_id=refund.id,
        attempt=refund.attempt,
        currency=refund.currency,
        transferred_minor=wish.transferred.amount_minor,
        given_minor=wish.given.amount_minor,
        bank_minor=wish.left_bank.amount_minor,
        bank_currency=wish.left_bank.currency,
        paid_on=wish.paid_on,
        bank_reference=wish.reference,
        reason=wish.reason,
        proposed_by=by,
        proposed_at=now,
        content_hash=wish.content_hash,
    )
    await store.proposals.add(record)
    return record


async def approve(pay: Payments, proposal_id: UUID, by: str, now: datetime) -> HandRecord:
    """Agree to somebody else's proposal and post it; again by the same person: no change. In the caller's transaction.

    Raises RefundRefusedError for one's own proposal or when the refund stands differently by now, IllegalMoveError for
    one that was decided.
    """
    refund, record = await _to_decide(proposal_id)
    if record.proposed_by == by:
        raise RefundRefusedError("somebody else has to approve this: it is your own proposal")
    if record.status.value == ProposalStep.APPROVED.value and record.decided_by == by:
        return record
    status = BY_HAND.after(record.status, ProposalStep.APPROVED)
    given = await _check(refund, record.payment, now)
    unborne = max(0, min(record.given_minor, given.unborne))
    cost_minor = given.cost_of_unborne(unborne) + _worth_minor(refund, record.given_minor - unborne)
    decided = msgspec.structs.replace(record, status=status, cost_minor=cost_minor, decided_by=by, decided_at=now)
    await store.proposals.save(decided)
    await _settle(pay, refund, decided, unborne, now)
    return decided


async def reject(proposal_id: UUID, by: str, note: str, now: datetime) -> HandRecord:
    """Turn a proposal down and say why; one's own can be withdrawn so. In the caller's transaction.

    Raises RefundRefusedError without a reason, IllegalMoveError for one that was approved.
    """
    if not note.strip() or len(note) > REASON_LENGTH_MAX:
        raise RefundRefusedError(sentence("say why not, in at most %(num)s characters", num=REASON_LENGTH_MAX))
    _, record = await _to_decide(proposal_id)
    if record.status.value == ProposalStep.REJECTED.value and record.decided_by == by:
        return record
    status = BY_HAND.after(record.status, ProposalStep.REJECTED)
    decided = msgspec.structs.replace(record, status=status, decided_by=by, decided_at=now, decision_note=note.strip())
    await store.proposals.save(decided)
    return decided


async def met_late(refund: RefundRecord, seen: RefundState, now: datetime) -> None:
    """The provider tells of a refund that people have settled: what it paid after all is booked, once for each attempt.

    In the caller's transaction, the refund locked.
    """
    taken = await store.taken_by(f"refund_paid:{seen.reference}")
    if seen.status == "succeeded" and seen.taken is not None and taken is None:
        await ledger.post(postings_desk.refund_paid_twice(refund.id, seen.reference, seen.taken), now)
        message = sentence(
            "the provider has paid the refund of %(amount)s after it was settled by hand: %(taken)s left the balance, "
            "and the shopper has it twice",
            amount=refund.amount,
            taken=seen.taken,
        )
        await rows.raise_alert(PAID_TWICE, str(refund.id), message, now)
        await watch(now)
    elif seen.status == "failed" and taken is not None:
        if await store.taken_by(f"refund_returned:{seen.reference}") is None:
            await ledger.post(postings_desk.refund_twice_returned(refund.id, seen.reference, taken), now)
        await desk.clear_alert_of(PAID_TWICE, str(refund.id), now)


async def _to_decide(proposal_id: UUID) -> tuple[RefundRecord, HandRecord]:
    """The refund and the proposal, locked in this order, after the payment."""
    refund = await _locked((await _proposal(proposal_id)).refund_id)
    return refund, await _proposal(proposal_id, lock=True)


async def _proposal(proposal_id: UUID, *, lock: bool = False) -> HandRecord:
    found = await store.proposals.get(proposal_id, lock=lock)
    if found is None:
        raise PaymentMissingError(sentence("there is no proposal %(id)s", id=proposal_id))
    return found


async def _locked(refund_id: UUID) -> RefundRecord:
    refund = await with_its_payment(refund_id)
    if refund is None:
        raise PaymentMissingError(sentence("there is no refund %(id)s", id=refund_id))
    return refund


async def _check(refund: RefundRecord, wish: HandPayment, now: datetime) -> Given:
    """Whether a refund can be settled like this now; what disputes have given. Raises RefundRefusedError.

    Disputes are asked whether they forbid it once they are locked: one may take the money just now.
    """
    if refund.status is not RefundStatus.FAILED or refund.settled is None:
        raise RefundRefusedError(
            "only a refund that has failed can be settled by hand: this one is under way, paid or void by now"
        )
    given = await given_by_lost(refund)
    forbidden = await refund_forbidden(refund.order_id, refund.payment_id, for_now=True)
    if forbidden:
        raise RefundRefusedError(forbidden)
    check(wish, _owed(refund, refund.settled, given, now))
    return given


def _owed(refund: RefundRecord, settled: Money, given: Given, now: datetime) -> Owed:
    at_most = max(0, min(given.in_all, refund.amount_minor))
    return Owed(
        amount=refund.amount,
        settled=settled,
        given_at_most=Money(at_most, refund.currency),
        unborne=Money(max(0, min(given.unborne, at_most)), refund.currency),
        since=(refund.created_at - WEST).date(),
        today=(now + EAST).date(),
    )


def _worth_minor(refund: RefundRecord, part_minor: int) -> int:
    """What part of a refund came to at the sale."""
    return portion(refund.settled_minor or 0, part_minor, refund.amount_minor)


async def _settle(pay: Payments, refund: RefundRecord, hand: HandRecord, unborne: int, now: datetime) -> None:
    settled = refund.settled or refund.amount
    cost = Money(hand.cost_minor, settled.currency)
    if hand.transferred_minor:
        step, paid = RefundStep.PAID_BY_HAND, (hand.left_bank, cost)
        posting = postings_desk.refund_by_hand(refund.id, refund.attempt, refund.amount, settled, paid)
    else:
        step = RefundStep.WRITTEN_OFF
        posting = dispute_postings.refund_void(refund.id, refund.attempt, refund.amount, settled, cost)
    await ledger.post(posting, now)
    changed = msgspec.structs.replace(
        refund,
        status=REFUND.after(refund.status, step),
        taken_minor=(hand.left_bank + cost).amount_minor,
        given_minor=hand.given_minor,
        unborne_minor=unborne,
        error="",
        updated_at=now,
    )
    await rows.refunds.save(changed)
    await _tell(pay, changed, hand, now)


async def _tell(pay: Payments, refund: RefundRecord, hand: HandRecord, now: datetime) -> None:
    """What follows from a refund that people settled: alerts end, shops are asked for their part, the shopper hears."""
    await desk.clear_alert_of(REFUND_WAITS, str(refund.id), now)
    await desk.clear_alert_of(REFUND_FAILED, refund.reference, now)
    borne_minor = refund.given_minor - refund.unborne_minor
    if borne_minor:
        borne = Money(borne_minor, refund.currency)
        message = sentence(
            "%(borne)s of the refund of %(amount)s was given by a dispute that boutiques bear as well: the hub has it "
            "now and owes it to them",
            borne=borne,
            amount=refund.amount,
        )
        await rows.raise_alert(BORNE_TWICE, str(refund.id), message, now)
    for claim in await rows.claims_of_refund(refund.id):
        await messages.send("pay.claim", claim.id, f"refund {hand.status.value} by hand", now)
    await watch(now)
    await pay.listener.refund_changed(refund.id, refund.status.value, now)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done about a refund: how much disputes have given, what waits, what was proposed before.

    `forbidden` says in a sentence why nothing can be done at this moment; empty when something can.
    """

    owed: Owed | None
    forbidden: str
    waiting: HandRecord | None
    decided: tuple[HandRecord, ...]


async def situation(refund_id: UUID, now: datetime) -> Situation:
    """How a refund stands for whoever wants to settle it. Raises PaymentMissingError."""
    refund = await rows.refunds.get(refund_id)
    if refund is None:
        raise PaymentMissingError(sentence("there is no refund %(id)s", id=refund_id))
    proposals = await store.of_refund(refund.id)
    is_open = refund.status is RefundStatus.FAILED and refund.settled is not None
    given = await given_by_lost(refund, lock=False)
    return Situation(
        owed=_owed(refund, refund.settled, given, now) if is_open and refund.settled is not None else None,
        forbidden=await refund_forbidden(refund.order_id, refund.payment_id, for_now=True) if is_open else "",
        waiting=next((each for each in proposals if each.decided_at is None), None),
        decided=tuple(each for each in proposals if each.decided_at is not None),
    )


async def proposer_of(proposal_id: UUID) -> str:
    """Who proposed it. Raises PaymentMissingError."""
    return (await _proposal(proposal_id)).proposed_by


async def paid_from_bank(limit: int = PAYMENTS_SHOWN) -> list[HandRecord]:
    """What was paid to shoppers from the hub's bank, to be found on its statements; the newest day first."""
    return await store.paid_from_bank(limit)
