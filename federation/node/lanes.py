"""Lanes: queues of the outbox that wait for nothing else, each drained all the time by an attendant of its own.

Invariants: a lane has its own thread, loop and database connections (`attending`), so no drain of another queue and no
sweep stands before it; a message that becomes due while others are being delivered is taken up at once. All subjects
that begin alike up to their last colon, such as those of one peer, have at most SHARE of the SLOTS together (or what
the lane's attendant says), so who does not answer delays nobody else.
"""

import asyncio
from collections import Counter
from datetime import timedelta

from federation.node import claims, clock
from federation.node.claims import Message
from federation.node.database import Database, current, using
from federation.node.listening import Bell, listener_of
from federation.node.outbox import HANDLER_SHARE_OF_LEASE, Outbox
from federation.node.wake import topic_of

SLOTS = 24
SHARE = 8
LEASE = timedelta(seconds=60)
LOOK_SECONDS = 1.0
"""How often it is looked whether something has become due of which nothing was heard."""


async def attend(outbox: Outbox, queue: str, share: int = SHARE) -> None:
    """Deliver what is due in a queue, for ever, `share` messages of a group at once."""
    database = current()
    async with listener_of(database).bell(topic_of(queue)) as bell, asyncio.TaskGroup() as group:
        await _Lane(outbox, (queue, share), database, bell).keep_delivering(group)


def group_of(subject: str) -> str:
    """What subjects have in common that share slots."""
    return subject[: subject.rfind(":") + 1]


class _Lane:
    """What is being delivered, by group."""

    def __init__(self, outbox: Outbox, queue: tuple[str, int], database: Database, bell: Bell) -> None:
        self._outbox = outbox
        self._queue, self._share = queue
        self._database = database
        self._bell = bell
        self._busy: Counter[str] = Counter()
        self._after = ""

    async def keep_delivering(self, group: asyncio.TaskGroup) -> None:
        while True:
            found = await self._claim()
            until = asyncio.get_running_loop().time() + LEASE.total_seconds() * HANDLER_SHARE_OF_LEASE
            for message in found:
                self._busy[group_of(message.subject)] += 1
                group.create_task(self._deliver(message, until))
            if not found:
                await self._bell.wait(LOOK_SECONDS)

    async def _claim(self) -> list[Message]:
        """Due messages, as many as may be begun now whosever they are."""
        beginnable = [self._share - busy for busy in self._busy.values() if busy < self._share]
        free = min(SLOTS - self._busy.total(), self._share, *beginnable)
        if free <= 0:
            return []
        full = [name for name, busy in self._busy.items() if busy >= self._share]
        found = await claims.claim(self._queue, clock.now(), LEASE, after=self._after, most=free, full=full)
        if not found and self._after:
            found = await claims.claim(self._queue, clock.now(), LEASE, after="", most=free, full=full)
        self._after = found[-1].subject if found else ""
        return found

    async def _deliver(self, message: Message, until: float) -> None:
        name = group_of(message.subject)
        try:
            with using(self._database):
                await self._outbox.deliver(message, until, clock.now)
        finally:
            self._busy[name] -= 1
            if not self._busy[name]:
                del self._busy[name]
        moment = self._outbox.next_moment(self._queue)
        if moment is not None:
            asyncio.get_running_loop().call_later(moment, self._bell.ring)
        self._bell.ring()
