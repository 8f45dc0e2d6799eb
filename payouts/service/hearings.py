"""Hearing boutiques about disputes of their sales: what each is told, what it says, the files it hands in.

A boutique sees a dispute as far as something of it falls on its own order. What it says is for an operator, who makes
the answer to the bank of it; once that is given, decided or late, nothing more is taken.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.errors import ConflictError, NotFoundError, QuotaError, RecordInvalidError, TooLargeError
from federation.vocabulary.evidence import FileKind, Takes
from federation.vocabulary.files import FileType, type_of
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message, sentence
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.hearing import FILES_MAX, FileHead, FileRecord, Hearing, StatementRecord, falls_on, takes
from payouts.store import disputes as dispute_store
from payouts.store import hearings as store
from payouts.store import lists, rows

DISPUTES_MAX = 100
FILE_BYTES_MAX = 2 * 2**20
"""Bytes of a file of the hub's own, as of one of a boutique's."""
OWN = ""
"""In place of a boutique: a file that the hub added itself."""
HEARD = "dispute-heard"
"""The alert that a boutique has said something about a dispute."""

WHY_NOT: dict[Takes, str] = {
    "late": message("It is too late: the day by which the bank had to be answered has passed."),
    "answered": message("The bank has been answered already, and it takes one answer."),
    "decided": message("The bank has decided already."),
}


async def hearings_of(shop_id: str, now: datetime, limit: int = DISPUTES_MAX) -> list[Hearing]:
    """A boutique's disputes, the newest first."""
    return await _heard(await store.of_shop(shop_id, limit), shop_id, now)


async def hearing_of(dispute_id: UUID, shop_id: str, now: datetime, *, lock: bool = False) -> Hearing:
    """One of a boutique's disputes. Raises NotFoundError for one of which nothing falls on it."""
    dispute = await dispute_store.disputes.get(dispute_id, lock=lock)
    found = [] if dispute is None else await _heard([dispute], shop_id, now)
    if not found:
        raise NotFoundError("there is no such dispute of yours")
    return found[0]


async def state(said: StatementRecord, now: datetime) -> Hearing:
    """Keep what a boutique says, in place of what it said before. In the caller's transaction.

    Raises NotFoundError, ConflictError once no evidence is taken any more.
    """
    hearing = await hearing_of(said.dispute_id, said.shop_id, now, lock=True)
    _require_open(hearing)
    await store.save_statement(said)
    await _call_operator(hearing, now)
    return await hearing_of(said.dispute_id, said.shop_id, now)


class FileSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it came: for which dispute, from whom, what it is to show, what its bytes are."""

    dispute_id: UUID
    shop_id: str
    kind: FileKind
    media_type: FileType
    content: bytes


async def hand_in(file: FileSaid, now: datetime) -> Hearing:
    """Keep one more file; the same bytes again change nothing. In the caller's transaction.

    Raises NotFoundError, ConflictError once no evidence is taken any more, QuotaError when there are too many.
    """
    hearing = await hearing_of(file.dispute_id, file.shop_id, now, lock=True)
    _require_open(hearing)
    sha256 = hashlib.sha256(file.content).digest()
    if any(one.sha256 == sha256 for one in hearing.files):
        return hearing
    if len(hearing.files) >= FILES_MAX:
        raise QuotaError(
            sentence("at most %(num)s files are taken for one dispute: put the others into one of them", num=FILES_MAX)
        )
    await store.files.add(_record(file, now))
    await _call_operator(hearing, now)
    return await hearing_of(file.dispute_id, file.shop_id, now)


def _record(file: FileSaid, now: datetime) -> FileRecord:
    return FileRecord(
        id=new_id(),
        dispute_id=file.dispute_id,
        shop_id=file.shop_id,
        kind=file.kind,
        media_type=file.media_type,
        sha256=hashlib.sha256(file.content).digest(),
        size=len(file.content),
        content=file.content,
        received_at=now,
    )


async def add_own(dispute_id: UUID, kind: FileKind, content: bytes, now: datetime) -> None:
    """Keep one more file of the hub's own; the same bytes again change nothing. In the caller's transaction.

    Raises NotFoundError, ConflictError once no evidence is taken any more, QuotaError when there are too many,
    TooLargeError, RecordInvalidError for what is no whole PDF, PNG or JPEG file.
    """
    dispute = await dispute_store.disputes.get(dispute_id, lock=True)
    if dispute is None:
        raise NotFoundError("there is no such dispute")
    open_for = takes(dispute, now)
    if open_for != "yes":
        raise ConflictError(WHY_NOT[open_for])
    media_type = type_of(content)
    if media_type is None:
        raise RecordInvalidError("only whole PDF, PNG and JPEG files are evidence")
    if len(content) > FILE_BYTES_MAX:
        raise TooLargeError(sentence("a file of evidence has at most %(most)s MB", most=FILE_BYTES_MAX // 2**20))
    own = [one for one in await store.heads_about([dispute_id]) if one.shop_id == OWN]
    if any(one.sha256 == hashlib.sha256(content).digest() for one in own):
        return
    if len(own) >= FILES_MAX:
        raise QuotaError(
            sentence("at most %(num)s files are taken for one dispute: put the others into one of them", num=FILES_MAX)
        )
    file = FileSaid(dispute_id=dispute_id, shop_id=OWN, kind=kind, media_type=media_type, content=content)
    await store.files.add(_record(file, now))


async def files_of(dispute_id: UUID) -> list[FileHead]:
    """Every file there is for a dispute, the hub's own among them, oldest first."""
    return await store.heads_about([dispute_id])


