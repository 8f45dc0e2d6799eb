"""The life of a payout from a shop's account at the provider to its bank; `failed` is legal even after `paid`."""

from enum import StrEnum

from payouts.domain.lifecycle import LifeCycle


class PayoutStatus(StrEnum):
    """Where a payout stands."""

    SUBMITTING = "submitting"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"


class PayoutStep(StrEnum):
    """What can happen to a payout."""

    ACCEPTED = "accepted"
    PAID = "paid"
    FAILED = "failed"


WHOLE_UNITS = frozenset({"HUF", "ISK", "TWD", "UGX"})
"""Currencies whose banks take whole units only, however finely they are counted (Stripe, Currencies)."""


def odd_minor(amount_minor: int, currency: str) -> int:
    """What of an amount cannot leave in a payout: the hundredths of a currency that is paid out in whole units."""
    return amount_minor % 100 if currency in WHOLE_UNITS else 0


PAYOUT = LifeCycle(
    "payout",
    {
        (PayoutStatus.SUBMITTING, PayoutStep.ACCEPTED): PayoutStatus.IN_TRANSIT,
        (PayoutStatus.SUBMITTING, PayoutStep.PAID): PayoutStatus.PAID,
        (PayoutStatus.SUBMITTING, PayoutStep.FAILED): PayoutStatus.FAILED,
        (PayoutStatus.IN_TRANSIT, PayoutStep.PAID): PayoutStatus.PAID,
        (PayoutStatus.IN_TRANSIT, PayoutStep.FAILED): PayoutStatus.FAILED,
        (PayoutStatus.PAID, PayoutStep.FAILED): PayoutStatus.FAILED,
    },
)
