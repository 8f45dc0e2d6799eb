"""Crashes on order: an exception nothing catches, raised right after a commit or right after the provider has acted.

`Ticks` counts both in the order they happen. A statement outside a transaction is a commit of its own when it writes.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

from federation.node.transactions import Connection, Database

_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\b")


class Crash(BaseException):
    """The process died here: nothing of its memory is left."""


class Ticks:
    """Counts commits and deeds of the provider; the process dies at the one that was asked for."""

    def __init__(self) -> None:
        self.seen = 0
        self.left = 0

    def arm(self, after: int) -> None:
        """Die at the `after`th tick from now; zero: never."""
        self.left = after

    def tick(self, _what: str = "") -> None:
        """Something has just become true outside this process."""
        self.seen += 1
        if self.left:
            self.left -= 1
            if not self.left:
                raise Crash


class CrashingDatabase(Database):
    """A database whose process dies after commits on order."""

    def __init__(self, ticks: Ticks) -> None:
        super().__init__()
        self._ticks = ticks

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """A connection that counts what it commits."""
        async with super().acquire() as own:
            yield _Counting(own, self._ticks)


class _Counting:
    """The driver's connection, with commits counted."""

    def __init__(self, own: Connection, ticks: Ticks) -> None:
        self.own = own
        self.ticks = ticks
        self.depth = 0

    async def fetch(self, query: str, *args: object) -> list[Any]:
        found: list[Any] = self._counted(query, await self.own.fetch(query, *args))
        return found

    async def fetchrow(self, query: str, *args: object) -> Any:
        return self._counted(query, await self.own.fetchrow(query, *args))

    async def fetchval(self, query: str, *args: object) -> Any:
        return self._counted(query, await self.own.fetchval(query, *args))

    async def execute(self, query: str, *args: object) -> str:
        told: str = self._counted(query, await self.own.execute(query, *args))
        return told

    async def executemany(self, command: str, args: Sequence[Sequence[object]]) -> None:
        await self.own.executemany(command, args)
        self._counted(command, None)

    async def copy_records_to_table(
        self, table_name: str, *, records: object, columns: Sequence[str] | None = None
    ) -> str:
        told: str = self._counted(
            "INSERT", await self.own.copy_records_to_table(table_name, records=records, columns=columns)
        )
        return told

    def transaction(self) -> "_Transaction":
        return _Transaction(self)

    async def reset(self) -> None:
        await self.own.reset()

    def _counted(self, query: str, found: Any) -> Any:
        if not self.depth and _WRITES.search(query):
            self.ticks.tick(query)
        return found


class _Transaction:
    """A transaction or savepoint; the outermost one's end is a commit."""

    def __init__(self, connection: _Counting) -> None:
        self._connection = connection
        self._own = connection.own.transaction()

    async def __aenter__(self) -> None:
        await self._own.__aenter__()
        self._connection.depth += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._connection.depth -= 1
        await self._own.__aexit__(kind, error, at)
        if kind is None and not self._connection.depth:
            self._connection.ticks.tick("commit")
