"""Connections that the guarded door keeps for its next request to the same place.

Invariants: a connection goes to addresses that were checked for it, and begins no request later than AGE_SECONDS_MAX
after that check; one that rests is let go after IDLE_SECONDS; places are bounded in
number, the one unused for longest making room. Cookies, sessions and the like are never kept: only the wire is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

from federation.node.transactions import bound

AGE_SECONDS_MAX = 55.0
"""With what it may rest after that, a minute."""
IDLE_SECONDS = 5.0
"""Shorter than servers usually wait for the next request, so that they seldom hang up just when one is sent."""
PLACES_MAX = 64

Place = tuple[str, str, int]
"""Scheme, host and port."""
MakeConnector = Callable[[], Awaitable[aiohttp.TCPConnector]]
"""Looks a place up, checks its addresses, and gives what connects to these alone."""


class Wire:
    """The connections to one place that were checked together."""

    def __init__(self, connector: aiohttp.TCPConnector, at: float) -> None:
        self.connector = connector
        self.ends_at = at + AGE_SECONDS_MAX
        self.has_served = False
        self._users = 0
        self._is_ended = False

    @asynccontextmanager
    async def used(self) -> AsyncIterator["Wire"]:
        """While a request goes over it."""
        self._users += 1
        try:
            yield self
        finally:
            self._users -= 1
            if self._is_ended and not self._users:
                await self.connector.close()

    async def end(self) -> None:
        """Begin no further request; what is under way comes to its end."""
        self._is_ended = True
        if not self._users:
            await self.connector.close()


class Connections:
    """The wires of one door. Without a database in whose name it works, nothing is kept: nobody would let go of it."""

    def __init__(self) -> None:
        self._wires: dict[Place, Wire] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def wire(self, place: Place, make: MakeConnector) -> AsyncIterator[Wire]:
        """A wire to a place, kept from before or made now."""
        loop = asyncio.get_running_loop()
        database = bound()
        if database is None:
            wire = Wire(await make(), loop.time())
            async with wire.used():
                await wire.end()
                yield wire
            return
        if self._loop is not loop:
            self._loop, self._wires = loop, {}
            database.ends_with(lambda: self._let_go(loop))
        wire = await self._kept(place, make)
        async with wire.used():
            yield wire

    async def _kept(self, place: Place, make: MakeConnector) -> Wire:
        at = asyncio.get_running_loop().time()
        found = self._wires.pop(place, None)
        if found is not None and found.ends_at <= at:
            await found.end()
            found = None
        wire = found or Wire(await make(), at)
        rival = self._wires.pop(place, None)
        if rival is not None and rival is not wire:
            await rival.end()
        self._wires[place] = wire
        while len(self._wires) > PLACES_MAX:
            await self._wires.pop(next(iter(self._wires))).end()
        return wire

    def _let_go(self, loop: asyncio.AbstractEventLoop) -> None:
        """End all wires of a loop whose process lets go of its database."""
        if self._loop is loop and not loop.is_closed():
            wires, self._wires, self._loop = list(self._wires.values()), {}, None
            self._ending = [loop.create_task(wire.end()) for wire in wires]
