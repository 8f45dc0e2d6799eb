"""Paying a decided refund: ask the provider, record what becomes of it, and only then claim the shops' parts back.

Nothing is paid back of a payment that is not settled yet: only then is it known what the refund is of. Nothing is
paid back either while the shopper's bank decides about the money: what is under way waits. What the bank has given to
the shopper is void (`payouts.service.voiding`). Where the answer to a call was lost and a bank took the money since,
the provider is not asked again but looked at: asking could pay what the bank has paid.

The shops' parts are claimed once the provider has accepted the refund, also when it still waits for the platform's
balance: what is clawed back may be the very money it waits for.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.money import Money
from federation.vocabulary.wording import as_sentence, sentence
from payouts.domain import alert_words, postings, recon
from payouts.domain.records import RefundRecord
from payouts.domain.refund import BY_HAND, REFUND, WITH_THE_SHOPPER, RefundStatus, RefundStep
from payouts.errors import (
    InsufficientBalanceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
    RefundRefusedError,
)
from payouts.ports import RefundState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.disputes import refund_forbidden
from payouts.service.references import own_id
from payouts.service.refund_by_hand import met_late
from payouts.service.voiding import REFUND_FAILED, REFUND_WAITS, review, with_its_payment
from payouts.store import desk, ledger, rows
from payouts.store import refunds_by_hand as hands


async def retry_refund(refund_id: UUID, now: datetime) -> None:
    """Try a failed refund again, on an operator's word. In the caller's transaction.

    Raises IllegalMoveError when it has not failed, RefundRefusedError while a bank decides about the money or somebody
    has proposed to settle it by hand. What a lost dispute paid of it is void instead of tried.
    """
    refund = await _refund(refund_id, lock=True)
    status = REFUND.after(refund.status, RefundStep.REOPENED)
    if await hands.waiting_of(refund.id) is not None:
        raise RefundRefusedError("somebody says that this refund was settled in another way: decide about that first")
    forbidden = await refund_forbidden(refund.order_id, refund.payment_id, for_now=True)
    if forbidden:
        raise RefundRefusedError(forbidden)
    attempt = refund.attempt + 1
    await desk.clear_alert_of(REFUND_FAILED, refund.reference, now)
    await rows.refunds.save(
        msgspec.structs.replace(refund, status=status, attempt=attempt, provider_id=None, error="", updated_at=now)
    )
    await messages.send("pay.refund", refund.id, str(attempt), now)


async def send_refund(pay: Payments, refund_id: UUID, now: datetime) -> None:
    """Have the provider pay a requested refund, or take one up again. Outside a transaction."""
    await _look_for(pay, refund_id, now)
    async with atomic():
        refund = _found(refund_id, await with_its_payment(refund_id))
        refund = await review(pay, refund, now)
        if refund.settled is None or await _waits_for_the_bank(refund, now):
            return
        if refund.status is RefundStatus.REQUESTED:
            status = REFUND.after(refund.status, RefundStep.SUBMITTED)
            refund = msgspec.structs.replace(refund, status=status, updated_at=now)
            await rows.refunds.save(refund)
    if refund.status is RefundStatus.PENDING and refund.provider_id is not None:
        await observe_refund(pay, await pay.provider.get_refund(refund.provider_id), now)
    if refund.status is not RefundStatus.SUBMITTING:
        return
    payment = await rows.payments.get(refund.payment_id)
    if payment is None or payment.provider_id is None:
        raise PaymentMissingError(sentence("refund %(id)s has no payment at the provider", id=refund_id))
    try:
        seen = await _ask(pay, refund, payment.provider_id, now)
    except (InsufficientBalanceError, ProviderRefusedError) as error:
        await _record_refused(pay, refund, error.detail, now)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("refund-conflict", refund.key, alert_words.conflict(error.detail), now)
        raise
    await observe_refund(pay, seen, now)


async def _look_for(pay: Payments, refund_id: UUID, now: datetime) -> None:
    """Learn what became of a refund whose answer was lost before a bank took the money. Outside a transaction.

    What the provider does not know once the call is long over is as if it had never been asked for.
    """
    refund = await _refund(refund_id, lock=False)
    if refund.status is not RefundStatus.SUBMITTING or not await refund_forbidden(refund.order_id, refund.payment_id):
        return
    payment = await rows.payments.get(refund.payment_id)
    if payment is None or payment.provider_id is None:
        return
    made = await pay.provider.refunds_of(refund.reference, payment.provider_id)
    for each in made:
        await observe_refund(pay, each, now)
    if made or now - refund.created_at < timedelta(seconds=pay.settings.stuck_after_seconds):
        return
    async with atomic():
        current = await _refund(refund_id, lock=True)
        if current.status is RefundStatus.SUBMITTING and current.attempt == refund.attempt:
            status = REFUND.after(current.status, RefundStep.NOT_MADE)
            await rows.refunds.save(msgspec.structs.replace(current, status=status, updated_at=now))


async def _ask(pay: Payments, refund: RefundRecord, provider_id: str, now: datetime) -> RefundState:
    """Have the refund made, or find it made: an old key may have been forgotten by the provider."""
    if now - refund.created_at > timedelta(seconds=pay.settings.key_lifetime_seconds):
        for made in await pay.provider.refunds_of(refund.reference, provider_id):
            return made
    return await pay.provider.refund(refund.reference, provider_id, refund.amount, refund.key)


async def _waits_for_the_bank(refund: RefundRecord, now: datetime) -> bool:
    """Whether a dispute took the money of a refund that may not be paid yet: it stands, and a person is told.

    It is not failed: the answer to an earlier call may have been lost, and the provider may still tell of it. Once the
    dispute is lost the provider is asked for what that did not pay, unless that is not known yet of an earlier call: it
    knows best whether more can go back.
    """
    if refund.status not in {RefundStatus.REQUESTED, RefundStatus.SUBMITTING}:
        return False
    unasked = refund.status is RefundStatus.REQUESTED
    forbidden = await refund_forbidden(refund.order_id, refund.payment_id, for_now=unasked)
    if forbidden:
        words = sentence(
            "the refund of %(amount)s is not paid: %(why)s", amount=refund.amount, why=as_sentence(forbidden)
        )
        await rows.raise_alert(REFUND_WAITS, str(refund.id), words, now)
    return bool(forbidden)


_STEPS = {"pending": RefundStep.DELAYED, "succeeded": RefundStep.SUCCEEDED, "failed": RefundStep.FAILED}


async def observe_refund(pay: Payments, seen: RefundState, now: datetime) -> None:
    """Record a refund as just read at the provider: idempotent, and indifferent to order. Opens its transaction."""
    async with atomic():
        refund = await rows.refunds.get(own_id(seen.reference), lock=True)
        if refund is not None and refund.status in BY_HAND:
            await met_late(refund, seen, now)
            return
        if refund is None or refund.reference != seen.reference:
            return
        step = _STEPS[seen.status]
        unknown_cost = step is RefundStep.SUCCEEDED and seen.taken is None
        if unknown_cost or not REFUND.allows(refund.status, step) or await _is_taken_elsewhere(refund, seen, now):
            return
        came_back = refund.status is RefundStatus.SUCCEEDED
        if came_back:
            await _book_returned(refund, now)
        changed = msgspec.structs.replace(
            refund,
            status=REFUND.after(refund.status, step),
            provider_id=seen.id,
            error=seen.reason,
            taken_minor=None if seen.taken is None or came_back else seen.taken.amount_minor,
            updated_at=now,
        )
        await rows.refunds.save(changed)
        if changed.status is not RefundStatus.FAILED or await review(pay, changed, now) == changed:
            await _consequences(pay, changed, now)


async def _book_returned(refund: RefundRecord, now: datetime) -> None:
    """What had been paid is on the balance again: the shopper is owed it once more."""
    if refund.settled is not None and refund.taken_minor is not None:
        back = Money(refund.taken_minor, refund.settled.currency)
        await ledger.post(recon.refund_returned(refund.id, refund.attempt, refund.amount, refund.settled, back), now)


async def _is_taken_elsewhere(refund: RefundRecord, seen: RefundState, now: datetime) -> bool:
    """Whether a refund left the balance in a currency that its payment was not settled in, which a person is told."""
    if seen.taken is None or refund.settled is None or seen.taken.currency == refund.settled.currency:
        return False
    words = sentence(
        "the refund of %(amount)s took %(taken)s, its payment was settled in %(currency)s: nothing was booked",
        amount=refund.amount,
        taken=seen.taken,
        currency=refund.settled.currency,
    )
    await rows.raise_alert("refund-taken-elsewhere", str(refund.id), words, now)
    return True


async def _record_refused(pay: Payments, refund: RefundRecord, detail: str, now: datetime) -> None:
    async with atomic():
        current = await _refund(refund.id, lock=True)
        if current.status is RefundStatus.SUBMITTING and current.attempt == refund.attempt:
            status = REFUND.after(current.status, RefundStep.FAILED)
            changed = msgspec.structs.replace(current, status=status, error=detail, updated_at=now)
            await rows.refunds.save(changed)
            if await review(pay, changed, now) == changed:
                await _consequences(pay, changed, now)


async def _consequences(pay: Payments, refund: RefundRecord, now: datetime) -> None:
    if refund.status is RefundStatus.SUCCEEDED and refund.settled is not None:
        taken = Money(refund.taken_minor or 0, refund.settled.currency)
        await ledger.post(postings.refund_paid(refund.id, refund.attempt, refund.amount, refund.settled, taken), now)
    await desk.clear_alert_of(REFUND_WAITS, str(refund.id), now)
    if refund.status in WITH_THE_SHOPPER:
        for claim in await rows.claims_of_refund(refund.id):
            await messages.send("pay.claim", claim.id, "refund accepted", now)
    if refund.status is RefundStatus.FAILED:
        words = sentence(
            "the refund of %(amount)s failed: %(why)s", amount=refund.amount, why=alert_words.quoted(refund.error)
        )
        await rows.raise_alert(REFUND_FAILED, refund.reference, words, now)
    await pay.listener.refund_changed(refund.id, refund.status.value, now)


async def _refund(refund_id: UUID, *, lock: bool) -> RefundRecord:
    return _found(refund_id, await rows.refunds.get(refund_id, lock=lock))


def _found(refund_id: UUID, refund: RefundRecord | None) -> RefundRecord:
    if refund is None:
        raise PaymentMissingError(sentence("there is no refund %(id)s", id=refund_id))
    return refund
