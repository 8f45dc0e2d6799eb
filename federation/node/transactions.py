"""Databases and transactions: which PostgreSQL this code talks to, and in which transaction.

Invariants: a transaction belongs to the task that opened it; its connection goes back to the pool and the
context is cleared however it ends, a failing COMMIT included; a nested `atomic()` is a savepoint, never a no-op;
what was registered by `after_commit` runs only once the outermost COMMIT has succeeded.

`federation.node.database` is the door that callers use; this module is what stands behind it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import asyncpg
import structlog

from federation.node.seals import Seal

_log = structlog.get_logger(__name__)

POOL_MAX = 8
CONNECT_TIMEOUT_SECONDS = 10.0
STATEMENT_TIMEOUT_SECONDS = 30
LOCK_TIMEOUT_SECONDS = 15
IDLE_IN_TRANSACTION_SECONDS = 60


class DatabaseUsageError(RuntimeError):
    """Our own mistake: no database bound, no transaction open, or a transaction used from another task."""


class Connection(Protocol):
    """The part of `asyncpg.Connection` that we rely on."""

    async def fetch(self, query: str, *args: object) -> list[Any]: ...
    async def fetchrow(self, query: str, *args: object) -> Any: ...
    async def fetchval(self, query: str, *args: object) -> Any: ...
    async def execute(self, query: str, *args: object) -> str: ...
    async def executemany(self, command: str, args: Sequence[Sequence[object]]) -> None: ...
    async def copy_records_to_table(
        self, table_name: str, *, records: object, columns: Sequence[str] | None = None
    ) -> str: ...
    def transaction(self) -> Any: ...
    async def reset(self) -> None: ...


async def _leave_as_it_is(_connection: object) -> None:
    """What a connection goes through before its next use: nothing.

    The driver has ended what was open, and `session()` resets what it lent; a round trip to reset all the others would
    cost as much as the statement they served.
    """


class Transaction:
    """One open transaction: its connection, the task that owns it, and what waits for the COMMIT."""

    def __init__(self, connection: Connection, owner: "asyncio.Task[Any] | None") -> None:
        self.connection = connection
        self.owner = owner
        self.callbacks: list[Callable[[], None]] = []

    def check_owner(self) -> None:
        """Refuse use from a child task: two tasks on one connection poison the whole transaction."""
        if self.owner is not None and asyncio.current_task() is not self.owner:
            raise DatabaseUsageError(
                "this transaction was opened by another task; call the database from the task that opened it, "
                "or start the task with detached() (asyncio.wait_for starts a task too: use asyncio.timeout)"
            )


def _nobody_to_wake(queue: str) -> None:
    """Without workers nobody is told: the sweep finds the work."""


class Database:
    """One PostgreSQL database with its pool of connections; bound to the running context by `using()`.

    `wake` is told the name of an outbox queue after new work for it was committed; it must return at once.
    `kind` names the set of adapters that speaks to this database; `seal` opens what lies sealed in it.
    """

    kind = "postgres"

    def __init__(self, seal: Seal | None = None) -> None:
        self.url = ""
        self.seal = seal
        self.wake: Callable[[str], None] = _nobody_to_wake
        self._pool: Any = None
        self._ends: list[Callable[[], None]] = []

    async def start(
        self, url: str, *, pool_max: int = POOL_MAX, statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS
    ) -> "Database":
        """Open the pool with one proven connection; raises what the driver raises when that fails."""
        self.url = url
        self._pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_max,
            timeout=CONNECT_TIMEOUT_SECONDS,
            reset=_leave_as_it_is,
            server_settings={
                "application_name": "galleria",
                "timezone": "UTC",
                "statement_timeout": f"{statement_timeout_seconds}s",
                "lock_timeout": f"{LOCK_TIMEOUT_SECONDS if statement_timeout_seconds else 0}s",
                "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
            },
        )
        return self

    def ends_with(self, end: Callable[[], None]) -> None:
        """Have `end` called when this process lets go of the database: for connections outside the pool."""
        self._ends.append(end)

    async def stop(self) -> None:
        """Close the pool; connections still in use are cut after five seconds."""
        for end in self._ends:
            end()
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(5):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    async def hasten(self, connection: Connection) -> None:
        """Let the open transaction's COMMIT not wait for the disk."""
        await connection.execute("SET LOCAL synchronous_commit TO off")

    async def ping(self) -> None:
        """Run a real query; raises when the database cannot answer it."""
        async with self.acquire() as connection:
            await connection.fetchval("SELECT 1")

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """A connection of its own from the pool, outside any open transaction."""
        if self._pool is None:
            raise DatabaseUsageError("the database has not been started")
        async with self._pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection for what outlives a statement or transaction, such as a lock: nothing of that is left behind."""
        async with self.acquire() as connection:
            try:
                yield connection
            finally:
                await connection.reset()


_bound: ContextVar[Database | None] = ContextVar("galleria_database", default=None)
_open: ContextVar[Transaction | None] = ContextVar("galleria_transaction", default=None)


@contextmanager
def using(database: Database) -> Iterator[Database]:
    """Bind `database` for the code inside, with no transaction open, whatever surrounds it."""
    bound = _bound.set(database)
    opened = _open.set(None)
    try:
        yield database
    finally:
        _open.reset(opened)
        _bound.reset(bound)


@contextmanager
def detached() -> Iterator[None]:
    """Step outside the open transaction: inside, queries take connections of their own from the pool."""
    opened = _open.set(None)
    try:
        yield
    finally:
        _open.reset(opened)


@contextmanager
def joined(transaction: Transaction) -> Iterator[None]:
    """Make `transaction`, opened and ended by the caller, the open one for the code inside (test fixtures)."""
    opened = _open.set(transaction)
    try:
        yield
    finally:
        _open.reset(opened)


def bound() -> Database | None:
    """The database bound to this context, if any."""
    return _bound.get()


def current() -> Database:
    """The database bound to this context."""
    database = _bound.get()
    if database is None:
        raise DatabaseUsageError("no database is bound here: wrap the call in using(database)")
    return database


def in_transaction() -> bool:
    """Whether a transaction is open in this context."""
    return _open.get() is not None


def open_transaction() -> Transaction | None:
    """The transaction open in this context, if any."""
    return _open.get()


def connection() -> Connection:
    """The driver's connection of the open transaction, for COPY and bulk work; raises outside a transaction."""
    transaction = _open.get()
    if transaction is None:
        raise DatabaseUsageError("no transaction is open here: wrap the call in atomic()")
    transaction.check_owner()
    return transaction.connection


