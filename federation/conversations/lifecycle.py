"""The form all life cycles share: one table of allowed transitions, a step that refuses the rest, and its drawing.

Invariants, checked when a table is built: every state can be reached from the initial one. A state without a way
out is final. Knows nothing of who may send an event or of what it makes happen.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from federation.conversations.errors import TransitionRefusedError

State = TypeVar("State", bound=str)
Event = TypeVar("Event", bound=str)


class LifeCycle(Generic[State, Event]):
    """A named table of `(state, event) -> state` with its initial state."""

    def __init__(self, name: str, initial: State, table: Mapping[tuple[State, Event], State]) -> None:
        self.name = name
        self.initial = initial
        self.table = dict(table)
        reached = {initial, *self.table.values()}
        stranded = {state for state, _ in self.table} - reached
        if stranded:
            raise ValueError(f"{name}: no way leads to {sorted(stranded)}")
        self.states = frozenset(reached)

    def step(self, state: State, event: Event) -> State:
        """The state after `event`; raises TransitionRefusedError, naming what would be allowed, if there is none."""
        after = self.table.get((state, event))
        if after is None:
            allowed = ", ".join(self.events_from(state)) or "nothing: it is final"
            raise TransitionRefusedError(
                f"{self.name}: {event!r} does not fit the state {state!r} (it allows {allowed})", expected=allowed
            )
        return after

    def allows(self, state: State, event: Event) -> bool:
        return (state, event) in self.table

    def events_from(self, state: State) -> tuple[Event, ...]:
        """The events that `state` allows, in the table's order."""
        return tuple(event for before, event in self.table if before == state)

    def is_final(self, state: State) -> bool:
        """Whether no event leads from `state` to another one."""
        return all(after == state for (before, _), after in self.table.items() if before == state)


def mermaid(cycle: LifeCycle[State, Event]) -> str:
    """The table drawn as a mermaid state diagram; events between the same two states share one arrow."""
    arrows: dict[tuple[State, State], list[Event]] = {}
    for (before, event), after in cycle.table.items():
        arrows.setdefault((before, after), []).append(event)
    lines = ["stateDiagram-v2", f"    [*] --> {cycle.initial}"]
    lines += [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    lines += [f"    {state} --> [*]" for state in sorted(cycle.states) if cycle.is_final(state)]
    return "\n".join(lines) + "\n"
