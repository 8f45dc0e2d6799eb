"""Disputes as the provider tells of them, what a person decides about them, and banks' warnings of fraud.

What an event says is never believed: the dispute is read anew, its money booked from its movements alone, its status
moved along the table, in one transaction. While it is undecided what is owed for its lines stays where it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import message, sentence
from payouts.dispute_ports import DisputeState, FraudWarning
from payouts.domain.dispute import (
    ANSWER,
    DISPUTE,
    UNDECIDED,
    AnswerStep,
    ChosenLine,
    DisputeStatus,
    DisputeStep,
    FundsStage,
    begins_as,
    step_of,
)
from payouts.domain.dispute_records import DisputeRecord, WarningRecord
from payouts.domain.hold import Hold, HoldReason
from payouts.errors import DisputeChoiceError, PaymentMissingError
from payouts.service.context import Payments
from payouts.service.dispute_bearing import bear, check_choice, disputed_lines
from payouts.service.dispute_money import book_moves, lose
from payouts.service.hearings import HEARD
from payouts.service.references import own_id
from payouts.service.releasing import freeze, unfreeze
from payouts.service.solvency import watch
from payouts.store import desk, rows
from payouts.store import disputes as store

NOT_RECEIVED = "product_not_received"
REASON_LENGTH_MAX = 80
NOTE_LENGTH_MAX = 500

ASKED = "dispute-asked"
"""The alert of an inquiry; it is over as soon as the inquiry is."""

OPENED = "dispute-opened"
DUE = "dispute-due"
REFUSED = "answer-refused"
TO_ANSWER = (ASKED, OPENED, DUE, HEARD)
"""The alerts that want an answer for the bank: over when it has one, or has decided."""

CALLED_FOR: Mapping[DisputeStep, str] = {
    DisputeStep.WON: message("the bank has decided for us in the dispute of %(amount)s"),
    DisputeStep.LOST: message("the bank has decided for the shopper in the dispute of %(amount)s"),
    DisputeStep.REOPENED: message("the bank looks again at the dispute of %(amount)s"),
    DisputeStep.PREVENTED: message("the provider gave the shopper %(amount)s back before a dispute began"),
}
"""The steps that a person is called for, and what is said."""
_CALLS = {
    (True, True): message("the bank asks about %(amount)s (%(reason)s) until %(until)s; nothing was taken"),
    (True, False): message("the bank asks about %(amount)s (%(reason)s); nothing was taken"),
    (False, True): message("%(amount)s is disputed (%(reason)s), to be answered by %(until)s"),
    (False, False): message("%(amount)s is disputed (%(reason)s)"),
}
"""What is said of a new dispute: by whether the bank only asks, and whether it named a day."""

_GONE = frozenset({DisputeStatus.LOST, DisputeStatus.PREVENTED})


async def see_dispute(pay: Payments, provider_id: str, now: datetime) -> None:
    """Read a dispute anew and record what is seen. Outside a transaction; repeatable."""
    await observe_dispute(pay, await pay.provider.disputes.get_dispute(provider_id), now)


async def observe_dispute(pay: Payments, seen: DisputeState, now: datetime) -> None:
    """Record a dispute as just read at the provider: idempotent, and indifferent to order. Opens its transaction."""
    async with atomic():
        dispute = await store.by_provider_id(seen.id, lock=True) or await _begin(seen, now)
        if dispute is None:
            return
        changed = msgspec.structs.replace(dispute, refundable=seen.refundable, due_at=seen.due_at or dispute.due_at)
        changed = await book_moves(changed, seen.moves, now)
        changed = await _walk(changed, seen, now)
        changed = await _progress(changed, pay, now)
        if changed != dispute:
            await store.disputes.save(msgspec.structs.replace(changed, updated_at=now))
        if changed.funds is not dispute.funds:
            await watch(now)


async def see_warning(pay: Payments, warning_id: str, now: datetime) -> None:
    """Read a bank's warning and hold up what is owed for its order. Opens its transaction; repeatable."""
    await observe_warning(await pay.provider.disputes.get_warning(warning_id), now)


