"""Workers: a node's queues drained and its sweeps run by Celery, and by the worker itself while the broker is away.

Invariants: messages carry names only, the truth lies in the outbox; everything a task does can be done twice; each
process has one event loop and one pool, used by one job at a time; a sweep never runs twice at once, wherever its
workers are; a dead broker delays work by some seconds and loses none.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import structlog
from celery import Celery, signals
from kombu.entity import Queue

from federation.node import clock, idempotency, logs, mail, outbox, sessions, signin
from federation.node.alone import alone
from federation.node.attending import Attendance, Attendant
from federation.node.collector import keep_what_is_here
from federation.node.database import Database, using
from federation.node.logs import correlated, new_correlation_id
from federation.node.outbox import Outbox
from federation.node.sealing import seal_of
from federation.node.settings import NodeSettings
from federation.node.wake import DRAIN_TASK, SWEEP_TASK, TRANSPORT_OPTIONS, Waker

_log = structlog.get_logger(__name__)

T = TypeVar("T")

DRAIN_EVERY_SECONDS = 2.0
DRAIN_LIMIT = 50
TASK_SECONDS_MAX = 300
HOUSEKEEPING_SECONDS = 3600.0
STANDBY_SECONDS = 2.0
SILENCE_SECONDS_MAX = 5.0
POOL_MAX = 8
NICENESS = 5
"""Processes that drain queues step aside for those that serve pages, and for what attends beside them."""


class Sweep(msgspec.Struct, frozen=True):
    """Something to look at again and again: `run` is given the time, outside a transaction, each `interval_seconds`."""

    name: str
    interval_seconds: float
    queue: str
    run: Callable[[datetime], Awaitable[object]]


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """What the workers of a node do. `start` runs once in each process, with the database bound.

    `attendants` are at work beside the queues, each in one process of the node.
    """

    name: str
    settings: NodeSettings
    apps: tuple[str, ...]
    outbox: Outbox
    sweeps: tuple[Sweep, ...] = ()
    queues: tuple[str, ...] = ("sync",)
    start: Callable[[], Awaitable[None]] | None = None
    attendants: tuple[Attendant, ...] = ()

    def all_sweeps(self) -> tuple[Sweep, ...]:
        """The node's own sweeps and the kit's housekeeping."""
        return (*self.sweeps, Sweep("node.housekeeping", HOUSEKEEPING_SECONDS, self.queues[0], keep_house))


async def keep_house(now: datetime) -> None:
    """Drop what has served its time: sessions, sign-in links, repeated answers, bodies of what was delivered."""
    await sessions.forget_expired(now)
    await signin.forget_expired(now)
    await idempotency.forget_old(now)
    await outbox.forget_finished(now)
    await mail.forget_texts(now)


class NodeProcess:
    """One process at work: a node, a loop, a database; jobs take turns."""

    def __init__(self, build: Callable[[], Node]) -> None:
        self.pid = os.getpid()
        self.node = build()
        self._turn = threading.Lock()
        self._runner: asyncio.Runner | None = None
        self._database: Database | None = None
        self._waker = Waker(self.node.settings.broker_url)

    def run(self, job: Callable[[], Awaitable[T]]) -> T:
        """Run `job` to its end with the database bound; opens what is needed at the first one."""
        with self._turn:
            if self._runner is None:
                self._runner = asyncio.Runner()
            return self._runner.run(self._bound(job))

    async def _bound(self, job: Callable[[], Awaitable[T]]) -> T:
        database = self._database or await self._open()
        with using(database), correlated(new_correlation_id()):
            return await job()

    async def _open(self) -> Database:
        database = await self._started()
        if self.node.start is not None:
            with using(database):
                await self.node.start()
        self._database = database
        return database

    async def _started(self) -> Database:
        database = await Database(seal_of(self.node.settings)).start(self.node.settings.database_url, pool_max=POOL_MAX)
        database.wake = self._waker.wake
        return database

    def drain(self, queue: str) -> int:
        """Deliver what is due in `queue`; asks for another round when there was more than one round's worth."""
        delivered = self.run(lambda: self.node.outbox.drain(queue, clock.now(), DRAIN_LIMIT))
        moment = self.node.outbox.next_moment(queue)
        if delivered >= DRAIN_LIMIT:
            self._waker.wake(queue)
        elif moment is not None and moment < DRAIN_EVERY_SECONDS:
            self._wake_in(moment, queue)
        return delivered

    def _wake_in(self, seconds: float, queue: str) -> None:
        """Wake a queue for what gave up its turn until then."""
        timer = threading.Timer(seconds, self._waker.wake, (queue,))
        timer.daemon = True
        timer.start()

    def sweep(self, name: str) -> None:
        """Run the sweep of that name, unless it is being run elsewhere or is not known any more."""
        found = next((sweep for sweep in self.node.all_sweeps() if sweep.name == name), None)
        if found is not None:
            self.run(lambda: self._alone(found))

    async def _alone(self, sweep: Sweep) -> None:
        assert self._database is not None, "run() opens the database first"  # noqa: S101 - tells the type checker
        async with alone(self._database, sweep.name) as is_ours:
            if is_ours:
                await sweep.run(clock.now())

    def attendances(self, queues: Sequence[str]) -> list[Attendance]:
        """What goes on all the time in a worker of these queues; each has a database of its own."""
        return [Attendance(each, self._started) for each in self.node.attendants if each.queue in queues]

    def stop(self) -> None:
        """Close the database and the loop."""
        self._waker.stop()
        with self._turn:
            if self._runner is not None:
                if self._database is not None:
                    self._runner.run(self._database.stop())
                self._runner.close()
                self._runner = self._database = None


