"""The life cycle of one return, moved by the events of `return_messages`; both sides keep it and move it alike.

The shopper asks and sends, the boutique authorises, receives and judges; the shopper may keep the pieces as long as
they have not left. What the boutique will not settle, the hub's operator may (`decided`), after a refusal too, and
that is the last word. Words that cross on the way end alike on both sides: what no longer fits moves nothing, and a
parcel that came although the return was withdrawn has come.
"""

from typing import Literal, cast

from federation.conversations.lifecycle import LifeCycle

ReturnState = Literal[
    "requested", "authorised", "refused", "withdrawn", "in_transit", "received", "refunded", "rejected"
]
ReturnStep = Literal["authorised", "refused", "withdrawn", "in_transit", "received", "refunded", "rejected", "decided"]

RETURN: LifeCycle[ReturnState, ReturnStep] = LifeCycle(
    "return",
    "requested",
    {
        ("requested", "authorised"): "authorised",
        ("requested", "refused"): "refused",
        ("requested", "withdrawn"): "withdrawn",
        ("requested", "decided"): "refunded",
        ("refused", "withdrawn"): "withdrawn",
        ("refused", "decided"): "refunded",
        ("withdrawn", "received"): "received",
        ("authorised", "in_transit"): "in_transit",
        ("authorised", "received"): "received",
        ("authorised", "withdrawn"): "withdrawn",
        ("authorised", "decided"): "refunded",
        ("in_transit", "in_transit"): "in_transit",
        ("in_transit", "received"): "received",
        ("in_transit", "decided"): "refunded",
        ("received", "refunded"): "refunded",
        ("received", "rejected"): "rejected",
        ("received", "decided"): "refunded",
        ("rejected", "decided"): "refunded",
    },
)

OPEN: frozenset[ReturnState] = frozenset({"requested", "authorised", "in_transit", "received"})
"""Somebody still has to do something."""
TAKEN: frozenset[ReturnState] = OPEN | {"refunded"}
"""The pieces of these returns cannot be asked back again."""


def step(state: ReturnState, kind: str) -> ReturnState:
    """The state after an event of `kind` (`return_authorised`, ...). Raises TransitionRefusedError."""
    return RETURN.step(state, cast("ReturnStep", kind.removeprefix("return_")))