async def observe_warning(seen: FraudWarning, now: datetime) -> None:
    """Hold up what is owed for an order that a bank suspects, until somebody has looked. Opens its transaction."""
    async with atomic():
        payment_id = own_id(seen.reference)
        payment = None if payment_id is None else await rows.payments.get(payment_id, lock=True)
        if payment is None or await store.warnings.get(seen.id) is not None:
            return
        await store.warnings.add(
            WarningRecord(
                id=seen.id,
                payment_id=payment.id,
                order_id=payment.order_id,
                kind=seen.kind[:REASON_LENGTH_MAX],
                warned_at=seen.created_at,
            )
        )
        for shop_order_id in await _parts(payment.order_id):
            await freeze(Hold(reason=HoldReason.FRAUD, reference=seen.id, shop_order_id=shop_order_id), now)
        words = sentence(
            "a bank suspects that the payment of %(amount)s was not its customer's: look before sending",
            amount=payment.amount,
        )
        await rows.raise_alert("fraud-warning", seen.id, words, now)


async def lift_warning(warning_id: str, by: str, note: str, now: datetime) -> None:
    """Somebody has looked and lets the order's money go on. In the caller's transaction; again changes nothing."""
    warning = await store.warnings.get(warning_id, lock=True)
    if warning is None:
        raise PaymentMissingError(sentence("there is no warning %(id)s", id=warning_id))
    if warning.lifted_at is not None:
        return
    lifted = msgspec.structs.replace(warning, lifted_at=now, lifted_by=by, note=note[:NOTE_LENGTH_MAX])
    await store.warnings.save(lifted)
    for shop_order_id in await _parts(warning.order_id):
        await unfreeze(shop_order_id, HoldReason.FRAUD, warning.id, now, by=by)


async def choose_lines(pay: Payments, dispute_id: UUID, chosen: Sequence[ChosenLine], by: str, now: datetime) -> None:
    """Say which lines a dispute is about; who sold them bears it at once, if money was taken.

    What the lines do not come to is the hub's own. In the caller's transaction; raises DisputeChoiceError when it is
    too late or the lines do not fit.
    """
    dispute = await _locked(dispute_id)
    if dispute.funds not in {FundsStage.NONE, FundsStage.TAKEN, FundsStage.RETURNED} or dispute.status not in UNDECIDED:
        raise DisputeChoiceError("who bears this dispute is settled already")
    text = check_choice(dispute, chosen, await disputed_lines(dispute.order_id))
    changed = await _progress(msgspec.structs.replace(dispute, chosen=text, chosen_by=by), pay, now)
    await store.disputes.save(msgspec.structs.replace(changed, updated_at=now))


async def go_on(pay: Payments, dispute_id: UUID, now: datetime) -> None:
    """Take up a dispute that stands still: its payment is settled by now, or nobody has chosen lines in time."""
    async with atomic():
        dispute = await _locked(dispute_id)
        overdue = now - dispute.opened_at > timedelta(days=pay.settings.dispute_choice_days)
        changed = await _progress(dispute, pay, now, overdue=overdue)
        await store.disputes.save(msgspec.structs.replace(changed, updated_at=now))


async def refund_forbidden(order_id: UUID, payment_id: UUID | None = None, *, for_now: bool = False) -> str:
    """Why nothing of an order, or of one of its payments, can be refunded now, in a sentence; empty when it can.

    With `for_now` only what is not decided yet counts, or decided with nobody bearing it yet.
    """
    for dispute in await store.of_order(order_id):
        if dispute.refundable or payment_id not in {None, dispute.payment_id}:
            continue
        if dispute.status in UNDECIDED or _is_lost_and_unborne(dispute):
            return message(
                "the shopper's bank has taken this payment back: nothing can be refunded until that is decided"
            )
        if dispute.status in _GONE and not for_now:
            return message(
                "the shopper has the money already: the bank decided a dispute of this payment for the shopper"
            )
    return ""


def _is_lost_and_unborne(dispute: DisputeRecord) -> bool:
    """Whether nothing comes back of a dispute, and it cannot be said yet who bears it."""
    return dispute.status in _GONE and dispute.funds is FundsStage.TAKEN


async def _begin(seen: DisputeState, now: datetime) -> DisputeRecord | None:
    """A dispute seen for the first time; None when its payment is not ours, which a person is told."""
    payment_id = own_id(seen.reference)
    payment = None if payment_id is None else await rows.payments.get(payment_id, lock=True)
    if payment is None:
        words = sentence(
            "the provider told of the dispute %(id)s of %(amount)s, about a payment that is not ours",
            id=seen.id,
            amount=seen.amount,
        )
        await rows.raise_alert("dispute-unknown", seen.id, words, now)
        return None
    known = await store.by_provider_id(seen.id, lock=True)
    if known is not None:
        return known
    several = len(await disputed_lines(payment.order_id)) > 1
    dispute = DisputeRecord(
        id=new_id(),
        provider_id=seen.id,
        payment_id=payment.id,
        order_id=payment.order_id,
        status=begins_as(seen.status),
        reason=seen.reason[:REASON_LENGTH_MAX],
        amount_minor=seen.amount.amount_minor,
        currency=seen.amount.currency,
        refundable=seen.refundable,
        due_at=seen.due_at,
        opened_at=seen.created_at,
        wants_lines=several and seen.reason == NOT_RECEIVED,
        created_at=now,
        updated_at=now,
    )
    await store.disputes.add(dispute)
    await _call(dispute, now)
    return dispute