@asynccontextmanager
async def atomic(*, waits: bool = True) -> AsyncIterator[None]:
    """Everything inside happens together or not at all: BEGIN/COMMIT outermost, a savepoint when nested.

    With `waits=False` the COMMIT does not wait for the disk: after a crash of the database's machine this transaction
    may never have been, unless a later one that waited is there. For steps of work that nobody has been told of.
    """
    outer = _open.get()
    if outer is None:
        async with _outermost(waits=waits):
            yield
    else:
        async with _savepoint(outer):
            yield


@asynccontextmanager
async def _outermost(*, waits: bool) -> AsyncIterator[None]:
    database = current()
    async with database.acquire() as own:
        transaction = Transaction(own, asyncio.current_task())
        token = _open.set(transaction)
        try:
            async with own.transaction():
                if not waits:
                    await database.hasten(own)
                yield
        finally:
            _open.reset(token)
    for callback in transaction.callbacks:
        _run_callback(callback)


@asynccontextmanager
async def _savepoint(outer: Transaction) -> AsyncIterator[None]:
    outer.check_owner()
    callbacks_before = len(outer.callbacks)
    try:
        async with outer.connection.transaction():
            yield
    except BaseException:
        del outer.callbacks[callbacks_before:]
        raise


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` after the outermost COMMIT, never after a rollback; at once when no transaction is open.

    A failing callback is logged and forgotten: what must happen belongs in the outbox.
    """
    transaction = _open.get()
    if transaction is None:
        _run_callback(callback)
    else:
        transaction.callbacks.append(callback)


def _run_callback(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001 - an edge: the change is committed, nothing may fail it now
        _log.exception("after_commit_failed")


@asynccontextmanager
async def any_connection() -> AsyncIterator[Connection]:
    """The open transaction's connection, else one from the pool for the length of the block."""
    transaction = _open.get()
    if transaction is None:
        async with current().acquire() as own:
            yield own
    else:
        transaction.check_owner()
        yield transaction.connection
