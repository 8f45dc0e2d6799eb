"""Lanes: queues of their own that deliver at once, whatever else is slow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec

from federation.node import lanes
from federation.node.clock import now
from federation.node.database import Database, atomic, fetch_value
from federation.node.outbox import Message, NotYetError, Outbox, rearm
from federation.node.wake import LANE

QUEUE = f"{LANE}test"
TOPIC = "test.tell"


class Body(msgspec.Struct):
    """Whatever is told."""

    number: int


class Ear:
    """Hears messages; those whose subject begins with a deaf peer's name wait until it is let go."""

    def __init__(self, deaf: str = "", pauses: float = 0) -> None:
        self.heard: list[str] = []
        self.waiting = 0
        self.most_waiting = 0
        self.release = asyncio.Event()
        self._deaf = deaf
        self._pauses = pauses

    async def hear(self, message: Message) -> None:
        """One delivery."""
        if self._pauses:
            pause, self._pauses = self._pauses, 0
            raise NotYetError("in a moment", pause)
        if self._deaf and message.subject.startswith(self._deaf):
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
            await self.release.wait()
            self.waiting -= 1
        self.heard.append(message.subject)

    async def until(self, holds: Callable[[], bool], seconds: float = 10) -> float:
        """Wait until something holds; returns how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - the lane is another task
                await asyncio.sleep(0.005)
        return loop.time() - began


@asynccontextmanager
async def lane(handler: Callable[[Message], Awaitable[None]], share: int = lanes.SHARE) -> AsyncIterator[None]:
    """A lane at work."""
    task = asyncio.create_task(lanes.attend(Outbox({TOPIC: handler}), QUEUE, share))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def tell(*subjects: str) -> None:
    """Something is to be told, in one transaction."""
    async with atomic():
        for subject in subjects:
            await rearm(TOPIC, subject, Body(1), key=subject, queue=QUEUE, now=now())


async def test_work_is_done_as_soon_as_it_is_committed(committed: Database) -> None:
    """A lane hears of work through the database, without a broker, and does it long before it would look by itself."""
    del committed
    ear = Ear()
    async with lane(ear.hear):
        await tell("hub:first")
        await ear.until(lambda: ear.heard == ["hub:first"])
        await asyncio.sleep(0.1)
        await tell("hub:second")
        took = await ear.until(lambda: len(ear.heard) == 2)
    assert took < lanes.LOOK_SECONDS
    assert await fetch_value("SELECT count(*) FROM node_outbox WHERE state = 'done'") == 2


async def test_one_peer_has_no_more_than_its_share(committed: Database) -> None:
    """However much waits for a peer that does not answer, others are told meanwhile; nothing of its own is lost."""
    del committed
    ear = Ear(deaf="a:")
    silent = [f"a:{number:02}" for number in range(30)]
    await tell(*silent)
    async with lane(ear.hear):
        await ear.until(lambda: ear.waiting == lanes.SHARE)
        await tell(*(f"b:{number}" for number in range(10)))
        await ear.until(lambda: len(ear.heard) == 10)
        assert ear.most_waiting == lanes.SHARE
        ear.release.set()
        await ear.until(lambda: len(ear.heard) == 40)
    assert sorted(ear.heard)[:30] == silent


async def test_a_lane_may_begin_less_at_once(committed: Database) -> None:
    """Where messages wait for each other anyway, no more of a group are begun than the lane's attendant says."""
    del committed
    ear = Ear(deaf="a:")
    await tell(*(f"a:{number}" for number in range(5)))
    async with lane(ear.hear, share=2):
        await ear.until(lambda: ear.waiting == 2)
        await tell("b:1")
        await ear.until(lambda: ear.heard == ["b:1"])
        ear.release.set()
        await ear.until(lambda: len(ear.heard) == 6)
    assert ear.most_waiting == 2


async def test_what_waits_for_its_moment_has_not_failed(committed: Database) -> None:
    """A message that gives up its turn comes when it said, and no attempt is counted."""
    del committed
    ear = Ear(pauses=0.2)
    async with lane(ear.hear):
        await tell("hub:paced")
        took = await ear.until(lambda: ear.heard == ["hub:paced"])
        await asyncio.sleep(0.1)
    assert 0.15 < took < 0.2 + lanes.LOOK_SECONDS
    assert await fetch_value("SELECT attempts FROM node_outbox WHERE state = 'done'") == 1
    assert await fetch_value("SELECT last_error FROM node_outbox") == ""
