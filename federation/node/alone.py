"""One at a time, wherever its processes are: a name that one session of the database holds for as long as it works."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.node.database import Database

_SPACE = 7219


@asynccontextmanager
async def alone(database: Database, name: str, *, wait: bool = False) -> AsyncIterator[bool]:
    """Hold `name` while the block runs; gives False when another holds it, unless it is to `wait` for its turn."""
    key = f"{_SPACE}/{name}"
    async with database.session() as guard:
        if wait:
            await guard.fetchval("SELECT pg_advisory_lock(hashtextextended($1, 0))", key)
        elif not await guard.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key):
            yield False
            return
        try:
            yield True
        finally:
            await guard.fetchval("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)
