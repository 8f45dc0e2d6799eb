"""Starts services in order, waits until each really answers, starts again what falls, and takes all of them down.

A service is anything with the five verbs of `Service`: the embedded engines and node processes alike. Readiness is a
real query, request or ping, never the existence of a process. A service that ends unasked starts again after a pause
that doubles up to `PAUSE_SECONDS_MAX`; one that stayed up for `STEADY_SECONDS` is forgiven its past.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Protocol, Self

from marketplace.cli.children import Child, Children, ChildSpec
from marketplace.cli.errors import CommandError, ProcessFailedError
from marketplace.cli.postgres import log_end

PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 30.0
STEADY_SECONDS = 60.0
READY_TIMEOUT_SECONDS = 120.0
FIRST_STARTS_MAX = 3
"""A service that never answered and fell this often will not come up by itself."""

_LOOK_SECONDS = 0.1


class Service(Protocol):
    """What the supervisor needs of a thing it runs. All verbs may block for a moment; they run in threads."""

    name: str

    @property
    def pid(self) -> int | None: ...
    def spawn(self) -> None: ...
    def exited(self) -> bool: ...
    def answers(self) -> bool: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class NodeProcess:
    """One process of a node (web, worker, indexer): a command, and a probe that tells whether it answers."""

    def __init__(self, spec: ChildSpec, children: Children, probe: Callable[[], bool]) -> None:
        self.name = spec.name
        self._spec = spec
        self._children = children
        self._probe = probe
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._child.pid if self._child else None

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self._spec.log

    def spawn(self) -> None:
        """Start it; what an earlier life left of its group is cleared away first."""
        if self._child is not None:
            self._children.forget(self._child)
        self._child = self._children.start(self._spec)

    def exited(self) -> bool:
        """Whether it was started and is gone."""
        return self._child is not None and self._child.exit_code() is not None

    def answers(self) -> bool:
        """Whether the probe is content."""
        return self._probe()

    def stop(self) -> None:
        """Ask for a clean end, then insist."""
        if self._child is not None:
            self._children.stop(self._child)
            self._child = None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child is not None:
            self._children.kill(self._child)


class _Watched:
    """A service with its history."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.restart_count = 0
        self.ready = False
        self.ever_ready = False
        self.pause_seconds = PAUSE_SECONDS_MIN
        self.started_at = monotonic()
        self.due_at: float | None = None


class Supervisor:
    """Runs services inside `async with`; leaving it stops them all, last started first."""

    def __init__(self, pids: Path, say: Callable[[str], None]) -> None:
        self._pids = pids
        self._say = say
        self._watched: dict[str, _Watched] = {}
        self._watching: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what is being started be known before all are stopped: a spawn cut off half-way would outlive us."""
        self._leaving.set()
        try:
            if self._watching is not None:
                await self._watching
        finally:
            await self._stop_all()

    async def start(self, *services: Service, timeout_seconds: float = READY_TIMEOUT_SECONDS) -> None:
        """Start these side by side and return when all of them answer. Raises ProcessFailedError."""
        for service in services:
            await self._spawn(self._watched.setdefault(service.name, _Watched(service)))
        for service in services:
            await self.until_ready(service.name, timeout_seconds)

    async def adopt(self, *services: Service) -> None:
        """Look after services that were started, and answered, before."""
        for service in services:
            watched = self._watched.setdefault(service.name, _Watched(service))
            watched.ready = watched.ever_ready = True
            self._note_pid(service)

    async def until_ready(self, name: str, timeout_seconds: float = READY_TIMEOUT_SECONDS) -> None:
        """Wait until a service answers, through restarts if need be. Raises ProcessFailedError with its log's end."""
        watched = self._watched[name]
        deadline = monotonic() + timeout_seconds
        while not await self._check(watched):
            hopeless = not watched.ever_ready and watched.restart_count >= FIRST_STARTS_MAX
            if hopeless or monotonic() > deadline:
                log = self._pids.parent / "logs" / f"{name}.log"
                raise ProcessFailedError(f"{name} did not become ready; the end of {log} says:\n{log_end(log)}")
            await asyncio.sleep(_LOOK_SECONDS)

    async def kill(self, name: str) -> None:
        """End a service the hard way, as a crash would; it is started again like after any crash."""
        watched = self._watched[name]
        watched.ready = False
        await asyncio.to_thread(watched.service.kill)

    def restart_count(self, name: str) -> int:
        """How often a service had to be started again."""
        return self._watched[name].restart_count

    def names(self) -> tuple[str, ...]:
        """All services, in the order in which they were started."""
        return tuple(self._watched)

    async def _check(self, watched: _Watched) -> bool:
        if not watched.ready and not watched.service.exited():
            watched.ready = await asyncio.to_thread(watched.service.answers)
            watched.ever_ready = watched.ever_ready or watched.ready
        return watched.ready

    async def _spawn(self, watched: _Watched) -> None:
        watched.ready = False
        watched.due_at = None
        await asyncio.to_thread(watched.service.spawn)
        watched.started_at = monotonic()
        self._note_pid(watched.service)

    def _note_pid(self, service: Service) -> None:
        (self._pids / f"{service.name}.pid").write_text(f"{service.pid}\n")

    async def _watch(self) -> None:
        while not self._leaving.is_set():
            for watched in list(self._watched.values()):
                if not self._leaving.is_set():
                    await self._look_after(watched)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), _LOOK_SECONDS)

    async def _look_after(self, watched: _Watched) -> None:
        now = monotonic()
        if not watched.service.exited():
            return
        if watched.due_at is None:
            if now - watched.started_at > STEADY_SECONDS:
                watched.pause_seconds = PAUSE_SECONDS_MIN
            watched.ready = False
            watched.due_at = now + watched.pause_seconds
            watched.pause_seconds = min(watched.pause_seconds * 2, PAUSE_SECONDS_MAX)
            self._say(f"{watched.service.name} ended unasked; starting it again")
        elif now >= watched.due_at:
            watched.restart_count += 1
            try:
                await self._spawn(watched)
            except (CommandError, OSError) as error:
                watched.due_at = now + watched.pause_seconds
                self._say(f"{watched.service.name} could not be started again: {error}")

    async def _stop_all(self) -> None:
        """Node processes together, then what they lean on, one by one."""
        services = [watched.service for watched in self._watched.values()]
        leaning = [service for service in services if isinstance(service, NodeProcess)]
        await asyncio.gather(*(asyncio.to_thread(service.stop) for service in leaning))
        for service in reversed([service for service in services if not isinstance(service, NodeProcess)]):
            await asyncio.to_thread(service.stop)
        for service in services:
            (self._pids / f"{service.name}.pid").unlink(missing_ok=True)
        self._watched.clear()
