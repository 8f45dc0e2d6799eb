"""The life cycle of a link between a shop and a hub: each side has its own word, the link is what both allow.

A proposal is the proposer's acceptance, so its own side starts `accepted` and the other `proposed`. Each side's
table is moved only by that side's own decisions: a party that was suspended cannot lift the suspension. Nothing
but profile, operations and checkpoint passes over a link that is not `accepted`.
"""

from typing import Literal

from federation.conversations.lifecycle import LifeCycle

LinkState = Literal["proposed", "accepted", "suspended", "ended"]
LinkEvent = Literal["accept", "suspend", "end"]

LINK: LifeCycle[LinkState, LinkEvent] = LifeCycle(
    "one side of a link",
    "proposed",
    {
        ("proposed", "accept"): "accepted",
        ("proposed", "end"): "ended",
        ("accepted", "accept"): "accepted",
        ("accepted", "suspend"): "suspended",
        ("accepted", "end"): "ended",
        ("suspended", "accept"): "accepted",
        ("suspended", "suspend"): "suspended",
        ("suspended", "end"): "ended",
        ("ended", "end"): "ended",
    },
)

EVENT_OF_DECISION: dict[Literal["accepted", "suspended", "ended"], LinkEvent] = {
    "accepted": "accept",
    "suspended": "suspend",
    "ended": "end",
}
"""The event that a received `LinkDecision.state` is, for the sender's side."""


def step(side: LinkState, event: LinkEvent) -> LinkState:
    """Move one side by a decision of that same side; raises TransitionRefusedError."""
    return LINK.step(side, event)


def state_of(ours: LinkState, theirs: LinkState) -> LinkState:
    """What the link is: ended or suspended if either side says so, accepted only if both do."""
    for word in ("ended", "suspended", "proposed"):
        if word in {ours, theirs}:
            return word
    return "accepted"
