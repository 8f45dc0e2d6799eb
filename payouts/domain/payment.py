"""The life of one attempt to pay an order, and how what the provider reports moves it.

A payment is `intended` by us, `open` once the provider knows it, and final for the order when `paid`, `failed` (the
provider gave up on it) or `cancelled` (we did). Where money is held first, the payment is `authorised` until the hub
says how much is taken, and `capturing` until that is known to have happened: one capture, decided once. Money that
arrives for an order that is over is `returned`, money of another amount or currency than was asked is `suspense`:
neither confirms anything.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.lifecycle import LifeCycle

Capture = Literal["automatic", "manual"]
"""Whether money is taken when the shopper pays, or only held until the hub says how much of it is taken."""


class PaymentStatus(StrEnum):
    """Where one attempt to pay stands with us."""

    INTENDED = "intended"
    OPEN = "open"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    SUSPENSE = "suspense"


class PaymentStep(StrEnum):
    """What can happen to a payment."""

    STARTED = "started"
    PROCESSED = "processing"
    HELD = "held"
    DECIDED = "decided"
    SUCCEEDED = "paid"
    MISMATCHED = "mismatched"
    GAVE_UP = "given up"
    CANCELLED = "cancelled"
    SENT_BACK = "sent back"


_WAITING = (PaymentStatus.INTENDED, PaymentStatus.OPEN, PaymentStatus.PROCESSING)
HELD = (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURING)
OVER = (PaymentStatus.FAILED, PaymentStatus.CANCELLED)

PAYMENT = LifeCycle(
    "payment",
    {
        (PaymentStatus.INTENDED, PaymentStep.STARTED): PaymentStatus.OPEN,
        (PaymentStatus.INTENDED, PaymentStep.PROCESSED): PaymentStatus.PROCESSING,
        (PaymentStatus.OPEN, PaymentStep.PROCESSED): PaymentStatus.PROCESSING,
        **{(state, PaymentStep.HELD): PaymentStatus.AUTHORISED for state in _WAITING},
        (PaymentStatus.AUTHORISED, PaymentStep.DECIDED): PaymentStatus.CAPTURING,
        **{(state, PaymentStep.SUCCEEDED): PaymentStatus.PAID for state in (*_WAITING, *HELD)},
        **{(state, PaymentStep.MISMATCHED): PaymentStatus.SUSPENSE for state in (*_WAITING, *HELD, *OVER)},
        **{(state, PaymentStep.GAVE_UP): PaymentStatus.FAILED for state in (*_WAITING, *HELD)},
        **{(state, PaymentStep.CANCELLED): PaymentStatus.CANCELLED for state in (*_WAITING, PaymentStatus.AUTHORISED)},
        **{(state, PaymentStep.SUCCEEDED): PaymentStatus.RETURNED for state in OVER},
        (PaymentStatus.SUSPENSE, PaymentStep.SENT_BACK): PaymentStatus.RETURNED,
    },
)


class Sighting(msgspec.Struct, frozen=True):
    """The provider's payment as last read: its `status` word, what it says it received, and what it says it holds."""

    status: str
    received: Money
    held: Money | None = None


_SEEN = {"processing": PaymentStep.PROCESSED, "cancelled": PaymentStep.GAVE_UP, "open": PaymentStep.STARTED}


def step_of(state: PaymentStatus, expected: Money, seen: Sighting) -> PaymentStep | None:
    """The step a sighting means for a payment that should come to `expected`, or None when it brings nothing new.

    Sightings come late, twice and out of order: one that would lead backwards is no step, so the order in which they
    are read does not matter.
    """
    if seen.status == "succeeded":
        step = PaymentStep.SUCCEEDED if seen.received == expected else PaymentStep.MISMATCHED
    elif seen.status == "authorised":
        if state not in _WAITING:
            return None
        step = PaymentStep.HELD if seen.held == expected else PaymentStep.GAVE_UP
    else:
        known = _SEEN.get(seen.status)
        if known is None:
            return None
        step = known
    return step if PAYMENT.allows(state, step) else None
