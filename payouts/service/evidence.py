"""Our answer to a dispute: texts and files that a person has looked at, handed in; or the dispute given up.

Intent before effect: the answer is marked as being submitted, then the files are given to the provider, each noted as
soon as it is there, then the evidence that names them, under a key of the attempt. What is handed in cannot be changed
meanwhile, so a repeated call says the same. A draft goes the same way and is seen by no bank.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.files import FILE_ENDINGS
from federation.vocabulary.wording import sentence
from payouts.dispute_ports import DisputeState
from payouts.domain import alert_words
from payouts.domain.dispute import ANSWER, UNDECIDED, AnswerStatus, AnswerStep
from payouts.domain.dispute_records import DRAFT, DisputeRecord
from payouts.domain.evidence import SLOTS, Evidence, Exhibit, HandIn, Slot
from payouts.domain.exhibits import check_texts, going
from payouts.domain.hearing import FileHead
from payouts.errors import (
    DisputeChoiceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.disputes import DUE, REFUSED, need_no_answer, observe_dispute
from payouts.service.hearings import HEARD
from payouts.store import desk, rows
from payouts.store import disputes as store
from payouts.store import hearings as files

AnswerKind = Literal["draft", "evidence", "acceptance"]
"""Laid down with the provider for nobody to see; handed in to the bank; given up."""

WARN_BEFORE = timedelta(days=3)

HAND_IN_KEY = "dpe2"
"""What keys of hand-ins begin with: another word whenever what is handed in for an attempt changes its form, since the
provider takes no other content under a key. A second hand-in it refuses by itself."""


async def write_evidence(
    dispute_id: UUID, evidence: Evidence, now: datetime, slots: Mapping[UUID, str] | None = None
) -> None:
    """Keep what is to be told to the shopper's bank, and as what each file goes there (empty: it does not).

    In the caller's transaction. Raises DisputeChoiceError when it was handed in already or a text is longer than a bank
    reads.
    """
    dispute = await _locked(dispute_id)
    if dispute.answer in {AnswerStatus.SUBMITTING, AnswerStatus.GIVEN}:
        raise DisputeChoiceError("the evidence was handed in: it cannot be changed any more")
    check_texts(evidence)
    if slots:
        if not set(slots.values()) <= {*SLOTS, ""}:
            raise DisputeChoiceError("choose of each file how it goes to the bank")
        await files.decide_slots(dispute_id, slots)
    text = msgspec.json.encode(evidence.given).decode()
    await store.disputes.save(msgspec.structs.replace(dispute, evidence=text, updated_at=now))


async def answer(dispute_id: UUID, kind: AnswerKind, now: datetime) -> None:
    """Hand the evidence in, as a draft or for good, or give the dispute up; the same again changes nothing.

    In the caller's transaction. Raises DisputeChoiceError when it is decided or answered already, or too late, when
    there is nothing to hand in, or files that a bank would not take so.
    """
    dispute = await _locked(dispute_id)
    if dispute.answer is AnswerStatus.SUBMITTING and dispute.answer_kind == kind:
        return
    _require_open(dispute)
    if kind != "acceptance":
        await _require_evidence(dispute, now)
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
    if kind != DRAFT:
        await desk.clear_alert_of(HEARD, str(dispute.id), now)
    await messages.send("pay.answer", dispute.id, str(attempt), now)


def _require_open(dispute: DisputeRecord) -> None:
    if dispute.status not in UNDECIDED:
        raise DisputeChoiceError("the bank has decided this dispute already")
    if not ANSWER.allows(dispute.answer, AnswerStep.SUBMITTED):
        raise DisputeChoiceError("this dispute is answered already, or its answer is on its way")


async def _require_evidence(dispute: DisputeRecord, now: datetime) -> None:
    if dispute.due_at is not None and dispute.due_at <= now:
        raise DisputeChoiceError("it is too late: the bank takes no evidence any more")
    chosen = going(await files.heads_about([dispute.id]))
    if not chosen and not dispute.said.given:
        raise DisputeChoiceError("write down something that speaks for the boutique first")


async def send_answer(pay: Payments, dispute_id: UUID, now: datetime) -> None:
    """Hand in an answer that was begun. Outside a transaction; repeatable.

    Raises ProviderUnavailableError or ProviderBusyError when it must be tried again with the same key.
    """
    dispute = await store.disputes.get(dispute_id)
    if dispute is None or dispute.answer is not AnswerStatus.SUBMITTING:
        return
    try:
        if dispute.answer_kind == "acceptance":
            key = f"dpa:{dispute.id}:{dispute.answer_attempt}"
            seen = await pay.provider.disputes.accept_dispute(dispute.provider_id, key)
        else:
            seen = await _hand_in(pay, dispute, now)
    except ProviderRefusedError as error:
        await _record(dispute, AnswerStep.REFUSED, now, error=error.detail)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("answer-conflict", str(dispute.id), alert_words.conflict(error.detail), now)
        raise
    await _record(dispute, AnswerStep.STAGED if dispute.answer_kind == DRAFT else AnswerStep.TAKEN, now)
    await observe_dispute(pay, seen, now)


async def _hand_in(pay: Payments, dispute: DisputeRecord, now: datetime) -> DisputeState:
    """Give the provider the files it has not got, then the evidence that names them. What came since waits."""
    chosen = going([file for file in await files.heads_about([dispute.id]) if file.is_decided])
    known: dict[Slot, str] = {slot: await _uploaded(pay, dispute, file, now) for slot, file in chosen.items()}
    hand_in = HandIn(
        texts=dispute.said,
        files=known,
        draft=dispute.answer_kind == DRAFT,
        replaces=dispute.staged_at is not None or dispute.answered_at is not None,
    )
    key = f"{HAND_IN_KEY}:{dispute.id}:{dispute.answer_attempt}"
    return await pay.provider.disputes.submit_evidence(dispute.provider_id, hand_in, key)


async def _uploaded(pay: Payments, dispute: DisputeRecord, file: FileHead, now: datetime) -> str:
    """The provider's id of a file; it is given it now if it has not got it."""
    if file.provider_file is not None:
        return file.provider_file
    whole = await files.files.get(file.id)
    if whole is None:
        raise PaymentMissingError(sentence("there is no file %(id)s", id=file.id))
    name = f"{whole.kind}-{whole.sha256.hex()[:8]}.{FILE_ENDINGS[whole.media_type]}"
    exhibit = Exhibit(name=name, media_type=whole.media_type, content=whole.content)
    made = await pay.provider.disputes.upload_evidence(exhibit, f"dpf:{file.id}:{dispute.answer_attempt}")
    await files.note_uploaded(file.id, made, now)
    return made


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
        await rows.raise_alert(DUE, str(dispute.id), words, now)
    return len(due)


async def _record(dispute: DisputeRecord, step: AnswerStep, now: datetime, *, error: str = "") -> None:
    async with atomic():
        current = await _locked(dispute.id)
        if current.answer is not AnswerStatus.SUBMITTING or current.answer_attempt != dispute.answer_attempt:
            return
        taken, refused = step is AnswerStep.TAKEN, step is AnswerStep.REFUSED
        await store.disputes.save(
            msgspec.structs.replace(
                current,
                answer=ANSWER.after(current.answer, step),
                answer_error=error,
                answered_at=now if taken else current.answered_at,
                staged_at=None if taken else current.staged_at if refused else now,
                updated_at=now,
            )
        )
        if taken:
            await need_no_answer(current, now)
        if refused:
            words = sentence(
                "the answer to the dispute of %(amount)s was not taken: %(why)s",
                amount=dispute.amount,
                why=alert_words.quoted(error),
            )
            await rows.raise_alert(REFUSED, f"{dispute.id}:{dispute.answer_attempt}", words, now)


async def _locked(dispute_id: UUID) -> DisputeRecord:
    dispute = await store.disputes.get(dispute_id, lock=True)
    if dispute is None:
        raise PaymentMissingError(sentence("there is no dispute %(id)s", id=dispute_id))
    return dispute
