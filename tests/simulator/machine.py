"""A machine that can die: its disk stays, its process and all it had not committed do not."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from federation import limits
from federation.http.edge import WireRequest, WireResponse
from federation.http.exchange import exchange
from federation.http.watching import attend
from federation.node import clock
from federation.node.database import using
from federation.node.memory import DeadlockError, Disk, MemoryDatabase, ProcessKilledError
from federation.node.outbox import Outbox
from federation.node.settings import NodeSettings
from federation.node.work import Sweep
from federation.service import pacing, stock
from federation.service.context import Federation, create_federation
from federation.tasks import fed_handlers, fed_sweeps
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId, drawing
from tests.simulator.chance import Dice
from tests.simulator.hub_desk import HubDesk
from tests.simulator.network import Door, Network
from tests.simulator.purchases import go_on
from tests.simulator.shop_desk import ShopDesk

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
QUEUE = "sync"
DRAIN_SECONDS = 4.0
PAUSE_SHARE = 0.15
"""Share of statements before which others get their turn."""


class Make(msgspec.Struct, frozen=True):
    """What the nodes of a world are made of: as they should be, unless a mutant is tried."""

    shop_desk: Callable[[], ShopDesk] = ShopDesk
    hub_desk: Callable[[], HubDesk] = HubDesk
    database: Callable[[Disk, Callable[[], Awaitable[None]]], MemoryDatabase] = MemoryDatabase
    answer: Callable[[WireRequest, WireResponse], WireResponse] = lambda _request, response: response


class Surroundings:
    """What all machines of a world share: chance, the way between them, what they are made of, whom to tell."""

    def __init__(self, dice: Dice, network: Network, failed: Callable[[str], None], make: Make) -> None:
        self.dice = dice
        self.network = network
        self.failed = failed
        self.make = make
        self.speak: Callable[[Machine, WireRequest, WireResponse], WireResponse] = lambda _machine, request, response: (
            make.answer(request, response)
        )
        self.died: Callable[[Machine], None] = lambda _machine: None
        self.log_gap_max = limits.LOG_GAP_MAX


class Machine:
    """A computer with a disk, a clock that may be wrong, and at most one process of a node.

    Nobody can connect to one that is outbound: it fetches what is asked of it.
    """

    def __init__(self, name: str, kind: str, disk: Disk, around: Surroundings) -> None:
        self.name = name
        self.kind = kind
        self.disk = disk
        self.skew = timedelta()
        self.party_id = PartyId("")
        self.is_outbound = False
        self.around = around
        self.process: Process | None = None
        self.dies_in = 0
        self.killed = 0
        self.moves = 0
        self.restored = False

    @property
    def authority(self) -> str:
        return f"{self.name}{self.moves or ''}.example"

    def settings(self) -> NodeSettings:
        """Settings of the node; nothing of it is a file or a socket."""
        return NodeSettings(
            node_name=self.name,
            public_url=f"https://{self.authority}",
            database_url="memory:",
            broker_url="none:",
            state_dir=Path("/nonexistent"),
            secret_key="simulated-secret-key-of-32-letters",
            environment="test",
        )

    def now(self) -> datetime:
        """The machine's own clock."""
        return START + timedelta(seconds=asyncio.get_running_loop().time()) + self.skew

    def start(self) -> "Process":
        """Begin a process on what the disk holds."""
        self.process = Process(self)
        if not self.is_outbound:
            self.around.network.serve(self.authority, self.name, self.process.answer)
        self.process.work()
        return self.process

    def kill(self) -> None:
        """End the process at this very moment."""
        process, self.process = self.process, None
        self.dies_in = 0
        if process is not None:
            self.killed += 1
            self.around.network.silence(self.authority)
            process.die()

    def look(self) -> MemoryDatabase:
        """The disk as seen from outside, without disturbing anybody."""
        return MemoryDatabase(self.disk)

    def looking(self) -> AbstractContextManager[None]:
        """Let the services read this machine's disk by its clock, from outside."""
        return inside(self.look(), self.now, self.around.dice)


