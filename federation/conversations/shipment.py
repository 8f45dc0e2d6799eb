"""The life cycle of one parcel; its history is append-only, a later word never removes an earlier one."""

from typing import Literal

from federation.conversations.lifecycle import LifeCycle

ShipmentState = Literal["processing", "shipped", "in_transit", "failed_attempt", "delivered", "returned_to_sender"]
ShipmentEvent = Literal["ship", "move", "fail", "deliver", "return"]

SHIPMENT: LifeCycle[ShipmentState, ShipmentEvent] = LifeCycle(
    "shipment",
    "processing",
    {
        ("processing", "ship"): "shipped",
        ("shipped", "move"): "in_transit",
        ("shipped", "fail"): "failed_attempt",
        ("shipped", "deliver"): "delivered",
        ("shipped", "return"): "returned_to_sender",
        ("in_transit", "move"): "in_transit",
        ("in_transit", "fail"): "failed_attempt",
        ("in_transit", "deliver"): "delivered",
        ("in_transit", "return"): "returned_to_sender",
        ("failed_attempt", "move"): "in_transit",
        ("failed_attempt", "fail"): "failed_attempt",
        ("failed_attempt", "deliver"): "delivered",
        ("failed_attempt", "return"): "returned_to_sender",
    },
)


def step(state: ShipmentState, event: ShipmentEvent) -> ShipmentState:
    """The state after `event`; raises TransitionRefusedError."""
    return SHIPMENT.step(state, event)
