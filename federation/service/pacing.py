"""Work on what one boutique has very much of: a queue of its own, and a pace that leaves room for all others.

Catalogues of many batches and snapshots wait in QUEUE, which an attendant of the worker drains beside all other queues.
Invariants: a process takes one step of such work at a time; while other boutiques are heard from, it rests after each
step so long that bulk work has one part in REST + 1 of the time, however many boutiques it is of; alone it never rests.
A step is at most one batch or chunk, never a question to a peer: who answers slowly keeps nobody waiting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from federation.node.wake import LANE
from federation.store import registers
from federation.vocabulary.ids import PartyId

QUEUE = f"{LANE}bulk"
REST = 7.0
"""Rest after a step, in company, as a multiple of the time it took."""
REST_SECONDS_MAX = 5.0
"""A step that took very long was held up by others, who are over it soon."""
COMPANY = timedelta(seconds=40)
"""A boutique heard from since is at work: each one in step speaks every fifteen seconds."""
TURN_SECONDS = 10.0
"""How long the work on one boutique goes on before another message has its turn."""


class BulkPace:
    """The steps of a process's bulk work, one after the other."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._next_at = 0.0

    @asynccontextmanager
    async def step(self, *, in_company: bool) -> AsyncIterator[None]:
        """While a step is taken; begins when the one before is over and has been rested from."""
        clock = asyncio.get_running_loop().time
        async with self._turn:
            await asyncio.sleep(max(0.0, self._next_at - clock()))
            began = clock()
            try:
                yield
            finally:
                took = clock() - began
                self._next_at = clock() + (min(REST * took, REST_SECONDS_MAX) if in_company else 0.0)


async def in_company(hub_id: PartyId, shop_id: PartyId, now: datetime) -> bool:
    """Whether other boutiques than this one are at work with a hub."""
    return await registers.heard_beside(hub_id, shop_id, now - COMPANY)
