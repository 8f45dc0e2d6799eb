"""The life of a claim: money a shop was sent and owes back after a refund, a dispute or a correction.

It is `open` until the shopper has the refund. Then the shop's reserve bears it as far as it reaches, the transfer is
reversed as far as the shop's balance allows, and the rest is `owed` and netted from what the shop is sent next, until
`recovered` or `written_off` by an operator. How old a debt is counts from the day it came into being.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from payouts.domain.lifecycle import LifeCycle


class ClaimStatus(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    REVERSING = "reversing"
    OWED = "owed"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"


class ClaimStep(StrEnum):
    """What can happen to a claim."""

    SUBMITTED = "reversed"
    OWED = "owed"
    NETTED_IN_PART = "netted in part"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written off"


CLAIM = LifeCycle(
    "claim",
    {
        (ClaimStatus.OPEN, ClaimStep.SUBMITTED): ClaimStatus.REVERSING,
        (ClaimStatus.OPEN, ClaimStep.OWED): ClaimStatus.OWED,
        (ClaimStatus.OPEN, ClaimStep.NETTED_IN_PART): ClaimStatus.OPEN,
        (ClaimStatus.OPEN, ClaimStep.RECOVERED): ClaimStatus.RECOVERED,
        (ClaimStatus.REVERSING, ClaimStep.RECOVERED): ClaimStatus.RECOVERED,
        (ClaimStatus.REVERSING, ClaimStep.OWED): ClaimStatus.OWED,
        (ClaimStatus.OWED, ClaimStep.NETTED_IN_PART): ClaimStatus.OWED,
        (ClaimStatus.OWED, ClaimStep.RECOVERED): ClaimStatus.RECOVERED,
        (ClaimStatus.OWED, ClaimStep.WRITTEN_OFF): ClaimStatus.WRITTEN_OFF,
    },
)

UNSETTLED = frozenset({ClaimStatus.OPEN, ClaimStatus.REVERSING, ClaimStatus.OWED})
"""States in which the shop still owes something of it."""

AGE_LIMITS_DAYS = (30, 60, 90)
"""The last day of each age but the oldest: 0 to 30, 31 to 60, 61 to 90, and older."""


def age_bucket(since: datetime, now: datetime) -> int:
    """Which of the four ages something begun at `since` has, the youngest being 0."""
    days = (now - since).days
    return sum(days > limit for limit in AGE_LIMITS_DAYS)


def by_age(items: Iterable[tuple[datetime, int]], now: datetime) -> tuple[int, int, int, int]:
    """Amounts (minor units) with the day they began, summed by age."""
    sums = [0, 0, 0, 0]
    for since, amount_minor in items:
        sums[age_bucket(since, now)] += amount_minor
    return (sums[0], sums[1], sums[2], sums[3])
