"""A database in memory that behaves like PostgreSQL where it matters: for simulations, and for judging other nodes.

Invariants: nobody sees what is not committed; each statement sees what was committed before it (read committed); a
row written or locked belongs to its transaction until that ends, others wait, and whoever would wait in a circle is
refused; a nested transaction is a savepoint; a process that is killed leaves behind exactly what it had committed.

A `Disk` is what outlives processes, a `MemoryDatabase` is one process's way to it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Any

from federation.node import clock
from federation.node.disk import Disk, Key, Place, R, Table
from federation.node.transactions import Connection, Database, DatabaseUsageError, current, open_transaction

__all__ = [
    "DeadlockError",
    "Disk",
    "DuplicateRowError",
    "MemoryConnection",
    "MemoryDatabase",
    "ProcessKilledError",
    "Table",
    "statement",
]

_Mark = tuple[int, int]


class DeadlockError(RuntimeError):
    """Two transactions wait for each other; this one is given up, as PostgreSQL would."""


class DuplicateRowError(RuntimeError):
    """A row of that key is there already."""


class ProcessKilledError(RuntimeError):
    """The process that asks has been killed: nothing it does has an effect any more."""


async def _at_once() -> None:
    """No pause: statements of a process follow one another without letting others in between."""


class MemoryDatabase(Database):
    """One process's way to a disk. `pause` is awaited before each statement and around COMMIT: there others go on."""

    kind = "memory"

    def __init__(self, disk: Disk, pause: Callable[[], Awaitable[None]] = _at_once) -> None:
        super().__init__()
        self.disk = disk
        self.pause = pause
        self.is_killed = False
        self._open: dict[MemoryConnection, None] = {}

    async def hasten(self, connection: Connection) -> None:
        """Nothing waits for a disk here."""

    async def ping(self) -> None:
        """Nothing can be away but the process itself."""
        self.check()

    async def stop(self) -> None:
        """Give up what is open."""
        self.kill()

    def kill(self) -> None:
        """End this process's work here at once: what it has not committed never was."""
        self.is_killed = True
        for connection in list(self._open):
            connection.abandon()
        self._open.clear()

    def check(self) -> None:
        """Raise when this process is no more."""
        if self.is_killed:
            raise ProcessKilledError("this process was killed")

    def connect(self) -> "MemoryConnection":
        """A fresh connection."""
        return MemoryConnection(self)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["MemoryConnection"]:
        """A connection of its own, outside any open transaction."""
        self.check()
        connection = self.connect()
        self.enter(connection)
        try:
            yield connection
        finally:
            self.leave(connection)

    def enter(self, connection: "MemoryConnection") -> None:
        """Note a connection at work, to be given up when the process dies."""
        self._open[connection] = None

    def leave(self, connection: "MemoryConnection") -> None:
        """Forget a connection whose work is done."""
        self._open.pop(connection, None)


