"""The form of life cycles: what is not in the table is refused, and the drawing is the table."""

import re
from typing import Any

import pytest

from federation.conversations.errors import TransitionRefusedError
from federation.conversations.lifecycle import LifeCycle, mermaid
from federation.conversations.link import LINK
from federation.conversations.order import CANCELLATION, ORDER
from federation.conversations.replica import REPLICA
from federation.conversations.reservation import RESERVATION
from federation.conversations.return_ import RETURN
from federation.conversations.shipment import SHIPMENT

ALL: list[LifeCycle[Any, Any]] = [LINK, RESERVATION, ORDER, CANCELLATION, SHIPMENT, RETURN, REPLICA]
DOOR: LifeCycle[str, str] = LifeCycle(
    "door",
    "shut",
    {("shut", "open"): "open", ("open", "shut"): "shut", ("open", "slam"): "shut", ("open", "burn"): "ash"},
)


@pytest.mark.parametrize("cycle", [*ALL, DOOR], ids=lambda cycle: cycle.name)
def test_exactly_the_table_is_allowed(cycle: LifeCycle[Any, Any]) -> None:
    """Every pair of state and event either is in the table and steps as it says, or is refused."""
    events = {event for _, event in cycle.table}
    for state in cycle.states:
        for event in events:
            if (state, event) in cycle.table:
                assert cycle.allows(state, event)
                assert cycle.step(state, event) == cycle.table[state, event]
            else:
                assert not cycle.allows(state, event)
                with pytest.raises(TransitionRefusedError):
                    cycle.step(state, event)


@pytest.mark.parametrize("cycle", ALL, ids=lambda cycle: cycle.name)
def test_every_state_can_be_reached(cycle: LifeCycle[Any, Any]) -> None:
    """Following events from the initial state visits all states."""
    reached, waiting = {cycle.initial}, [cycle.initial]
    while waiting:
        state = waiting.pop()
        for event in cycle.events_from(state):
            after = cycle.step(state, event)
            if after not in reached:
                reached.add(after)
                waiting.append(after)
    assert reached == cycle.states


def test_a_refusal_says_what_would_fit() -> None:
    """The sentence names state, event and the events allowed instead; a final state says so."""
    with pytest.raises(
        TransitionRefusedError, match=r"door: 'open' does not fit the state 'open' \(it allows shut, slam, burn\)"
    ):
        DOOR.step("open", "open")
    with pytest.raises(TransitionRefusedError, match="it is final"):
        DOOR.step("ash", "open")


def test_a_stranded_state_is_our_own_mistake() -> None:
    """A table with a state that nothing leads to is not built."""
    with pytest.raises(ValueError, match="no way leads to"):
        LifeCycle("odd", "a", {("a", "go"): "b", ("c", "go"): "a"})


def test_the_drawing_shows_the_table() -> None:
    """Events between the same two states share an arrow; final states lead out."""
    assert mermaid(DOOR) == (
        "stateDiagram-v2\n    [*] --> shut\n    shut --> open: open\n    open --> shut: shut, slam\n"
        "    open --> ash: burn\n    ash --> [*]\n"
    )


@pytest.mark.parametrize("cycle", ALL, ids=lambda cycle: cycle.name)
def test_every_transition_is_drawn(cycle: LifeCycle[Any, Any]) -> None:
    """Reading the arrows back gives the table."""
    drawn: dict[tuple[str, str], str] = {}
    for before, after, events in re.findall(r"    (\w+) --> (\w+): (.+)", mermaid(cycle)):
        drawn |= {(before, event): after for event in events.split(", ")}
    assert drawn == cycle.table
