"""Hearing what other processes of a node say through the database: PostgreSQL's NOTIFY, told apart by topic.

Invariants: one connection per process, outside the pool, open only while somebody listens and a moment after; a
lost connection costs nobody more than a look too late, since every listener looks again by itself.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

from federation.node.transactions import CONNECT_TIMEOUT_SECONDS, Database

_log = structlog.get_logger(__name__)

CHANNEL = "node_bell"
LINGER_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 5.0
"""After so long a wait ends without a ring: one may have been lost."""
LOOK_AGAIN_DEAF_SECONDS = 0.5
"""The same while there is no connection to hear by."""


class Bell:
    """Rings for one topic."""

    def __init__(self, patience: Callable[[], float] = lambda: LOOK_AGAIN_SECONDS) -> None:
        self._rung = asyncio.Event()
        self._patience = patience

    def ring(self) -> None:
        """Let whoever waits look."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring since the last wait, after `seconds` at the latest, sooner where one may be lost."""
        try:
            async with asyncio.timeout(min(seconds, self._patience())):
                await self._rung.wait()
        except TimeoutError:
            pass
        self._rung.clear()


class Listener:
    """The bells of one process over one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bells: dict[str, set[Bell]] = {}
        self._connection: Any = None
        self._opening = asyncio.Lock()
        self._closing: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def bell(self, *topics: str) -> AsyncIterator[Bell]:
        """A bell that rings for any of these topics from now on."""
        bell = Bell(self._patience)
        for topic in topics:
            self._bells.setdefault(topic, set()).add(bell)
        try:
            await self._open()
            yield bell
        finally:
            for topic in topics:
                self._forget(topic, bell)
            self._close_later()

    def _forget(self, topic: str, bell: Bell) -> None:
        bells = self._bells[topic]
        bells.discard(bell)
        if not bells:
            del self._bells[topic]

    def _patience(self) -> float:
        is_deaf = self._connection is None or self._connection.is_closed()
        return LOOK_AGAIN_DEAF_SECONDS if is_deaf else LOOK_AGAIN_SECONDS

    async def _open(self) -> None:
        async with self._opening:
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None
            if self._connection is not None and not self._connection.is_closed():
                return
            try:
                connection = await asyncpg.connect(self._url, timeout=CONNECT_TIMEOUT_SECONDS)
                await connection.add_listener(CHANNEL, self._hear)
            except (OSError, asyncpg.PostgresError) as error:
                _log.warning("not_listening", reason=str(error)[:200])
                return
            self._connection = connection

    def _hear(self, _connection: Any, _pid: int, _channel: str, topic: Any) -> None:
        for bell in self._bells.get(str(topic), ()):
            bell.ring()

    def _close_later(self) -> None:
        if self._bells or self._connection is None:
            return
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._close_unused)

    def _close_unused(self) -> None:
        if not self._bells:
            self.close()

    def close(self) -> None:
        """Let go of the connection at once; the next bell opens another."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


_listeners: "weakref.WeakKeyDictionary[Database, Listener]" = weakref.WeakKeyDictionary()


def listener_of(database: Database) -> Listener:
    """The listener of this process for a database."""
    found = _listeners.get(database)
    if found is None:
        found = _listeners[database] = Listener(database.url)
        database.ends_with(found.close)
    return found
