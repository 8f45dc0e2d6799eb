"""Orders: moved by events, left alone by talk of money, final when declined, cancelled or completed."""

import pytest

from federation.conversations import order
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import EVENT_BODIES, HUB_EVENTS, SHOP_EVENTS
from federation.conversations.order import ORDER, OrderState


def after(*kinds: str) -> OrderState:
    """The state of an order after these events."""
    state: OrderState = ORDER.initial
    for kind in kinds:
        state = order.step(state, kind)
    return state


def test_an_order_runs_its_course() -> None:
    """Accepted, shipped in parcels, delivered; events about money change nothing."""
    assert after("settled", "accepted", "shipped") == "in_fulfilment"
    assert after("accepted", "shipped", "transferred", "shipped", "refunded", "delivered", "paid_out") == "completed"


@pytest.mark.parametrize(
    "kinds",
    [
        ("shipped",),
        ("delivered",),
        ("accepted", "declined"),
        ("declined", "accepted"),
        ("cancelled", "shipped"),
        ("accepted", "shipped", "cancelled"),
        ("accepted", "shipped", "delivered", "shipped"),
    ],
)
def test_out_of_turn_is_refused(kinds: tuple[str, ...]) -> None:
    """Nothing ships before acceptance, after the end, or once cancelled; nothing is cancelled once it left."""
    with pytest.raises(TransitionRefusedError):
        after(*kinds)


def test_a_cancellation_is_asked_for_and_answered() -> None:
    """Asked, refused, asked again, cancelled; other events have no say."""
    state = order.step_cancellation("none", "cancel_requested")
    assert order.step_cancellation(state, "shipped") == "requested"
    state = order.step_cancellation(state, "cancel_refused")
    assert state == "refused"
    assert order.step_cancellation(order.step_cancellation(state, "cancel_requested"), "cancelled") == "cancelled"
    with pytest.raises(TransitionRefusedError):
        order.step_cancellation("none", "cancel_refused")


def test_kinds_are_known_and_each_has_a_sender() -> None:
    """Every kind with a body is sent by shop or hub; a later version's kind moves nothing."""
    assert set(EVENT_BODIES) == SHOP_EVENTS | HUB_EVENTS
    assert order.step("placed", "gift_wrapped") == "placed"
    assert set(EVENT_BODIES) >= order.STEPS
