"""The database edge as callers see it: SQL helpers, transactions, and the engine for Piccolo's tables.

Invariants: every query takes part in the transaction open in its context, else uses a connection from the pool of
the database bound by `using()` (so several nodes can live in one process); importing this module touches no
database. Piccolo's stock engine is not used: it leaks the connection when COMMIT fails and treats nested
transactions as nothing. JSON columns travel as text both ways: encode and decode them with msgspec.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self

import asyncpg
from piccolo.engine.base import BaseAtomic, BaseBatch, BaseTransaction, Engine
from piccolo.engine.postgres import AsyncBatch
from piccolo.query.base import DDL, Query
from piccolo.querystring import QueryString

from federation.node.transactions import (
    Connection,
    Database,
    DatabaseUsageError,
    after_commit,
    any_connection,
    atomic,
    connection,
    current,
    detached,
    in_transaction,
    using,
)

__all__ = [
    "Connection",
    "Database",
    "DatabaseUsageError",
    "affected",
    "after_commit",
    "atomic",
    "connection",
    "copy",
    "current",
    "detached",
    "execute",
    "execute_many",
    "fetch",
    "fetch_one",
    "fetch_value",
    "in_transaction",
    "proxy",
    "using",
]


async def fetch(sql: str, *args: object) -> list[Any]:
    """All rows of `sql` with parameters `$1`, `$2`, ..."""
    async with any_connection() as own:
        return await own.fetch(sql, *args)


async def fetch_one(sql: str, *args: object) -> Any | None:
    """The first row, or None."""
    async with any_connection() as own:
        return await own.fetchrow(sql, *args)


async def fetch_value(sql: str, *args: object) -> Any:
    """The first column of the first row, or None."""
    async with any_connection() as own:
        return await own.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> str:
    """Run `sql`; returns the command tag such as `UPDATE 3`. Several statements are allowed without parameters."""
    async with any_connection() as own:
        return await own.execute(sql, *args)


async def execute_many(sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run `sql` once per row in one round trip; nothing for no rows."""
    if not rows:
        return
    async with any_connection() as own:
        await own.executemany(sql, rows)


async def copy(table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Add `rows` to `table` by COPY: the cheapest way, and one that fails on a row that is there already."""
    if not rows:
        return
    async with any_connection() as own:
        await own.copy_records_to_table(table, records=rows, columns=columns)


def affected(tag: str) -> int:
    """The number of rows in a command tag of `execute`: `UPDATE 3` gives 3."""
    return int(tag.rsplit(" ", 1)[-1])


class PiccoloTransaction(BaseTransaction):
    """`engine.transaction()` as Piccolo calls it: our `atomic()`, so nested ones are savepoints."""

    __slots__ = ("_block",)

    def __init__(self) -> None:
        self._block: AbstractAsyncContextManager[None] = atomic()

    async def __aenter__(self, *_args: object, **_kwargs: object) -> Self:
        await self._block.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        at: TracebackType | None = None,
    ) -> bool:
        return bool(await self._block.__aexit__(kind, error, at))


class PiccoloAtomic(BaseAtomic):
    """A list of queries run in one transaction."""

    __slots__ = ("_queries",)

    def __init__(self) -> None:
        self._queries: list[Any] = []

    def add(self, *query: Query[Any, Any] | DDL) -> None:
        self._queries += query

    async def run(self) -> None:
        async with atomic():
            for query in self._queries:
                await query.run()

    def run_sync(self) -> None:
        raise DatabaseUsageError("this project is asynchronous: await the queries instead")

    def __await__(self) -> Any:
        return self.run().__await__()


class ProxyEngine(Engine[PiccoloTransaction]):
    """The engine named by every `Table`; resolves the database and transaction at the time of the query."""

    def __init__(self) -> None:
        self.engine_type = "postgres"
        self.min_version_number = 15
        self.log_queries = False
        self.log_responses = False
        self.query_id = 0

    async def get_version(self) -> float:
        return float(await fetch_value("SHOW server_version_num")) / 10_000

    def get_version_sync(self) -> float:
        return float(self.min_version_number)

    async def prep_database(self) -> None:
        """Nothing to prepare: extensions belong to migrations."""

    async def batch(self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None) -> BaseBatch:
        """Read `query` in batches over a connection of its own, which the batch closes."""
        del node
        own = await asyncpg.connect(current().url)
        return AsyncBatch(connection=own, query=query, batch_size=batch_size)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - Piccolo's signature
        del in_pool
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await fetch(sql, *args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - Piccolo's signature
        del in_pool
        return await fetch(ddl)

    def transform_response_to_dicts(self, results: Sequence[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in results]

    def transaction_exists(self) -> bool:
        return in_transaction()

    def transaction(self, *_args: object, **_kwargs: object) -> PiccoloTransaction:
        return PiccoloTransaction()

    def atomic(self) -> PiccoloAtomic:
        return PiccoloAtomic()


proxy = ProxyEngine()
"""Give this to every table: `class Thing(Table, tablename="shop_thing", db=proxy)`."""
