"""Acting as a node from the command line: its settings from the environment, its database bound, and out again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from asyncpg import PostgresError

from federation.node.database import Database, using
from federation.node.sealing import seal_of
from federation.node.settings import NodeSettings, load
from marketplace.cli.errors import CommandError

T = TypeVar("T", bound=NodeSettings)


@asynccontextmanager
async def as_node(kind: type[T]) -> AsyncIterator[T]:
    """The settings of the environment with the node's database bound. Raises SettingsError or CommandError."""
    settings = load(kind)
    try:
        database = await Database(seal_of(settings)).start(settings.database_url, pool_max=2)
    except (OSError, PostgresError) as error:
        raise CommandError(f"the database of GALLERIA_DATABASE_URL does not answer: {error}") from error
    try:
        with using(database):
            yield settings
    finally:
        await database.stop()