class _Here:
    """The NodeProcess of the process we are in: a fork gets one of its own."""

    def __init__(self, build: Callable[[], Node]) -> None:
        self._build = build
        self._process: NodeProcess | None = None

    def process(self) -> NodeProcess:
        if self._process is None or self._process.pid != os.getpid():
            self._process = NodeProcess(self._build)
        return self._process

    def stop(self) -> None:
        if self._process is not None and self._process.pid == os.getpid():
            self._process.stop()


def make_celery(build: Callable[[], Node]) -> Celery:
    """The Celery app of a node, run as `celery -A <package>.worker worker`. `build` is not called before it is needed.

    Tasks: `node.drain(queue)` and `node.sweep(name)`; the schedule drains every queue each two seconds.
    """
    here = _Here(build)
    celery = Celery("galleria", set_as_current=False)
    celery.add_defaults(lambda: _configuration(here.process().node))

    @celery.task(name=DRAIN_TASK)  # type: ignore[untyped-decorator, unused-ignore]
    def drain(queue: str) -> None:
        here.process().drain(queue)

    @celery.task(name=SWEEP_TASK)  # type: ignore[untyped-decorator, unused-ignore]
    def sweep(name: str) -> None:
        here.process().sweep(name)

    _connect_signals(here)
    return celery


def _configuration(node: Node) -> dict[str, Any]:
    """Messages are acknowledged early: one that is lost with its worker is replaced by the next sweep."""
    return {
        "broker_url": node.settings.broker_url,
        "broker_transport_options": {**TRANSPORT_OPTIONS, "visibility_timeout": 2 * TASK_SECONDS_MAX},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_queues": [Queue(queue) for queue in node.queues],  # type: ignore[no-untyped-call]
        "task_default_queue": node.queues[0],
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_time_limit": TASK_SECONDS_MAX,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": _schedule(node),
        "enable_utc": True,
    }


def _schedule(node: Node) -> dict[str, Any]:
    """Every queue drained each two seconds, every sweep at its interval; a message nobody took in time is dropped."""
    drains = {f"drain {queue}": _entry(DRAIN_TASK, queue, DRAIN_EVERY_SECONDS, queue) for queue in node.queues}
    sweeps = {
        f"sweep {sweep.name}": _entry(SWEEP_TASK, sweep.name, sweep.interval_seconds, sweep.queue)
        for sweep in node.all_sweeps()
    }
    return {**drains, **sweeps}


def _entry(task: str, argument: str, interval_seconds: float, queue: str) -> dict[str, Any]:
    options = {"queue": queue, "expires": max(2 * interval_seconds, 5.0), "retry": False}
    return {"task": task, "args": [argument], "schedule": interval_seconds, "options": options}


def _connect_signals(here: _Here) -> None:
    standby: list[Standby] = []
    attendances: list[Attendance] = []

    def configure_logs(**_: object) -> None:
        logs.configure(here.process().node.settings.log_level)

    def start_standby(sender: Any, **_: object) -> None:
        standby.append(Standby(here.process(), sorted(sender.app.amqp.queues.consume_from)))
        standby[0].start()
        attendances.extend(here.process().attendances(standby[0].queues))
        for attendance in attendances:
            attendance.start()

    def hear(**_: object) -> None:
        for thread in standby:
            thread.hear()

    def stop_all(**_: object) -> None:
        for attendance in attendances:
            attendance.stop()
        for thread in standby:
            thread.stop()
        here.stop()

    def step_aside(**_: object) -> None:
        os.nice(NICENESS)

    signals.setup_logging.connect(configure_logs, weak=False)
    signals.worker_init.connect(lambda **_: keep_what_is_here(), weak=False)
    signals.worker_process_init.connect(step_aside, weak=False)
    signals.worker_ready.connect(start_standby, weak=False)
    signals.task_received.connect(hear, weak=False)
    signals.worker_shutdown.connect(stop_all, weak=False)
    signals.worker_process_shutdown.connect(lambda **_: here.stop(), weak=False)


class Standby(threading.Thread):
    """Does the work of a worker's queues itself while no task arrives: the broker or the beat is away.

    Lives in the worker's main process, so every worker stands in for its own queues and no others. With beat and
    broker alive a task comes every two seconds.
    """

    def __init__(self, process: NodeProcess, queues: Sequence[str]) -> None:
        super().__init__(name="standby", daemon=True)
        self.queues = queues
        self._process = process
        self._ended = threading.Event()
        self._next_run = {sweep.name: 0.0 for sweep in process.node.all_sweeps() if sweep.queue in queues}
        self._heard_at = time.monotonic()
        self._stands_in = False

    def hear(self) -> None:
        """A task has arrived: broker and beat are there."""
        self._heard_at = time.monotonic()

    def run(self) -> None:
        """Every two seconds: when it has been silent for long, do the work."""
        while not self._ended.wait(STANDBY_SECONDS):
            stands_in = time.monotonic() - self._heard_at > SILENCE_SECONDS_MAX
            if stands_in != self._stands_in:
                _log.warning("standby_begins" if stands_in else "standby_ends")
                self._stands_in = stands_in
            if stands_in:
                self._work()

    def stop(self) -> None:
        """End after the present round."""
        self._ended.set()

    def _work(self) -> None:
        for queue in self.queues:
            self._guarded(self._process.drain, queue)
        for sweep in self._process.node.all_sweeps():
            due = self._next_run.get(sweep.name)
            if due is not None and due <= time.monotonic():
                self._next_run[sweep.name] = time.monotonic() + sweep.interval_seconds
                self._guarded(self._process.sweep, sweep.name)

    def _guarded(self, job: Callable[[str], object], name: str) -> None:
        try:
            job(name)
        except Exception:  # noqa: BLE001 - an edge: the next round tries again
            _log.exception("standby_failed")
