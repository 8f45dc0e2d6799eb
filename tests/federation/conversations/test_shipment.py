"""Parcels: they leave once, and end delivered or back at the sender."""

import pytest

from federation.conversations import shipment
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.shipment import SHIPMENT, ShipmentState


def test_a_parcel_travels_and_arrives() -> None:
    """Shipped, on its way, once missed, delivered."""
    state: ShipmentState = "processing"
    for event in ("ship", "move", "fail", "move", "deliver"):
        state = shipment.step(state, event)
    assert state == "delivered"


@pytest.mark.parametrize("state", ["delivered", "returned_to_sender"])
def test_the_end_is_final(state: ShipmentState) -> None:
    """Nothing happens to a parcel that arrived or came back."""
    assert SHIPMENT.is_final(state)
    with pytest.raises(TransitionRefusedError):
        shipment.step(state, "move")
