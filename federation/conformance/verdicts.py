"""What a check comes to, and the two ways in which one ends early. Pure values.

A check that finds nothing to object to has passed; one that cannot be asked of this node (no link yet, nothing
published) says so and counts neither way.
"""

from typing import Literal

import msgspec

Outcome = Literal["passed", "failed", "not asked"]


class Verdict(msgspec.Struct, frozen=True):
    """One check: its name, what must hold, what came of it, and in a sentence why."""

    name: str
    rule: str
    outcome: Outcome
    reason: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every verdict on one party; it conforms when nothing failed and something was asked."""

    party_id: str
    kind: str
    name: str
    endpoint: str
    version: str
    verdicts: tuple[Verdict, ...]

    def count(self, outcome: Outcome) -> int:
        """How many checks came to that."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def conforms(self) -> bool:
        """Whether nothing failed."""
        return self.count("failed") == 0 < self.count("passed")


class FailedError(Exception):
    """The node does not do what the protocol says; the text is the reason, for a person."""


class NotAskedError(Exception):
    """This cannot be asked of this node now; the text says what is missing."""


def demand(holds: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence: demand(size == 3, "…")
    """Fail the check with `reason` unless `holds`."""
    if not holds:
        raise FailedError(reason)
