"""The superuser's one connection to the tests' server, kept open in a thread of its own for the whole run."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")


class Administrator:
    """Runs statements one after the other; `ask` waits for the rows, `tell` does not wait."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="administrator", daemon=True)
        self._thread.start()
        self._turn = asyncio.Lock()
        self._told: list[Future[list[Any]]] = []
        self._connection: Any = self._submit(_connect(url)).result()

    def ask(self, sql: str, *args: object) -> list[Any]:
        """The rows of a statement."""
        return self._submit(self._fetch(sql, args)).result()

    def tell(self, sql: str) -> None:
        """Have a statement run behind those before it; a failure is raised when the run ends."""
        self._told.append(self._submit(self._fetch(sql, ())))

    def close(self) -> None:
        """Wait for everything told, then leave. Raises what went wrong."""
        try:
            for future in self._told:
                future.result(timeout=30)
        finally:
            self._submit(self._connection.close()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    async def _fetch(self, sql: str, args: tuple[object, ...]) -> list[Any]:
        async with self._turn:
            rows: list[Any] = await self._connection.fetch(sql, *args)
            return rows

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


async def _connect(url: str) -> Any:
    return await asyncpg.connect(url)
