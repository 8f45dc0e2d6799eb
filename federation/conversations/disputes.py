"""A disputed payment, in words between a hub and a boutique whose order it is about.

A shopper's bank takes a payment back or asks about it, and the hub has to answer by a day. The boutique is told what
is said and by when, and hands in what speaks for it: a statement, which a later one replaces, and files. The hub's
operator makes the answer of it. Nothing here moves money.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.conversations.forms import Currency, Uuid, Word
from federation.documents.times import TIME_PATTERN
from federation.vocabulary.evidence import FileKind, Takes
from federation.vocabulary.files import FileType
from federation.vocabulary.money import AMOUNT_MINOR_MAX

DisputeState = Literal["inquiry", "open", "answered", "won", "lost", "prevented", "closed"]
"""`inquiry`: the bank only asks, and `closed` is one that came to nothing; `answered`: the bank decides."""

Moment = Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)]
Day = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?(?!\n)$")]
Sum = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
Short = Annotated[str, msgspec.Meta(max_length=120)]
Speaker = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Words = Annotated[str, msgspec.Meta(max_length=limits.EVIDENCE_CHARACTERS_MAX)]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a boutique says about a dispute; what it leaves empty it does not know. `by` is who there said it."""

    by: Speaker
    text: Words = ""
    carrier: Short = ""
    tracking: Short = ""
    shipped_on: Day = ""
    delivered_on: Day = ""


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file the hub has from the boutique; `handed_in_at` is when its node gave it to the bank.

    Without that it may have reached the bank by another way, or not at all.
    """

    kind: FileKind
    media_type: FileType
    sha256: Digest
    size: Annotated[int, msgspec.Meta(ge=1, le=limits.EVIDENCE_FILE_BYTES_MAX)]
    received_at: Moment
    handed_in_at: Moment | None = None


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """One dispute, as far as it is about this boutique.

    `amount` is what falls on its pieces as things stand, in the shopper's currency; `due_at` is when the hub answers
    the bank at the latest, `handed_in_at` when it did. `said` is the boutique's newest statement as the hub has it.
    """

    id: Uuid
    order_id: Uuid
    state: DisputeState
    reason: Word
    amount: Sum
    currency: Currency
    opened_at: Moment
    due_at: Moment | None = None
    closed_at: Moment | None = None
    takes: Takes
    handed_in_at: Moment | None = None
    said: Statement | None = None
    said_at: Moment | None = None
    files: Annotated[tuple[EvidenceFile, ...], msgspec.Meta(max_length=limits.EVIDENCE_FILES_MAX)] = ()


class Disputes(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's disputes at a hub, the newest first."""

    at: Moment
    disputes: Annotated[tuple[Dispute, ...], msgspec.Meta(max_length=limits.DISPUTES_LISTED_MAX)] = ()