class Process:
    """One run of a node: its database handle, what it knows of peers, its tasks."""

    def __init__(self, machine: Machine) -> None:
        make = machine.around.make
        self.machine = machine
        self.database = make.database(machine.disk, self._pause)
        self.fed: Federation = create_federation(
            machine.settings(),
            shop_desk=make.shop_desk() if machine.kind == "shop" else None,
            hub_desk=make.hub_desk() if machine.kind == "hub" else None,
            door=Door(machine.around.network, machine.name),
        )
        self.fed.log_gap_max = machine.around.log_gap_max
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._woken = {queue: asyncio.Event() for queue in (QUEUE, stock.QUEUE, pacing.QUEUE)}
        self._dead: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.database.wake = self._wake

    def _wake(self, queue: str) -> None:
        if not self.machine.around.dice.happens(0.1):
            self._woken[queue].set()

    async def _pause(self) -> None:
        """A statement takes its time, and may be the last one."""
        self.database.check()
        machine = self.machine
        if machine.dies_in:
            machine.dies_in -= 1
            if not machine.dies_in:
                machine.kill()
                machine.around.died(machine)
                raise ProcessKilledError("killed at a statement")
        dice = machine.around.dice
        if dice.random() < PAUSE_SHARE:
            await asyncio.sleep(dice.random() * 0.004)

    def die(self) -> None:
        """Stop all tasks; nothing they still do has an effect."""
        self.database.kill()
        for task in list(self._tasks):
            task.cancel()
        if not self._dead.done():
            self._dead.set_result(None)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something in this process; a mistake in it is the world's failure."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._ended(done, work))
        return task

    def _ended(self, task: "asyncio.Task[Any]", work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.pop(task, None)
        work.close()

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> Any:
        machine = self.machine
        try:
            with inside(self.database, machine.now, machine.around.dice):
                return await work
        except (ProcessKilledError, DeadlockError):
            return None
        except GalleriaError as error:
            return error
        except Exception as error:  # noqa: BLE001 - an edge: told to the world, which fails
            if not self.database.is_killed:
                self.machine.around.failed(f"{self.machine.name}: {error!r} at {place_of(error)}")
            return None

    async def answer(self, request: WireRequest) -> WireResponse:
        """The process's answer to a request; ConnectionError when it dies over it."""
        task = self.spawn(exchange(self.fed, request, self.machine.now()))
        await asyncio.wait({task, self._dead}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or task.cancelled() or self.database.is_killed:
            raise ConnectionError(f"{self.machine.name} died")
        response = task.result()
        if not isinstance(response, WireResponse):
            raise ConnectionError(f"{self.machine.name} failed")
        return self.machine.around.speak(self.machine, request, response)

    def work(self) -> None:
        """Begin what the node's worker does."""
        for queue in self._woken:
            self.spawn(self._drain(queue))
        if self.machine.is_outbound:
            self.spawn(attend(self.fed))
        for sweep in (*fed_sweeps(self.fed), *self._own_sweeps()):
            self.spawn(self._sweep(sweep))

    def _own_sweeps(self) -> tuple[Sweep, ...]:
        async def expire(now: datetime) -> None:
            if isinstance(self.fed.shop_desk, ShopDesk):
                await self.fed.shop_desk.expire(self.machine.party_id, now)

        async def buy(now: datetime) -> None:
            await go_on(self.fed, self.machine.party_id, now)

        return (Sweep("expire", 10, QUEUE, expire),) if self.machine.kind == "shop" else (Sweep("buy", 8, QUEUE, buy),)

    async def _drain(self, queue: str) -> None:
        outbox = Outbox(fed_handlers(self.fed))
        woken = self._woken[queue]
        while True:
            woken.clear()
            await outbox.drain(queue, clock.now())
            try:
                async with asyncio.timeout(min(DRAIN_SECONDS, outbox.next_moment(queue) or DRAIN_SECONDS)):
                    await woken.wait()
            except TimeoutError:
                continue

    async def _sweep(self, sweep: Sweep) -> None:
        dice = self.machine.around.dice
        await asyncio.sleep(dice.random() * sweep.interval_seconds)
        while True:
            await self._swept(sweep.run)
            await asyncio.sleep(sweep.interval_seconds * dice.between(0.9, 1.1))

    async def _swept(self, run: Callable[[datetime], Awaitable[object]]) -> None:
        try:
            await run(clock.now())
        except (GalleriaError, DeadlockError):
            return


def place_of(error: BaseException) -> str:
    """Where in our code a mistake came up."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/asyncio/" not in frame.filename]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))


@contextmanager
def inside(database: MemoryDatabase, now: Callable[[], datetime], dice: Dice) -> Iterator[None]:
    """Work with a machine's database, clock and chance."""
    with using(database), clock.reading(now), drawing(dice):
        yield
