"""Reservations: idempotent where a repeat is harmless, refused where the pieces may be gone."""

import pytest

from federation.conversations import reservation
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.reservation import ReservationEvent, ReservationState


@pytest.mark.parametrize(
    ("state", "event"),
    [("held", "hold"), ("confirmed", "confirm"), ("released", "release"), ("expired", "expire"), ("rejected", "hold")],
)
def test_repeats_are_harmless(state: ReservationState, event: ReservationEvent) -> None:
    """The event that led to a state leaves it there."""
    assert reservation.step(state, event) == state


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("expired", "confirm"),
        ("released", "confirm"),
        ("rejected", "confirm"),
        ("requested", "confirm"),
        ("confirmed", "release"),
        ("confirmed", "expire"),
        ("released", "hold"),
    ],
)
def test_what_was_decided_stays(state: ReservationState, event: ReservationEvent) -> None:
    """A late confirm, a release of a sale, and a hold that overtaken by its release are refused."""
    with pytest.raises(TransitionRefusedError):
        reservation.step(state, event)


def test_a_sale_passes_through_a_hold() -> None:
    """Requested, held, confirmed."""
    assert reservation.step(reservation.step("requested", "hold"), "confirm") == "confirmed"
