"""Getting back from shops what was sent to them and then refunded to shoppers or lost in a dispute.

What was kept back of the shop as reserve bears it first. Then the transfer is reversed as far as the shop's balance at
the provider allows; what is left is owed and netted from what the shop is sent next (`payouts.service.sending`), or
written off by an operator, who says why. Money sent by our own bank cannot be reversed: it is owed at once.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.node.outbox import RetryLaterError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words, postings, postings_desk
from payouts.domain.claim import CLAIM, ClaimStatus, ClaimStep
from payouts.domain.hold import ReserveStatus, drawn
from payouts.domain.records import ClaimRecord, MovementRecord, SettlementRecord
from payouts.domain.refund import WITH_THE_SHOPPER
from payouts.domain.settlement import SETTLEMENT, WITH_THE_SHOP, SettlementStatus, SettlementStep
from payouts.errors import (
    AccountNotReadyError,
    AmountInvalidError,
    InsufficientBalanceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.ports import ReversalState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.store import desk, ledger, rows

WRITE_OFF_REASON_MAX = 500


async def recover_claim(pay: Payments, claim_id: UUID, now: datetime) -> None:
    """Reverse the transfer behind a claim as far as possible, or take such a reversal up again. Outside a transaction.

    Raises RetryLaterError while the refund is not accepted or the transfer is still being made.
    """
    claim = await _claim(claim_id)
    if claim.waits:
        return
    if claim.status is ClaimStatus.OPEN:
        claim = await _begin(claim, await _within_reach(pay, claim), now)
    if claim.status is not ClaimStatus.REVERSING:
        return
    seen = await _reverse(pay, claim, now)
    if seen is None:
        await _take_less(pay, claim, now)
        return
    await _record_reversed(pay, claim, seen, now)


async def _reverse(pay: Payments, claim: ClaimRecord, now: datetime) -> ReversalState | None:
    """Have the pinned amount reversed, or find it reversed; None when the provider refuses.

    It is looked for first once the provider may have forgotten the key.
    """
    settlement = await _settlement(claim)
    if settlement.transfer_id is None:
        raise PaymentMissingError(sentence("settlement %(id)s has no transfer to reverse", id=settlement.id))
    amount = Money(claim.attempt_minor, claim.currency)
    key = f"trr:{claim.id}:{settlement.transfer_id}:{claim.attempt}"
    if now - claim.created_at > timedelta(seconds=pay.settings.key_lifetime_seconds):
        known = await _reversal_of(pay, claim, settlement.transfer_id)
        if known is not None:
            return known
    try:
        return await pay.provider.reverse_transfer(claim.reference, settlement.transfer_id, amount, key)
    except (InsufficientBalanceError, AccountNotReadyError, ProviderRefusedError):
        return await _reversal_of(pay, claim, settlement.transfer_id)
    except ProviderConflictError as error:
        await rows.raise_alert("reversal-conflict", claim.reference, alert_words.conflict(error.detail), now)
        raise


async def _reversal_of(pay: Payments, claim: ClaimRecord, transfer_id: str) -> ReversalState | None:
    made = await pay.provider.reversals_of(transfer_id)
    return next((each for each in made if each.reference == claim.reference), None)


async def _take_less(pay: Payments, claim: ClaimRecord, now: datetime) -> None:
    """After a refusal take what the account still has, if that is less than was asked for; else the rest is owed.

    Another claim may have emptied the account between our look and our call.
    """
    reach = await _within_reach(pay, claim)
    async with atomic():
        current = await _claim(claim.id, lock=True)
        if current.status is not ClaimStatus.REVERSING or current.attempt != claim.attempt:
            return
        if 0 < reach < current.attempt_minor:
            await rows.claims.save(
                msgspec.structs.replace(current, attempt=current.attempt + 1, attempt_minor=reach, updated_at=now)
            )
            await messages.send("pay.claim", current.id, f"less:{current.attempt + 1}", now)
            return
        status = CLAIM.after(current.status, ClaimStep.OWED)
        error = "the boutique's account had not enough left"
        await rows.claims.save(msgspec.structs.replace(current, status=status, error=error, updated_at=now))


async def write_off_claim(claim_id: UUID, reason: str, by: str, now: datetime) -> None:
    """Give up the rest of an owed claim, on a person's word and for a reason. In the caller's transaction.

    Raises IllegalMoveError when it is not owed, AmountInvalidError without a reason.
    """
    if not reason.strip() or len(reason) > WRITE_OFF_REASON_MAX:
        raise AmountInvalidError(
            sentence("say why this is given up, in at most %(num)s characters", num=WRITE_OFF_REASON_MAX)
        )
    claim = await _claim(claim_id, lock=True)
    status = CLAIM.after(claim.status, ClaimStep.WRITTEN_OFF)
    rest = Money(claim.outstanding_minor, claim.currency)
    await ledger.post(postings.claim_written_off(claim.id, claim.shop_id, rest), now)
    await rows.claims.save(
        msgspec.structs.replace(
            claim,
            status=status,
            written_off_minor=rest.amount_minor,
            write_off_reason=reason.strip(),
            written_off_by=by,
            updated_at=now,
        )
    )


async def _within_reach(pay: Payments, claim: ClaimRecord) -> int:
    """What the shop's account at the provider could give back now, in minor units."""
    settlement = await _settlement(claim)
    transfer = await rows.transfer_under_way(settlement.id, settlement.attempt)
    if settlement.status not in WITH_THE_SHOP or transfer is None or transfer.payout_id is not None:
        return 0
    account = await pay.provider.get_account(transfer.account_id)
    return max(0, account.available_in(claim.currency).amount_minor)


