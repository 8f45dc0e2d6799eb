"""The life cycle of one shop's part of an order, moved by the events of `messages`, and of a wish to cancel it.

Both sides keep both. The shop accepts, declines, ships and reports delivery; either side may cancel until the
first parcel leaves. Events about money, parcels, returns and wishes to cancel leave the order where it is. A cancelled
order stays so for ever: a change of mind is a new order.

The hub's own `cancelled` is the step `revoked`: it holds wherever it meets the order, so that both sides end alike when
it crosses with the shop's words. A hub says it only to a shop from which it has heard nothing.
"""

from typing import Literal, cast

from federation.conversations.lifecycle import LifeCycle

OrderState = Literal["placed", "accepted", "declined", "in_fulfilment", "completed", "cancelled"]
OrderStep = Literal["accepted", "declined", "shipped", "delivered", "cancelled", "revoked"]

ORDER: LifeCycle[OrderState, OrderStep] = LifeCycle(
    "order",
    "placed",
    {
        ("placed", "accepted"): "accepted",
        ("placed", "declined"): "declined",
        ("placed", "cancelled"): "cancelled",
        ("accepted", "shipped"): "in_fulfilment",
        ("accepted", "cancelled"): "cancelled",
        ("in_fulfilment", "shipped"): "in_fulfilment",
        ("in_fulfilment", "delivered"): "completed",
        ("placed", "revoked"): "cancelled",
        ("accepted", "revoked"): "cancelled",
        ("declined", "revoked"): "cancelled",
        ("in_fulfilment", "revoked"): "cancelled",
        ("completed", "revoked"): "cancelled",
        ("cancelled", "revoked"): "cancelled",
    },
)

CancellationState = Literal["none", "requested", "refused", "cancelled"]
CancellationEvent = Literal["cancel_requested", "cancel_refused", "cancelled"]

CANCELLATION: LifeCycle[CancellationState, CancellationEvent] = LifeCycle(
    "cancellation",
    "none",
    {
        ("none", "cancel_requested"): "requested",
        ("none", "cancelled"): "cancelled",
        ("requested", "cancelled"): "cancelled",
        ("requested", "cancel_refused"): "refused",
        ("refused", "cancel_requested"): "requested",
        ("refused", "cancelled"): "cancelled",
    },
)

STEPS = frozenset({"accepted", "declined", "shipped", "delivered", "cancelled"})
"""The event kinds that move an order; every other kind leaves it in its state."""


def step(state: OrderState, kind: str, *, by_hub: bool = False) -> OrderState:
    """The state after an event of `kind`; kinds that do not move an order, unknown ones too, leave it.

    Raises TransitionRefusedError for a step that does not fit.
    """
    if by_hub:
        return ORDER.step(state, "revoked") if kind == "cancelled" else state
    return ORDER.step(state, cast("OrderStep", kind)) if kind in STEPS else state


def step_cancellation(state: CancellationState, kind: str) -> CancellationState:
    """Where the wish to cancel stands after an event of `kind`; kinds without a say leave it as it was."""
    events = {event for _, event in CANCELLATION.table}
    return CANCELLATION.step(state, kind) if kind in events else state
