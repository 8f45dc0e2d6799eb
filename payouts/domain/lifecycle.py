"""The form every life cycle of this package is written in: one table of moves, and nothing outside it is possible."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from federation.vocabulary.wording import sentence
from payouts.errors import IllegalMoveError

StateT = TypeVar("StateT", bound=StrEnum)
StepT = TypeVar("StepT", bound=StrEnum)


class LifeCycle(Generic[StateT, StepT]):
    """A transition table with its name, for refusals. States without a way out are final."""

    def __init__(self, name: str, moves: Mapping[tuple[StateT, StepT], StateT]) -> None:
        self.name = name
        self.moves = dict(moves)

    def allows(self, state: StateT, step: StepT) -> bool:
        """Whether `step` is possible from `state`."""
        return (state, step) in self.moves

    def after(self, state: StateT, step: StepT) -> StateT:
        """The state `step` leads to; raises IllegalMoveError when the table has no such move."""
        reached = self.moves.get((state, step))
        if reached is None:
            raise IllegalMoveError(
                sentence(
                    "a %(thing)s that is %(state)s cannot be %(step)s",
                    thing=self.name,
                    state=state.value,
                    step=step.value,
                )
            )
        return reached