async def _begin(claim: ClaimRecord, within_reach: int, now: datetime) -> ClaimRecord:
    """Take what the shop's reserve covers, pin how much of the rest is reversed, or call it owed."""
    async with atomic():
        settlement = await _settlement(claim, lock=True)
        claim = await _claim(claim.id, lock=True)
        if claim.status is not ClaimStatus.OPEN:
            return claim
        refund = None if claim.refund_id is None else await rows.refunds.get(claim.refund_id)
        if claim.refund_id is not None and (refund is None or refund.status not in WITH_THE_SHOPPER):
            raise RetryLaterError("the provider has not taken the refund on yet", retry_after_seconds=5)
        if settlement.status is SettlementStatus.SUBMITTING:
            raise RetryLaterError("the transfer is still being made", retry_after_seconds=5)
        claim = await _draw_reserve(claim, now)
        if claim.status is ClaimStatus.RECOVERED:
            return claim
        left = settlement.sent_minor - settlement.reversed_minor if settlement.status in WITH_THE_SHOP else 0
        amount = min(claim.outstanding_minor, left, within_reach)
        step = ClaimStep.SUBMITTED if amount else ClaimStep.OWED
        claim = msgspec.structs.replace(
            claim,
            status=CLAIM.after(claim.status, step),
            attempt=claim.attempt + 1,
            attempt_minor=amount,
            updated_at=now,
        )
        await rows.claims.save(claim)
        return claim


async def _draw_reserve(claim: ClaimRecord, now: datetime) -> ClaimRecord:
    """Let what was kept back of the shop bear the claim, the reserve that would be released first first."""
    for reserve, taken in drawn(await desk.reserves_kept(claim.shop_id, claim.currency), claim.outstanding_minor):
        amount = Money(taken, claim.currency)
        await ledger.post(postings_desk.reserve_used(reserve.id, claim.id, claim.shop_id, amount), now)
        status = ReserveStatus.USED if taken == reserve.left_minor else reserve.status
        used_minor = reserve.used_minor + taken
        await desk.reserves.save(msgspec.structs.replace(reserve, status=status, used_minor=used_minor, updated_at=now))
        step = ClaimStep.RECOVERED if taken == claim.outstanding_minor else ClaimStep.NETTED_IN_PART
        claim = msgspec.structs.replace(
            claim,
            netted_minor=claim.netted_minor + taken,
            status=CLAIM.after(claim.status, step),
            updated_at=now,
        )
    await rows.claims.save(claim)
    return claim


async def _record_reversed(pay: Payments, claim: ClaimRecord, seen: ReversalState, now: datetime) -> None:
    async with atomic():
        settlement = await _settlement(claim, lock=True)
        current = await _claim(claim.id, lock=True)
        if current.status is not ClaimStatus.REVERSING or current.attempt != claim.attempt:
            return
        amount = Money(current.attempt_minor, current.currency)
        if seen.amount != amount:
            raise ProviderConflictError(f"the provider's reversal {seen.id} is not the one we asked for")
        await ledger.post(postings.claim_reversed(current.id, current.attempt, current.shop_id, amount), now)
        current = msgspec.structs.replace(current, reversed_minor=current.reversed_minor + amount.amount_minor)
        step = ClaimStep.OWED if current.outstanding_minor else ClaimStep.RECOVERED
        await rows.claims.save(
            msgspec.structs.replace(current, status=CLAIM.after(current.status, step), updated_at=now)
        )
        await rows.movements.add(
            MovementRecord(
                shop_id=settlement.shop_id,
                settlement_id=settlement.id,
                reference=f"reversal:{seen.id}",
                amount_minor=-amount.amount_minor,
                currency=amount.currency,
                created_at=now,
            )
        )
        await _lower(pay, settlement, amount, now)


async def _lower(pay: Payments, settlement: SettlementRecord, amount: Money, now: datetime) -> None:
    reversed_minor = settlement.reversed_minor + amount.amount_minor
    step = SettlementStep.REVERSED if reversed_minor == settlement.sent_minor else SettlementStep.PART_REVERSED
    status = SETTLEMENT.after(settlement.status, step)
    await rows.settlements.save(
        msgspec.structs.replace(settlement, status=status, reversed_minor=reversed_minor, updated_at=now)
    )
    await pay.listener.settlement_changed(settlement.shop_order_id, settlement.kind.value, status.value, amount, now)


async def _claim(claim_id: UUID, *, lock: bool = False) -> ClaimRecord:
    claim = await rows.claims.get(claim_id, lock=lock)
    if claim is None:
        raise PaymentMissingError(sentence("there is no claim %(id)s", id=claim_id))
    return claim


async def _settlement(claim: ClaimRecord, *, lock: bool = False) -> SettlementRecord:
    settlement = None if claim.settlement_id is None else await rows.settlements.get(claim.settlement_id, lock=lock)
    if settlement is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=claim.settlement_id))
    return settlement
