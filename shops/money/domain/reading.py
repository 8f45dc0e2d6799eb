"""What a signed paper says beyond its face, as far as this version knows: a statement's sums, an invoice's. Pure.

Read only once the signature holds. Fields that are not known are passed over, those that are missing are not shown.
"""

from typing import Annotated

import msgspec

from federation.documents import json
from federation.documents.papers import PAPER_BYTES_MAX
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import AMOUNT_MINOR_MAX

Minor = Annotated[int, msgspec.Meta(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a statement: what it changed of what the boutique is owed."""

    kind: Annotated[str, msgspec.Meta(max_length=40)]
    amount_minor: Minor


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A statement has an opening and a closing balance and entries; an invoice or credit note net, VAT and gross."""

    opening_minor: Minor | None = None
    closing_minor: Minor | None = None
    entries: tuple[Entry, ...] = ()
    net_minor: Minor | None = None
    vat_minor: Minor | None = None
    gross_minor: Minor | None = None
    refers_to: Annotated[str, msgspec.Meta(max_length=60)] = ""

    @property
    def sums(self) -> dict[str, int]:
        """What all entries of each kind come to, in the order in which the kinds first stand there."""
        found: dict[str, int] = {}
        for entry in self.entries:
            found[entry.kind] = found.get(entry.kind, 0) + entry.amount_minor
        return found

    @property
    def adds_up(self) -> bool | None:
        """Whether its own figures come to each other; None when it has none to compare."""
        if self.opening_minor is not None and self.closing_minor is not None:
            return self.opening_minor + sum(entry.amount_minor for entry in self.entries) == self.closing_minor
        if self.net_minor is not None and self.vat_minor is not None and self.gross_minor is not None:
            return self.net_minor + self.vat_minor == self.gross_minor
        return None


def read(document: bytes) -> Reading:
    """A document as far as it is known; an empty reading of one that is of another kind altogether."""
    try:
        return json.decode(document, Reading, bytes_max=PAPER_BYTES_MAX)
    except RecordInvalidError:
        return Reading()
