"""An event loop whose time is not the world's: waiting costs nothing, and the same seed gives the same order."""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from federation.node.memory import ProcessKilledError

T = TypeVar("T")


class StuckError(RuntimeError):
    """Everybody waits for somebody and nothing is going to happen any more."""


class _Time(selectors.BaseSelector):
    """Stands where the loop waits for sockets: there are none, so waiting moves the clock."""

    def __init__(self, start: float) -> None:
        self.at = start
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = self._keys[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StuckError("everybody waits and nothing is scheduled")
        self.at += max(timeout, 0.0)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that begins at `start` seconds and leaps to whatever is scheduled next."""

    def __init__(self, start: float = 0.0) -> None:
        self._own_time = _Time(start)
        super().__init__(self._own_time)

    def time(self) -> float:
        """Seconds of the simulated world."""
        return self._own_time.at


def run(coroutine: Coroutine[Any, Any, T], start: float = 0.0) -> T:
    """Run to the end in a time that begins at `start`."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(start)) as runner:
        runner.get_loop().set_exception_handler(_left_behind)
        return runner.run(coroutine)


def _left_behind(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What tasks of a dead process end with is nobody's concern."""
    if not isinstance(context.get("exception"), ProcessKilledError):
        loop.default_exception_handler(context)


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing: a look at a database in memory from outside."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise StuckError("a look from outside had to wait")
