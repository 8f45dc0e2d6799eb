"""Our answer to a dispute: evidence written down by a person and handed in, or the dispute given up.

Intent before effect: the answer is marked as being submitted, then the provider is called under a key of the attempt;
what is handed in cannot be changed meanwhile, so a repeated call says the same.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words
from payouts.domain.dispute import ANSWER, UNDECIDED, AnswerStatus, AnswerStep
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.evidence import Evidence
from payouts.errors import (
    DisputeChoiceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.disputes import observe_dispute
from payouts.service.hearings import HEARD
from payouts.store import desk, rows
from payouts.store import disputes as store

AnswerKind = Literal["evidence", "acceptance"]

TEXT_LENGTH_MAX = 20_000
WARN_BEFORE = timedelta(days=3)


async def write_evidence(dispute_id: UUID, evidence: Evidence, now: datetime) -> None:
    """Keep what is to be told to the shopper's bank. In the caller's transaction.

    Raises DisputeChoiceError when it was handed in already or a text is longer than a bank reads.
    """
    dispute = await _locked(dispute_id)
    if dispute.answer in {AnswerStatus.SUBMITTING, AnswerStatus.GIVEN}:
        raise DisputeChoiceError("the evidence was handed in: it cannot be changed any more")
    if any(len(text) > TEXT_LENGTH_MAX for text in evidence.given.values()):
        raise DisputeChoiceError(
            sentence("a text of the evidence has more than %(num)s characters: shorten it", num=TEXT_LENGTH_MAX)
        )
    text = msgspec.json.encode(evidence.given).decode()
    await store.disputes.save(msgspec.structs.replace(dispute, evidence=text, updated_at=now))


async def answer(dispute_id: UUID, kind: AnswerKind, now: datetime) -> None:
    """Hand the evidence in, or give the dispute up; the same again changes nothing. In the caller's transaction.

    Raises DisputeChoiceError when it is decided or answered already, or there is nothing to hand in.
    """
    dispute = await _locked(dispute_id)
    if dispute.answer is AnswerStatus.SUBMITTING and dispute.answer_kind == kind:
        return
    if dispute.status not in UNDECIDED or not ANSWER.allows(dispute.answer, AnswerStep.SUBMITTED):
        raise DisputeChoiceError("this dispute is answered or decided already")
    if kind == "evidence" and not dispute.said.given:
        raise DisputeChoiceError("write down something that speaks for the boutique first")
    attempt = dispute.answer_attempt + 1
    await store.disputes.save(
        msgspec.structs.replace(
            dispute,
            answer=ANSWER.after(dispute.answer, AnswerStep.SUBMITTED),
            answer_kind=kind,
            answer_attempt=attempt,
            answer_error="",
            updated_at=now,
        )
    )
    await desk.clear_alert_of(HEARD, str(dispute.id), now)
    await messages.send("pay.answer", dispute.id, str(attempt), now)


async def send_answer(pay: Payments, dispute_id: UUID, now: datetime) -> None:
    """Hand in an answer that was begun. Outside a transaction; repeatable.

    Raises ProviderUnavailableError or ProviderBusyError when it must be tried again with the same key.
    """
    dispute = await store.disputes.get(dispute_id)
    if dispute is None or dispute.answer is not AnswerStatus.SUBMITTING:
        return
    desk, number = pay.provider.disputes, dispute.provider_id
    try:
        if dispute.answer_kind == "acceptance":
            seen = await desk.accept_dispute(number, f"dpa:{dispute.id}:{dispute.answer_attempt}")
        else:
            seen = await desk.submit_evidence(number, dispute.said, f"dpe:{dispute.id}:{dispute.answer_attempt}")
    except ProviderRefusedError as error:
        await _record(dispute, AnswerStep.REFUSED, now, error=error.detail)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("answer-conflict", str(dispute.id), alert_words.conflict(error.detail), now)
        raise
    await _record(dispute, AnswerStep.TAKEN, now)
    await observe_dispute(pay, seen, now)


async def note_asked(dispute_id: UUID, now: datetime) -> None:
    """The boutique was asked what it knows. In the caller's transaction."""
    dispute = await _locked(dispute_id)
    await store.disputes.save(msgspec.structs.replace(dispute, asked_at=now, updated_at=now))


async def warn_of_due(now: datetime) -> int:
    """Alert a person of every dispute that will be lost for want of an answer soon; how many there are."""
    due = await store.due_before(now + WARN_BEFORE)
    for dispute in due:
        words = sentence(
            "the dispute of %(amount)s is lost unless it is answered by %(until)s",
            amount=dispute.amount,
            until=dispute.due_at,
        )
        await rows.raise_alert("dispute-due", str(dispute.id), words, now)
    return len(due)


async def _record(dispute: DisputeRecord, step: AnswerStep, now: datetime, *, error: str = "") -> None:
    async with atomic():
        current = await _locked(dispute.id)
        if current.answer is not AnswerStatus.SUBMITTING or current.answer_attempt != dispute.answer_attempt:
            return
        taken = step is AnswerStep.TAKEN
        await store.disputes.save(
            msgspec.structs.replace(
                current,
                answer=ANSWER.after(current.answer, step),
                answer_error=error,
                answered_at=now if taken else current.answered_at,
                updated_at=now,
            )
        )
        if not taken:
            words = sentence(
                "the answer to the dispute of %(amount)s was not taken: %(why)s",
                amount=dispute.amount,
                why=alert_words.quoted(error),
            )
            await rows.raise_alert("answer-refused", f"{dispute.id}:{dispute.answer_attempt}", words, now)


async def _locked(dispute_id: UUID) -> DisputeRecord:
    dispute = await store.disputes.get(dispute_id, lock=True)
    if dispute is None:
        raise PaymentMissingError(sentence("there is no dispute %(id)s", id=dispute_id))
    return dispute
