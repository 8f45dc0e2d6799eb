"""Something a worker does all the time beside its queues, such as keeping a connection open to hear from elsewhere.

Invariants: it has a thread, a loop and a database of its own, so a queue never waits for it nor it for a queue; one
process of a node does it at a time (a session lock in the database says which); when it fails it begins again,
after a pause that grows.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from federation.node.database import Connection, Database, using

_log = structlog.get_logger(__name__)

_LOCK_SPACE = 7220
_TAKE_TURN = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
LOOK_SECONDS = 2.0
PAUSE_SECONDS_MAX = 30.0


class Attendant(msgspec.Struct, frozen=True):
    """What is done for ever by a worker of `queue`: `run` is called with the database bound and never returns.

    `niceness` is by how much it steps aside for the worker's other threads (where threads have one of their own).
    """

    name: str
    queue: str
    run: Callable[[], Awaitable[None]]
    niceness: int = 0


class Attendance(threading.Thread):
    """One attendant at work in this process, or waiting for its turn."""

    def __init__(self, attendant: Attendant, open_database: Callable[[], Awaitable[Database]]) -> None:
        super().__init__(name=f"attendant {attendant.name}", daemon=True)
        self._attendant = attendant
        self._open_database = open_database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = threading.Lock()
        self._stopped = False

    def run(self) -> None:
        """Attend until stopped."""
        if self._attendant.niceness and sys.platform == "linux":
            os.nice(self._attendant.niceness)  # of this thread alone
        with asyncio.Runner() as runner:
            with self._starting:
                if self._stopped:
                    return
                self._loop = runner.get_loop()
                self._task = self._loop.create_task(self._attend())
            try:
                self._loop.run_until_complete(self._task)
            except asyncio.CancelledError:
                return

    def stop(self) -> None:
        """End, wherever it is; waits a moment at most."""
        with self._starting:
            self._stopped = True
            if self._loop is not None and self._task is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._task.cancel)
        if self.is_alive():
            self.join(timeout=2.0)

    async def _attend(self) -> None:
        pause = 1.0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._once()
            except Exception:  # noqa: BLE001 - an edge: whatever happened, it begins again
                _log.exception("attendant_failed", name=self._attendant.name)
            lasted = asyncio.get_running_loop().time() - began
            pause = 1.0 if lasted > PAUSE_SECONDS_MAX else min(2 * pause, PAUSE_SECONDS_MAX)
            await asyncio.sleep(pause)

    async def _once(self) -> None:
        """Wait for the turn and attend until something fails; the turn ends with the connection that has it."""
        database = await self._open_database()
        try:
            async with database.session() as turn:
                key = f"{_LOCK_SPACE}/{self._attendant.name}"
                while not await turn.fetchval(_TAKE_TURN, key):  # noqa: ASYNC110 - another process has it
                    await asyncio.sleep(LOOK_SECONDS)
                with using(database):
                    async with asyncio.TaskGroup() as group:
                        group.create_task(_keep(turn))
                        group.create_task(_run(self._attendant))
        finally:
            await database.stop()


async def _run(attendant: Attendant) -> None:
    await attendant.run()


async def _keep(turn: Connection) -> None:
    """Fail as soon as the connection that holds the turn does."""
    while True:
        await turn.fetchval("SELECT 1")
        await asyncio.sleep(LOOK_SECONDS)
