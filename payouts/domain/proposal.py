"""What one person proposes and another decides: the life that corrections and refunds by hand share."""

from enum import StrEnum

from payouts.domain.lifecycle import LifeCycle


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class ProposalStep(StrEnum):
    """What the second person says."""

    APPROVED = "approved"
    REJECTED = "rejected"


def decided_by_another(name: str) -> LifeCycle[ProposalStatus, ProposalStep]:
    """The life cycle of a proposal that refusals call by this name."""
    return LifeCycle(
        name,
        {
            (ProposalStatus.PROPOSED, ProposalStep.APPROVED): ProposalStatus.APPROVED,
            (ProposalStatus.PROPOSED, ProposalStep.REJECTED): ProposalStatus.REJECTED,
        },
    )
