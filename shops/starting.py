"""What a shop node does before it takes its first request: ask the hubs how far they have each boutique's catalogue.

A backup may have been restored. What only a hub still has is fetched back before anything new is signed in its place,
so that a restore never becomes a second history. A hub that does not answer in time is asked again by a sweep.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from federation.node import clock
from federation.service import own_history
from federation.service.context import Federation

SECONDS_MAX = 20.0


def asks_hubs(federation: Federation) -> Callable[[object], Awaitable[None]]:
    """The hook that asks, for a node's start."""

    async def ask(_app: object) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_MAX):
                await own_history.compare_with_hubs(federation, clock.now())

    return ask
