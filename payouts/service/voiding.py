"""Refunds that the shopper got by a dispute instead: the bank gave the money, so it is not paid a second time.

What a dispute takes is first for whole refunds of its payment that are not paid yet, then of the lines that are left:
that part is nobody's but the hub's (the dispute's excess). Where that depends on refunds that are under way, nobody
bears the dispute before it is known what became of them. Once the dispute is lost it pays those refunds, which are
void from then on; if the bank decides otherwise in the end they are owed again. So is what people counted as given by
a lost dispute (`payouts.service.refund_by_hand`). Locks: the payment where a refund is paid, the refund, then disputes.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import dispute_postings, postings_desk
from payouts.domain.amounts import portion
from payouts.domain.dispute import FundsStage
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.proposal import ProposalStatus
from payouts.domain.records import RefundRecord
from payouts.domain.refund import BY_HAND, REFUND, UNDER_WAY, UNPAID, RefundStatus, RefundStep
from payouts.service import messages
from payouts.service.context import Payments
from payouts.store import desk, ledger, rows
from payouts.store import disputes as store
from payouts.store import refunds_by_hand as hands

REFUND_WAITS = "refund-waits"
"""The alert of a refund that stands while the bank decides."""

REFUND_FAILED = "refund-failed"
"""The alert of an attempt that did not reach the shopper."""

PART_OWED = "refund-part-owed"
"""The alert of a refund by hand that a dispute does not pay in part any more."""

VOID_TRANSFERRED = "refund-void-transferred"
"""The alert of a refund that is void while somebody says that it was paid from our bank."""

_SET_ASIDE = frozenset({FundsStage.BORNE, FundsStage.LOST})

_OPEN = frozenset({RefundStatus.REQUESTED, RefundStatus.FAILED})


async def for_refunds_minor(dispute: DisputeRecord) -> int:
    """What of a dispute is for refunds that are not paid yet: whole ones, the oldest first, as far as they fit.

    What other disputes of the payment have set aside for refunds is not set aside again.
    """
    found = [each for each in await rows.refunds_of_payment(dispute.payment_id) if each.currency == dispute.currency]
    others = [each for each in await store.of_order(dispute.order_id) if each.id != dispute.id]
    aside = sum([await _excess_minor(each) for each in others if _pays_refunds(each, dispute, _SET_ASIDE)])
    aside -= sum(each.by_unborne_minor for each in found)
    left = dispute.amount_minor
    for refund in found:
        if refund.status not in UNPAID:
            continue
        if refund.amount_minor <= aside:
            aside -= refund.amount_minor
        elif refund.amount_minor <= left:
            left -= refund.amount_minor
    return dispute.amount_minor - left


def _pays_refunds(dispute: DisputeRecord, of: DisputeRecord | RefundRecord, stages: frozenset[FundsStage]) -> bool:
    """Whether what no line bears of a dispute can be for a payment's refunds, now that its money is in such a stage."""
    return dispute.payment_id == of.payment_id and dispute.currency == of.currency and dispute.funds in stages


async def _excess_minor(dispute: DisputeRecord) -> int:
    """What of a dispute no line bears, in the shopper's currency."""
    return dispute.amount_minor - sum(each.paid for each in await store.lines_of(dispute.id, dispute.round))


async def waited_for(dispute: DisputeRecord, left_minor: int) -> list[RefundRecord]:
    """The refunds still under way that decide what the lines bear, with so much left of them all; none mostly."""
    found = [
        each
        for each in await rows.refunds_of_payment(dispute.payment_id)
        if each.currency == dispute.currency and each.amount_minor <= dispute.amount_minor
    ]
    at_most = sum(each.amount_minor for each in found if each.status in UNPAID | UNDER_WAY)
    under_way = [each for each in found if each.status in UNDER_WAY]
    return under_way if dispute.amount_minor - at_most < left_minor else []


