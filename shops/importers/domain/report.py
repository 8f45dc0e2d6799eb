"""What an import did, line by line where it matters. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from federation.vocabulary.errors import FieldError

FAULTS_MAX = 1_000
"""Faults a report names; further ones are only counted."""

Outcome = Literal["imported", "unchanged", "rejected"]


class LineFault(msgspec.Struct, frozen=True):
    """Why a line was rejected: JSON pointer into the line, a code for machines, a sentence for people."""

    line: int
    pointer: str
    code: str
    message: str


class LineOutcome(msgspec.Struct, frozen=True):
    """What became of one line."""

    line: int
    outcome: Outcome
    faults: tuple[FieldError, ...] = ()


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines were imported (something changed), unchanged, rejected; and why the rejected ones were."""

    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    faults: tuple[LineFault, ...] = ()

    @property
    def lines(self) -> int:
        """Lines read that were not blank."""
        return self.imported + self.unchanged + self.rejected

    def add(self, outcomes: Iterable[LineOutcome]) -> "ImportReport":
        """This report with more lines told; at most FAULTS_MAX faults are kept."""
        told = list(outcomes)
        names = [line.outcome for line in told]
        return ImportReport(
            imported=self.imported + names.count("imported"),
            unchanged=self.unchanged + names.count("unchanged"),
            rejected=self.rejected + names.count("rejected"),
            faults=(self.faults + line_faults(told))[:FAULTS_MAX],
        )


def line_faults(outcomes: Iterable[LineOutcome]) -> tuple[LineFault, ...]:
    """Every fault with the line it is on."""
    return tuple(
        LineFault(outcome.line, fault.pointer, fault.code, fault.message or fault.code)
        for outcome in outcomes
        for fault in outcome.faults
    )
