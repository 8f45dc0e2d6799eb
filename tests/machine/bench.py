"""Where lives are lived: one database and one loop for all of a run; the rows of one life are gone before the next."""

import asyncio
import contextvars
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg

from tests.support.postgres import Urls

T = TypeVar("T")

_KEPT = frozenset({"migration"})


class Bench:
    """A loop and a database with the tables of money."""

    def __init__(self, urls: Urls) -> None:
        self.url = urls.app
        self._runner = asyncio.Runner()
        self._owner_url = urls.owner

    def __enter__(self) -> Self:
        self._owner: Any = self.run(asyncpg.connect(self._owner_url))
        self.run(self._prepare())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.run(self._owner.close())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """One piece of work on the loop, in the caller's context."""
        return self._runner.run(work, context=contextvars.copy_context())

    def wipe(self) -> None:
        """Have no rows any more."""
        self.run(self._owner.execute(self._wipe))

    async def _prepare(self) -> None:
        """The one statement that empties every table, though the ledger's triggers forbid it."""
        tables = await self._owner.fetch(
            "SELECT relname AS name, "
            "EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = each.oid AND NOT tgisinternal) AS final "
            "FROM pg_class AS each WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        names = [row["name"] for row in tables if row["name"] not in _KEPT]
        final = [row["name"] for row in tables if row["final"] and row["name"] not in _KEPT]
        self._wipe = "; ".join(
            [
                "BEGIN",
                *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in final),
                f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE",
                *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in final),
                "COMMIT",
            ]
        )