async def all_heard(dispute_id: UUID, now: datetime) -> list[Hearing]:
    """A dispute with what every boutique it falls on has said."""
    dispute = await dispute_store.disputes.get(dispute_id)
    if dispute is None:
        return []
    shops = sorted({line.shop_id for line in await lists.lines_of_order(dispute.order_id)})
    return [heard for shop_id in shops for heard in await _heard([dispute], shop_id, now)]


async def untold(limit: int) -> list[UUID]:
    """Disputes that stand otherwise than the boutiques were told, the oldest first."""
    return await store.untold(limit)


async def note_told(dispute_id: UUID) -> DisputeRecord | None:
    """Note that the boutiques are told how it stands; None when they were already. In the caller's transaction."""
    dispute = await dispute_store.disputes.get(dispute_id, lock=True)
    if dispute is None or dispute.told == dispute.status.value:
        return None
    told = msgspec.structs.replace(dispute, told=dispute.status.value)
    await dispute_store.disputes.save(told)
    return told


async def file(file_id: UUID) -> FileRecord:
    """One file with its bytes. Raises NotFoundError."""
    found = await store.files.get(file_id)
    if found is None:
        raise NotFoundError("there is no such file")
    return found


def _require_open(hearing: Hearing) -> None:
    if hearing.takes != "yes":
        raise ConflictError(WHY_NOT[hearing.takes])


async def _call_operator(hearing: Hearing, now: datetime) -> None:
    """Somebody makes the answer of what boutiques say: once called, until they have looked."""
    words = sentence(
        "%(shop)s has said what it knows of the dispute of %(amount)s",
        shop=hearing.shop_id,
        amount=hearing.dispute.amount,
    )
    await rows.raise_alert(HEARD, str(hearing.dispute.id), words, now)


async def _heard(disputes: Sequence[DisputeRecord], shop_id: str, now: datetime) -> list[Hearing]:
    known = [one.id for one in disputes]
    said = {one.dispute_id: one for one in await store.statements_about(known, shop_id)}
    files = await store.heads_about(known, shop_id)
    found = []
    for dispute in disputes:
        lines = await lists.lines_of_order(dispute.order_id)
        own = {line.shop_order_id for line in lines if line.shop_id == shop_id}
        shares = falls_on(dispute, lines, await dispute_store.lines_of(dispute.id, dispute.round))
        amounts = {shop_order_id: amount for shop_order_id, amount in shares.items() if shop_order_id in own and amount}
        if not amounts:
            continue
        found.append(
            Hearing(
                dispute=dispute,
                shop_id=shop_id,
                shop_order_id=min(amounts),
                amount=Money(sum(amounts.values()), dispute.currency),
                takes=takes(dispute, now),
                said=said.get(dispute.id),
                files=tuple(one for one in files if one.dispute_id == dispute.id),
            )
        )
    return found
