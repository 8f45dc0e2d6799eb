"""The life of a claim: money a shop was sent and owes back after a refund.

It is `open` until the shopper has the refund, then the transfer is reversed as far as the shop's balance allows; the
rest is `owed` and netted from what the shop is sent next, until `recovered` or `written_off` by an operator.
"""

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
        (ClaimStatus.REVERSING, ClaimStep.RECOVERED): ClaimStatus.RECOVERED,
        (ClaimStatus.REVERSING, ClaimStep.OWED): ClaimStatus.OWED,
        (ClaimStatus.OWED, ClaimStep.NETTED_IN_PART): ClaimStatus.OWED,
        (ClaimStatus.OWED, ClaimStep.RECOVERED): ClaimStatus.RECOVERED,
        (ClaimStatus.OWED, ClaimStep.WRITTEN_OFF): ClaimStatus.WRITTEN_OFF,
    },
)