class MemoryConnection:
    """One connection: what its transaction has written and locked, with the marks to which it may roll back."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self._disk = database.disk
        self._written: dict[str, dict[Key, Any]] = {}
        self._journal: list[tuple[str, Key, bool, Any]] = []
        self._locks: list[Place] = []
        self._depth = 0
        self._waits_for: object = None

    async def _no_sql(self, *_args: object, **_options: object) -> Any:
        raise DatabaseUsageError("a database in memory reads no SQL: this query needs an adapter of its own")

    fetch = fetchrow = fetchval = execute = executemany = copy_records_to_table = reset = _no_sql

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now waits for a COMMIT."""
        return self._depth > 0

    @property
    def is_idle(self) -> bool:
        """Whether the transaction has neither written nor locked anything: it has only looked."""
        return not self._journal and not self._locks

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction, or a savepoint of the one that is open."""
        mark = self.begin()
        try:
            yield
        except BaseException:
            self.roll_back(mark)
            raise
        await self.end(mark)

    def begin(self) -> _Mark:
        """Begin a transaction or set a savepoint; the mark is given to `end` or `roll_back`."""
        self._depth += 1
        return len(self._journal), len(self._locks)

    async def end(self, mark: _Mark) -> None:
        """Commit, or forget the savepoint."""
        if self._depth > 1:
            self._depth -= 1
            return
        try:
            await self.database.pause()
            self._commit()
        except BaseException:
            self.roll_back(mark)
            raise
        self._depth = 0
        await self.database.pause()

    def roll_back(self, mark: _Mark) -> None:
        """Undo what was written, and let go of what was locked, since the mark."""
        self._depth -= 1
        self._undo(*mark)

    def _commit(self) -> None:
        self.database.check()
        for name, rows in self._written.items():
            table = self._disk.tables.setdefault(name, {})
            for (place, key), row in rows.items():
                if row is None:
                    table.get(place, {}).pop(key, None)
                else:
                    table.setdefault(place, {})[key] = row
        changed, self._written = self._written, {}
        self._journal.clear()
        self._release(0)
        if changed:
            self._disk.watch(changed)

    def _undo(self, journal: int, locks: int) -> None:
        while len(self._journal) > journal:
            name, key, was_written, row = self._journal.pop()
            if was_written:
                self._written[name][key] = row
            else:
                del self._written[name][key]
        self._release(locks)

    def _release(self, kept: int) -> None:
        while len(self._locks) > kept:
            place = self._locks.pop()
            if self._disk.holders.get(place) is self:
                self._disk.release(place)

    def abandon(self) -> None:
        """Forget all that is not committed, and let go of every row."""
        self._undo(0, 0)

    def get(self, table: Table[R], *key: Any) -> R | None:
        """The row of that key."""
        place = key[: table.together]
        written = self._written.get(table.name)
        if written and (place, key) in written:
            row: R | None = written[place, key]
            return row
        return self._disk.tables.get(table.name, {}).get(place, {}).get(key)

    def scan(self, table: Table[R], *beginning: Any) -> list[R]:
        """All rows whose key begins so, by key."""
        found = dict(self._committed(table, beginning))
        length = len(beginning)
        for (_, key), row in self._written.get(table.name, {}).items():
            if key[:length] != beginning:
                continue
            if row is None:
                found.pop(key, None)
            else:
                found[key] = row
        return [found[key] for key in sorted(found)]

    def _committed(self, table: Table[R], beginning: Key) -> Iterable[tuple[Key, R]]:
        places = self._disk.tables.get(table.name, {})
        length, together = len(beginning), table.together
        if length == together:
            return places.get(beginning, {}).items()
        chosen: Iterator[dict[Key, R]] | list[dict[Key, R]] = iter(places.values())
        if length > together:
            chosen = [places.get(beginning[:together], {})]
        return [item for rows in chosen for item in rows.items() if item[0][:length] == beginning]

    def number(self, name: str) -> int:
        """The next number of a series; given out for good, whether its transaction commits or not."""
        value = self._disk.numbers[name] = self._disk.numbers.get(name, 0) + 1
        return value

    def now(self) -> datetime:
        """The database's clock."""
        return clock.now()

    def try_lock(self, name: str, *key: Any) -> bool:
        """Hold a name until the transaction ends; False when another holds it."""
        if self._disk.holders.get((name, key), self) is not self:
            return False
        self._hold((name, key))
        return True

    async def lock(self, table: Table[R], *key: Any) -> R | None:
        """The row of that key, kept from others until the transaction ends; waits for whoever has it."""
        await self._take((table.name, key))
        return self.get(table, *key)

    async def insert(self, table: Table[R], row: R) -> bool:
        """Add a row; False when one of its key is there."""
        key = table.key(row)
        if await self.lock(table, *key) is not None:
            return False
        self._write(table, key, row)
        return True

    async def add(self, table: Table[R], row: R) -> None:
        """Add a row; raises DuplicateRowError when one of its key is there."""
        if not await self.insert(table, row):
            raise DuplicateRowError(f"{table.name} has a row of {table.key(row)}")

    async def put(self, table: Table[R], row: R) -> None:
        """Add a row or replace the one of its key."""
        key = table.key(row)
        await self.lock(table, *key)
        self._write(table, key, row)

    async def change(self, table: Table[R], key: Key, change: Callable[[R], R]) -> R | None:
        """Replace the row of that key by what `change` makes of it; None when there is none."""
        row = await self.lock(table, *key)
        if row is None:
            return None
        changed = change(row)
        self._write(table, key, changed)
        return changed

    async def delete(self, table: Table[R], *key: Any) -> bool:
        """Remove the row of that key; False when there is none."""
        if await self.lock(table, *key) is None:
            return False
        self._write(table, key, None)
        return True

    def _write(self, table: Table[R], key: Key, row: R | None) -> None:
        written = self._written.setdefault(table.name, {})
        at = (key[: table.together], key)
        self._journal.append((table.name, at, at in written, written.get(at)))
        written[at] = row

    async def _take(self, place: Place) -> None:
        while (holder := self._disk.holders.get(place)) not in {None, self}:
            self._refuse_circle(holder)
            future = asyncio.get_running_loop().create_future()
            self._disk.waiting.setdefault(place, deque()).append(future)
            self._waits_for = holder
            try:
                await future
            finally:
                self._waits_for = None
            self.database.check()
        self._hold(place)

    def _refuse_circle(self, holder: object) -> None:
        while isinstance(holder, MemoryConnection):
            if holder is self:
                raise DeadlockError("two transactions wait for each other")
            holder = holder._waits_for  # noqa: SLF001 - another of our own kind

    def _hold(self, place: Place) -> None:
        if place not in self._disk.holders:
            self._disk.holders[place] = self
            self._locks.append(place)


class statement:  # noqa: N801 - reads as a function: `async with statement() as own`
    """One statement on the database bound in this context: part of the open transaction, else one of its own."""

    __slots__ = ("_mark", "_own")

    def __init__(self) -> None:
        self._mark: _Mark | None = None
        self._own: MemoryConnection | None = None

    async def __aenter__(self) -> MemoryConnection:
        transaction = open_transaction()
        if transaction is None:
            database = current()
            own: object = database.connect() if isinstance(database, MemoryDatabase) else None
        else:
            transaction.check_owner()
            own = transaction.connection
        if not isinstance(own, MemoryConnection):
            raise DatabaseUsageError("the database bound here is not one in memory")
        await own.database.pause()
        own.database.check()
        self._own = own
        if not own.in_transaction:
            own.database.enter(own)
            self._mark = own.begin()
        return own

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        own, mark = self._own, self._mark
        if own is None or mark is None:
            return
        try:
            if kind is None and own.is_idle:
                own.roll_back(mark)
            elif kind is None:
                await own.end(mark)
            else:
                own.roll_back(mark)
        finally:
            own.database.leave(own)