async def have_reviewed(dispute: DisputeRecord, now: datetime) -> None:
    """A dispute was lost, or its money came back after that: look at its payment's refunds. In that transaction."""
    for refund in await rows.refunds_of_payment(dispute.payment_id):
        if refund.status in {*UNPAID, *UNDER_WAY, *BY_HAND, RefundStatus.VOIDED}:
            occasion = f"{dispute.id}:{dispute.round}:{dispute.funds.value}"
            await messages.send("pay.refund", refund.id, occasion, now)


async def with_its_payment(refund_id: UUID) -> RefundRecord | None:
    """A refund, its payment locked first, then itself: nobody begins a dispute of it until the transaction is over.

    A new dispute sets money aside for refunds that are not paid yet, so it must not begin while one is being paid.
    """
    known = await rows.refunds.get(refund_id)
    if known is None:
        return None
    await rows.hold_payment(known.payment_id)
    return await rows.refunds.get(refund_id, lock=True)


async def review(pay: Payments, refund: RefundRecord, now: datetime) -> RefundRecord:
    """Void a refund that lost disputes pay, or let one be owed again, or part of it, that they do not pay any more.

    In the caller's transaction, the refund locked; answers it as it is then. It is reckoned in the shopper's currency,
    as disputes and refunds are at different rates.
    """
    if refund.settled is None or refund.status not in {*_OPEN, *BY_HAND, RefundStatus.VOIDED}:
        return refund
    given = await given_by_lost(refund)
    if refund.status in _OPEN and refund.amount_minor <= given.unborne:
        return await _void(pay, refund, Money(given.cost_of_unborne(refund.amount_minor), refund.settled.currency), now)
    over = (refund.by_unborne_minor and given.unborne < 0) or (refund.given_minor and given.in_all < 0)
    if over and refund.status is RefundStatus.PAID_BY_HAND:
        return await _part_owed(refund, now)
    return await _reopen(pay, refund, now) if over else refund


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What lost disputes of a payment gave its shopper, less what refunds count of it already (minor units).

    `unborne` of it no line bears: the hub gave that up, all of `excess`, and it had cost `excess_cost` in its currency.
    Below zero when refunds count more than that.
    """

    in_all: int
    unborne: int
    excess: int
    excess_cost: int

    def cost_of_unborne(self, part: int) -> int:
        """What a part of what no line bears had cost."""
        return portion(self.excess_cost, part, self.excess) if part else 0


async def given_by_lost(refund: RefundRecord, *, lock: bool = True) -> Given:
    """What lost disputes, locked, gave of a refund's payment and no refund counts, this one included."""
    lost = await _lost(refund, lock=lock)
    refunds = await rows.refunds_of_payment(refund.payment_id)
    excess = sum([await _excess_minor(each) for each in lost])
    return Given(
        in_all=sum(each.amount_minor for each in lost) - sum(each.by_disputes_minor for each in refunds),
        unborne=excess - sum(each.by_unborne_minor for each in refunds),
        excess=excess,
        excess_cost=sum(each.excess_minor for each in lost),
    )


async def _lost(refund: RefundRecord, *, lock: bool) -> list[DisputeRecord]:
    """The lost disputes of a refund's payment."""
    found = [await store.disputes.get(each.id, lock=lock) for each in await store.of_order(refund.order_id)]
    return [
        each
        for each in found
        if each is not None
        and each.taken_currency == refund.settled_currency
        and _pays_refunds(each, refund, frozenset({FundsStage.LOST}))
    ]


async def _void(pay: Payments, refund: RefundRecord, cost: Money, now: datetime) -> RefundRecord:
    """Void a refund; `cost` is what was written off for it."""
    if refund.settled is None:
        return refund
    await ledger.post(dispute_postings.refund_void(refund.id, refund.attempt, refund.amount, refund.settled, cost), now)
    voided = msgspec.structs.replace(
        refund,
        status=REFUND.after(refund.status, RefundStep.VOIDED),
        taken_minor=cost.amount_minor,
        error="",
        updated_at=now,
    )
    await rows.refunds.save(voided)
    await desk.clear_alert_of(REFUND_WAITS, str(refund.id), now)
    await desk.clear_alert_of(REFUND_FAILED, refund.reference, now)
    for claim in await rows.claims_of_refund(refund.id):
        await messages.send("pay.claim", claim.id, "refund void", now)
    await _tell_of_transfer(refund, now)
    await pay.listener.refund_changed(refund.id, voided.status.value, now)
    return voided


