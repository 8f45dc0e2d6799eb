"""The life cycle of a reservation at its shop: held for a time, then confirmed, released or expired.

Expiry is the shop's alone, judged by its database clock. Repeating the event that led to a state is harmless; a
late `confirm` is refused, since the pieces may be gone. `release` before any hold settles an unknown outcome: a
hold that arrives later is refused.
"""

from typing import Literal

from federation.conversations.lifecycle import LifeCycle

ReservationState = Literal["requested", "held", "rejected", "confirmed", "released", "expired"]
ReservationEvent = Literal["hold", "reject", "confirm", "release", "expire"]

RESERVATION: LifeCycle[ReservationState, ReservationEvent] = LifeCycle(
    "reservation",
    "requested",
    {
        ("requested", "hold"): "held",
        ("requested", "reject"): "rejected",
        ("requested", "release"): "released",
        ("held", "hold"): "held",
        ("held", "confirm"): "confirmed",
        ("held", "release"): "released",
        ("held", "expire"): "expired",
        ("rejected", "hold"): "rejected",
        ("rejected", "release"): "rejected",
        ("confirmed", "hold"): "confirmed",
        ("confirmed", "confirm"): "confirmed",
        ("released", "release"): "released",
        ("expired", "release"): "expired",
        ("expired", "expire"): "expired",
    },
)


def step(state: ReservationState, event: ReservationEvent) -> ReservationState:
    """The state after `event`; raises TransitionRefusedError."""
    return RESERVATION.step(state, event)
