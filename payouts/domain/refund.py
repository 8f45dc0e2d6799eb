"""The life of a refund: the debt to the shopper stands in `customer:refund_due` from the request until it is paid.

A refund the provider could not pay, or that the shopper's bank sent back, is `failed` and can be requested again: the
debt never goes away by failing. One whose call was cut off and that the provider does not know is `requested` again,
under its old key. One that the shopper got by a dispute instead is `voided`: the debt is paid by what the bank took. It
is owed again if the bank decides otherwise in the end; where somebody says that it was settled in another way it is
`failed` then, so that a person decides before the provider is asked. One that the provider will not pay can be settled
by two people: paid from the hub's own bank (`paid_by_hand`), or `written_off` because a lost dispute gave the money.
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
    VOIDED = "voided"
    PAID_BY_HAND = "paid_by_hand"
    WRITTEN_OFF = "written_off"


class RefundStep(StrEnum):
    """What can happen to a refund."""

    SUBMITTED = "submitted"
    DELAYED = "delayed"
    SUCCEEDED = "paid"
    FAILED = "failed"
    REOPENED = "reopened"
    VOIDED = "voided"
    OWED_AGAIN = "owed again"
    OWED_UNASKED = "owed again, not asked"
    NOT_MADE = "not made"
    PAID_BY_HAND = "paid by hand"
    WRITTEN_OFF = "written off"


REFUND = LifeCycle(
    "refund",
    {
        (RefundStatus.REQUESTED, RefundStep.SUBMITTED): RefundStatus.SUBMITTING,
        (RefundStatus.SUBMITTING, RefundStep.DELAYED): RefundStatus.PENDING,
        (RefundStatus.SUBMITTING, RefundStep.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.SUBMITTING, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.SUBMITTING, RefundStep.NOT_MADE): RefundStatus.REQUESTED,
        (RefundStatus.PENDING, RefundStep.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.PENDING, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.SUCCEEDED, RefundStep.FAILED): RefundStatus.FAILED,
        (RefundStatus.FAILED, RefundStep.REOPENED): RefundStatus.REQUESTED,
        (RefundStatus.REQUESTED, RefundStep.VOIDED): RefundStatus.VOIDED,
        (RefundStatus.FAILED, RefundStep.VOIDED): RefundStatus.VOIDED,
        (RefundStatus.VOIDED, RefundStep.OWED_AGAIN): RefundStatus.REQUESTED,
        (RefundStatus.VOIDED, RefundStep.OWED_UNASKED): RefundStatus.FAILED,
        (RefundStatus.FAILED, RefundStep.PAID_BY_HAND): RefundStatus.PAID_BY_HAND,
        (RefundStatus.FAILED, RefundStep.WRITTEN_OFF): RefundStatus.WRITTEN_OFF,
        (RefundStatus.WRITTEN_OFF, RefundStep.OWED_AGAIN): RefundStatus.REQUESTED,
    },
)

BY_HAND = frozenset({RefundStatus.PAID_BY_HAND, RefundStatus.WRITTEN_OFF})
"""States that two people brought about: the provider is never asked again."""

WITH_THE_SHOPPER = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.VOIDED}) | BY_HAND
"""States in which the provider has taken the refund on, or it was paid elsewhere: shops can be asked for their part."""

UNPAID = frozenset({RefundStatus.REQUESTED, RefundStatus.FAILED})
"""States in which the shopper has nothing of it."""

UNDER_WAY = frozenset({RefundStatus.SUBMITTING, RefundStatus.PENDING})
"""States in which nobody can say yet whether the shopper has it or will get it."""