async def _tell_of_transfer(refund: RefundRecord, now: datetime) -> None:
    """Have a person see to what may have left our bank for a refund that is void now: its proposal books nothing."""
    hand = await hands.waiting_of(refund.id)
    if hand is None or not hand.transferred_minor:
        return
    message = sentence(
        "a lost dispute paid the refund of %(amount)s, and somebody says that %(left)s left our bank for it as well "
        "(%(reference)s): that is not booked",
        amount=refund.amount,
        left=hand.left_bank,
        reference=hand.bank_reference,
    )
    await rows.raise_alert(VOID_TRANSFERRED, str(refund.id), message, now)


async def _reopen(pay: Payments, refund: RefundRecord, now: datetime) -> RefundRecord:
    """Let a refund be owed again; the provider is not asked where it may have been paid from our bank meanwhile."""
    settled = refund.settled
    if settled is None:
        return refund
    unasked = await _is_said_settled(refund)
    cost = settled if refund.taken_minor is None else Money(refund.taken_minor, settled.currency)
    await ledger.post(dispute_postings.refund_owed_again(refund.id, refund.attempt, refund.amount, settled, cost), now)
    reopened = msgspec.structs.replace(
        refund,
        status=REFUND.after(refund.status, RefundStep.OWED_UNASKED if unasked else RefundStep.OWED_AGAIN),
        attempt=refund.attempt + 1,
        provider_id=None,
        taken_minor=None,
        given_minor=0,
        unborne_minor=0,
        updated_at=now,
    )
    await rows.refunds.save(reopened)
    await desk.clear_alert_of(VOID_TRANSFERRED, str(refund.id), now)
    if unasked:
        message = sentence(
            "the refund of %(amount)s is owed again, as the dispute that paid it was won: the provider is not asked, "
            "as somebody says that it was settled in another way",
            amount=refund.amount,
        )
        await rows.raise_alert(REFUND_FAILED, reopened.reference, message, now)
        await pay.listener.refund_changed(refund.id, reopened.status.value, now)
    return reopened


async def _is_said_settled(refund: RefundRecord) -> bool:
    """Whether somebody says of a void refund that it was settled otherwise, or said so of a transfer until then.

    A proposal about a transfer that was rejected while the refund was void may have been rejected because it was void:
    the money may have left all the same.
    """
    if refund.status is not RefundStatus.VOIDED:
        return False
    return any(
        each.decided_at is None
        or (each.status is ProposalStatus.REJECTED and each.transferred_minor and each.decided_at > refund.updated_at)
        for each in await hands.of_refund(refund.id)
    )


async def _part_owed(refund: RefundRecord, now: datetime) -> RefundRecord:
    """What a dispute had given of a refund by hand is owed again: set aside, and a person is told to pay it."""
    hand = await hands.approved_of(refund.id)
    if hand is None:
        return refund
    given = Money(refund.given_minor, refund.currency)
    cost = Money(hand.cost_minor, hand.bank_currency)
    if cost:
        await ledger.post(postings_desk.refund_part_owed(hand.id, refund.id, cost), now)
    message = sentence(
        "%(given)s of the refund of %(amount)s counted as given by a dispute, which was won: it is owed, and %(cost)s "
        "lies in suspense for it",
        given=given,
        amount=refund.amount,
        cost=cost,
    )
    await rows.raise_alert(PART_OWED, str(refund.id), message, now)
    changed = msgspec.structs.replace(refund, given_minor=0, unborne_minor=0, updated_at=now)
    await rows.refunds.save(changed)
    return changed
