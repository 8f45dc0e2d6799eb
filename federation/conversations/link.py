"""The life cycle of a link between a shop and a hub: each side has its own word, the link is what both allow.

A proposal is the proposer's acceptance, so its own side starts `accepted` and the other `proposed`. Each side's
table is moved only by that side's own decisions: a party that was suspended cannot lift the suspension. Nothing
but profile, operations and checkpoint passes over a link that is not `accepted`.

Each side numbers its words, so that one said again by a machine that came back from an older copy of itself is known
for what it is. Invariants: the number that one side remembers of the other's word never falls; what a side is reminded
of makes its own word stricter at most, for whoever reminds it may lie.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
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


WordNumber = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
NUMBER_AHEAD_MAX = 7 * 24 * 3_600 * 1_000
"""How far ahead of one's own clock, in milliseconds, a number of one's own can be of which one is reminded."""
_STRICTNESS: dict[LinkState, int] = {"accepted": 0, "proposed": 1, "suspended": 2, "ended": 3}


class LinkWord(msgspec.Struct, frozen=True):
    """What one side holds the link to be, and the number it gave to that decision; 0 before its first."""

    state: LinkState
    number: WordNumber = 0


def decided(known: LinkWord, event: LinkEvent, now_milliseconds: int) -> LinkWord:
    """Our word after a decision of ours, numbered above all before it; raises TransitionRefusedError.

    The clock makes it rise also where an older copy of us would count on from a smaller number.
    """
    return LinkWord(step(known.state, event), max(known.number + 1, now_milliseconds))


def heard(known: LinkWord, said: LinkWord) -> LinkWord:
    """The other side's word after one of its messages; an older one, or the same, is no news.

    A side that numbers nothing is taken at its last word. Raises TransitionRefusedError.
    """
    if said.number < known.number or (said.number == known.number and said.number):
        return known
    return LinkWord(step(known.state, _event_of(said.state)), said.number)


def answered(known: LinkWord, said: LinkWord) -> LinkWord:
    """The other side's word after an answer of its, which may have been overtaken by a later message."""
    is_news = said.number > known.number or known.state == "proposed"
    if said.state == "proposed" or not is_news or not LINK.allows(known.state, _event_of(said.state)):
        return known
    return LinkWord(step(known.state, _event_of(said.state)), max(known.number, said.number))


def reminded(own: LinkWord, told: LinkWord | None, now_milliseconds: int) -> LinkWord:
    """Our own word when the other side tells the newest that it has of us: we may be an older copy of ourselves.

    A stricter one is ours again. A looser one may be made up: ours stands, numbered above it, and must be said.
    """
    if told is None or not own.number < told.number <= now_milliseconds + NUMBER_AHEAD_MAX:
        return own
    if _STRICTNESS[told.state] >= _STRICTNESS[own.state]:
        return told
    return LinkWord(own.state, max(told.number + 1, now_milliseconds))


def _event_of(state: LinkState) -> LinkEvent:
    """The decision that leads to a word; nobody decides `proposed`."""
    return EVENT_OF_DECISION[state] if state != "proposed" else "accept"