async def _call(dispute: DisputeRecord, now: datetime) -> None:
    """Tell a person that a bank asks about a payment, or has taken it."""
    asked = dispute.status is DisputeStatus.INQUIRY
    pattern = _CALLS[asked, dispute.due_at is not None]
    words = sentence(pattern, amount=dispute.amount, reason=dispute.reason, until=dispute.due_at or "")
    if asked:
        await rows.raise_alert(ASKED, str(dispute.id), words, now)
    else:
        await rows.raise_alert(OPENED, str(dispute.id), words, now)


async def _walk(dispute: DisputeRecord, seen: DisputeState, now: datetime) -> DisputeRecord:
    """Take every step towards what the provider says."""
    while (step := step_of(dispute.status, seen.status)) is not None:
        status = DISPUTE.after(dispute.status, step)
        closed_at = None if status in UNDECIDED else now
        dispute = msgspec.structs.replace(dispute, status=status, closed_at=closed_at)
        if step in {DisputeStep.REOPENED, DisputeStep.ESCALATED} and ANSWER.allows(dispute.answer, AnswerStep.REOPENED):
            fresh = ANSWER.after(dispute.answer, AnswerStep.REOPENED)
            dispute = msgspec.structs.replace(dispute, answer=fresh, answer_error="")
        await desk.clear_alert_of(ASKED, str(dispute.id), now)
        if closed_at is not None:
            await need_no_answer(dispute, now)
        if step is DisputeStep.ESCALATED:
            await _call(dispute, now)
        if step in CALLED_FOR:
            words = sentence(CALLED_FOR[step], amount=dispute.amount)
            await rows.raise_alert(f"dispute-{step.value}", str(dispute.id), words, now)
    return dispute


async def need_no_answer(dispute: DisputeRecord, now: datetime) -> None:
    """Nobody has to answer a dispute any more: the alerts that ask for it are over."""
    for kind in TO_ANSWER:
        await desk.clear_alert_of(kind, str(dispute.id), now)
    for attempt in range(1, dispute.answer_attempt + 1):
        await desk.clear_alert_of(REFUSED, f"{dispute.id}:{attempt}", now)


async def _progress(dispute: DisputeRecord, pay: Payments, now: datetime, *, overdue: bool = False) -> DisputeRecord:
    """Let the money follow the status, and hold up exactly what the dispute is about."""
    if dispute.status in _GONE:
        dispute = await lose(dispute, pay, now)
    elif dispute.status in UNDECIDED and (overdue or not dispute.wants_lines or dispute.choice):
        dispute = await bear(dispute, pay, now)
    still = dispute.status in UNDECIDED or _is_lost_and_unborne(dispute)
    concerned = await _concerned(dispute) if still else set()
    reference = str(dispute.id)
    for shop_order_id in await _parts(dispute.order_id):
        if shop_order_id in concerned:
            await freeze(Hold(reason=HoldReason.DISPUTE, reference=reference, shop_order_id=shop_order_id), now)
        else:
            await unfreeze(shop_order_id, HoldReason.DISPUTE, reference, now)
    return dispute


async def _concerned(dispute: DisputeRecord) -> set[UUID]:
    """The shop orders a dispute is about, as far as that is known: otherwise all of the order."""
    if dispute.funds is FundsStage.BORNE:
        return {each.shop_order_id for each in await store.lines_of(dispute.id, dispute.round)}
    if dispute.choice:
        return {UUID(each.shop_order_id) for each in dispute.choice}
    return set(await _parts(dispute.order_id))


async def _parts(order_id: UUID) -> list[UUID]:
    return await store.shop_orders_of(order_id)


async def _locked(dispute_id: UUID) -> DisputeRecord:
    dispute = await store.disputes.get(dispute_id, lock=True)
    if dispute is None:
        raise PaymentMissingError(sentence("there is no dispute %(id)s", id=dispute_id))
    return dispute
