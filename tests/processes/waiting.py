"""Waiting for what other processes do: by looking again and again until a deadline, never by a fixed sleep."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.05


async def until(
    what: str,
    look: Callable[[], Awaitable[T | None]],
    seconds: float = WAIT_SECONDS,
    every_seconds: float = LOOK_SECONDS,
) -> T:
    """The first true thing that `look` sees; fails with `what` and the last thing seen when time is up."""
    deadline = monotonic() + seconds
    while True:
        seen = await look()
        if seen:
            return seen
        assert monotonic() < deadline, f"after {seconds:.0f} s still not: {what} (last seen: {seen!r})"
        await asyncio.sleep(every_seconds)


async def until_none(
    what: str, look: Callable[[], Awaitable[object]], seconds: float = WAIT_SECONDS, every_seconds: float = LOOK_SECONDS
) -> None:
    """Return when `look` sees nothing any more; fails with `what` and what is left when time is up."""
    deadline = monotonic() + seconds
    while left := await look():
        assert monotonic() < deadline, f"after {seconds:.0f} s there is still {what}: {left!r}"
        await asyncio.sleep(every_seconds)
