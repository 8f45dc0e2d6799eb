"""A process that can die: at a call of the provider, or between its answer and our next commit.

Death is an exception that nothing catches; afterwards nothing of that process commits or calls any more, until `rise`.
It strikes several times at one point, each time the process comes there again: before the call, when the call has had
its effect and the answer is lost, and when the answer has arrived and nothing of it is committed.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from types import FrameType, TracebackType
from typing import Any, Self

from federation.node.database import Connection, Database
from payouts.adapters.memory import MemoryProvider
from tests.payouts.kill_points import CALLS, SERVICES, Point

BEFORE_CALL, ANSWER_LOST, BEFORE_COMMIT = "before the call", "the answer lost", "before the commit"
MOMENTS = (BEFORE_CALL, ANSWER_LOST, BEFORE_COMMIT)


class KilledError(BaseException):
    """The process is gone: no edge catches this, and no `finally` may rely on the database."""


class Doom:
    """Where the process dies, and what is left of that; `died` are the moments it has died at."""

    def __init__(self, point: Point | None, moments: tuple[str, ...] = MOMENTS) -> None:
        self.point = point
        self.moments = moments
        self.died: list[str] = []
        self._dead = False
        self._waits_for_commit = False

    @property
    def is_dead(self) -> bool:
        """Whether the process is gone."""
        return self._dead

    def rise(self) -> None:
        """Another process begins."""
        self._dead = self._waits_for_commit = False

    def meets(self, point: Point, moment: str) -> None:
        """Die here if it is time."""
        self._stay_dead()
        if point != self.point or self.moments[len(self.died) : len(self.died) + 1] != (moment,):
            return
        if moment == BEFORE_COMMIT:
            self._waits_for_commit = True
        else:
            self._die(moment)

    def commits(self) -> None:
        """Die before this commit if the answer we wait for has come."""
        self._stay_dead()
        if self._waits_for_commit:
            self._die(BEFORE_COMMIT)

    def ends(self) -> None:
        """What ran is over: had it anything to commit, it would have died by now, so it dies as it ends."""
        self.commits()

    def _stay_dead(self) -> None:
        if self._dead:
            raise KilledError

    def _die(self, moment: str) -> None:
        self._dead = True
        self.died.append(moment)
        raise KilledError


def caller() -> str:
    """The function of ours that is calling the provider."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None:
        module = str(frame.f_globals["__name__"])
        if module.startswith(("payouts.", "marketplace.")):
            return f"{module.removeprefix(SERVICES)}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "a test"


class MortalProvider:
    """The provider in memory as a process sees it that can die at each of its calls."""

    def __init__(self, provider: object, doom: Doom, desk: str = "") -> None:
        self._provider = provider
        self._doom = doom
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        if name in CALLS:
            return MortalProvider(found, self._doom, name)
        return self._mortal(name, found) if name in CALLS[self._desk] else found

    def _mortal(self, name: str, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(ask)
        async def call(*args: object, **named: object) -> object:
            point = Point(caller(), name)
            self._doom.meets(point, BEFORE_CALL)
            try:
                return await ask(*args, **named)
            finally:
                self._doom.meets(point, ANSWER_LOST)
                self._doom.meets(point, BEFORE_COMMIT)

        return call


def mortal(provider: MemoryProvider, doom: Doom) -> Any:
    """The provider as a mortal process sees it."""
    return MortalProvider(provider, doom)


class MortalTransaction:
    """A transaction whose commit, when it is no savepoint, may be where the process dies."""

    def __init__(self, connection: "MortalConnection", inner: Any) -> None:
        self._connection = connection
        self._inner = inner

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        self._connection.depth += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._connection.depth -= 1
        if kind is None and not self._connection.depth:
            try:
                self._connection.doom.commits()
            except KilledError as death:
                await self._inner.__aexit__(type(death), death, death.__traceback__)
                raise
        await self._inner.__aexit__(kind, error, at)


class MortalConnection:
    """A connection of a process that can die; a statement outside a transaction that changes rows is a commit."""

    def __init__(self, inner: Connection, doom: Doom) -> None:
        self._inner = inner
        self.doom = doom
        self.depth = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def transaction(self) -> MortalTransaction:
        return MortalTransaction(self, self._inner.transaction())

    async def fetch(self, query: str, *args: object) -> list[Any]:
        self._commits(query)
        return await self._inner.fetch(query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        self._commits(query)
        return await self._inner.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: object) -> Any:
        self._commits(query)
        return await self._inner.fetchval(query, *args)

    async def execute(self, query: str, *args: object) -> str:
        self._commits(query)
        return await self._inner.execute(query, *args)

    def _commits(self, query: str) -> None:
        if not self.depth and not query.lstrip().upper().startswith("SELECT"):
            self.doom.commits()


class MortalDatabase(Database):
    """The tests' database, reached by a process that can die."""

    doom = Doom(None)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        async with super().acquire() as connection:
            yield MortalConnection(connection, self.doom)
