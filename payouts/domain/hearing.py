"""What a boutique says of a dispute of its sale, as the hub has it, and until when the hub takes it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.evidence import FileKind, Takes
from federation.vocabulary.files import FileType
from federation.vocabulary.money import Money
from payouts.domain.dispute import UNDECIDED, spread
from payouts.domain.dispute import DisputedLine as LeftOfLine
from payouts.domain.dispute_records import DisputeLineRecord, DisputeRecord
from payouts.domain.evidence import Slot
from payouts.domain.records import LineRecord

FILES_MAX = 6
"""Files of one boutique about one dispute."""


class StatementRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a boutique says; `said_by` in its own words, days as `2026-11-22`, empty what it does not know."""

    id: int = 0
    dispute_id: UUID
    shop_id: str
    said_by: str
    words: str = ""
    carrier: str = ""
    tracking: str = ""
    shipped_on: str = ""
    delivered_on: str = ""
    said_at: datetime


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file a boutique handed in."""

    id: UUID
    dispute_id: UUID
    shop_id: str
    kind: FileKind
    media_type: FileType
    sha256: bytes
    size: int
    content: bytes
    received_at: datetime
    slot: str | None = None
    provider_file: str | None = None
    uploaded_at: datetime | None = None


class FileHead(msgspec.Struct, frozen=True, kw_only=True):
    """The same without its bytes."""

    id: UUID
    dispute_id: UUID
    shop_id: str
    kind: FileKind
    media_type: FileType
    sha256: bytes
    size: int
    received_at: datetime
    slot: str | None = None
    provider_file: str | None = None
    uploaded_at: datetime | None = None

    @property
    def is_decided(self) -> bool:
        """Whether a person has said if and as what it goes to the bank."""
        return self.slot is not None

    @property
    def goes_as(self) -> Slot | None:
        """As what it goes to the bank; None when it does not, or nobody has decided yet."""
        return msgspec.convert(self.slot, Slot) if self.slot else None


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute as one boutique is heard about it: what of it falls on its order, and what the hub has from it."""

    dispute: DisputeRecord
    shop_id: str
    shop_order_id: UUID
    amount: Money
    takes: Takes
    said: StatementRecord | None
    files: tuple[FileHead, ...]


def takes(dispute: DisputeRecord, now: datetime) -> Takes:
    """Whether evidence is still of use, or why not."""
    if dispute.status not in UNDECIDED:
        return "decided"
    if dispute.is_answered:
        return "answered"
    return "late" if dispute.due_at is not None and dispute.due_at <= now else "yes"


def falls_on(
    dispute: DisputeRecord, lines: Sequence[LineRecord], borne: Sequence[DisputeLineRecord]
) -> Mapping[UUID, int]:
    """What of a dispute falls on each shop order, minor units of the shopper's currency.

    As it is borne; else as a person chose; else in proportion to what is left of the lines.
    """
    found: dict[UUID, int] = {}
    if borne:
        for line in borne:
            found[line.shop_order_id] = found.get(line.shop_order_id, 0) + line.paid
        return found
    left = [LeftOfLine(str(one.shop_order_id), one.line_id, max(one.paid - one.gone_minor, 0)) for one in lines]
    for chosen in dispute.choice or spread(dispute.amount_minor, left):
        shop_order_id = UUID(chosen.shop_order_id)
        found[shop_order_id] = found.get(shop_order_id, 0) + chosen.amount_minor
    return found
