"""The life of a refund: the debt to the shopper stands in `customer:refund_due` from the request until it is paid.

A refund the provider could not pay, or that the shopper's bank sent back, is `failed` and can be requested again: the
debt never goes away by failing.
"""

from enum import StrEnum

from payouts.domain.lifecycle import LifeCycle


class RefundStatus(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    SUBMITTING = "submitting"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundStep(StrEnum):
    """What can happen to a refund."""

    SUBMITTED = "submitted"
    DELAYED = "delayed"
    SUCCEEDED = "paid"
    FAILED = "failed"
    REOPENED = "reopened"


REFUND = LifeCycle(
    "refund",
    {
        (RefundStatus.REQUESTED, RefundStep.SUBMITTED): RefundStatus.SUBMITTING,
        (RefundStatus.SUBMITTING, RefundStep.DELAYED): RefundStatus.PENDING,
        (RefundStatus.SUBMITTING, RefundStep.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.SUBMITTING, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.PENDING, RefundStep.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.PENDING, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.SUCCEEDED, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.FAILED, RefundStep.REOPENED): RefundStatus.REQUESTED,
    },
)

ACCEPTED = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED})
"""States in which the provider has taken the refund on, so that the shops can be asked for their part."""
