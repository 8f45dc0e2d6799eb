"""One PostgreSQL server for the length of a test run, with a migrated template per set of apps and clones of it.

The server is the product's own embedded one, without durability, unless `GALLERIA_TEST_DATABASE_URL` names another
(its role must be allowed to create roles and databases).
"""

import asyncio
import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from federation.node.migrations import migrate
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres

T = TypeVar("T")

NODE_APP = "federation.node.piccolo_app"


class Urls(NamedTuple):
    """One database, as its owner and as the application reach it."""

    owner: str
    app: str


class Server:
    """Where the tests' databases live; a context manager around the whole run."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._children = Children()
        self._embedded: EmbeddedPostgres | None = None
        self._admin = os.environ.get("GALLERIA_TEST_DATABASE_URL", "")
        self._passwords: dict[str, str] = {}
        self._templates: dict[tuple[str, ...], str] = {}
        self._shared: dict[tuple[str, ...], Urls] = {}
        self._names = itertools.count(1)
        self._run = secrets.token_hex(4)

    def __enter__(self) -> Self:
        if not self._admin:
            self._folder = Path(tempfile.mkdtemp(prefix="galleria-test-"))
            self._embedded = EmbeddedPostgres(self._folder, self._children, durable=False)
            self._embedded.start()
            self._admin = self._embedded.admin_url()
        self._passwords = in_own_loop(_set_passwords(self._admin))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._embedded is None:
            in_own_loop(_drop(self._admin, f"galleria_{self._run}_%"))
        else:
            self._embedded.kill()
        self._children.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def urls(self, database: str) -> Urls:
        """How to reach a database of this run."""
        owner, app = (with_login(self._admin, role, self._passwords[role], database) for role in ("owner", "app"))
        return Urls(owner, app)

    def template(self, apps: Sequence[str]) -> str:
        """The name of a database migrated for `apps` (the node kit always among them), made at the first asking."""
        wanted = tuple(dict.fromkeys((NODE_APP, *apps)))
        if wanted not in self._templates:
            name = f"galleria_{self._run}_template_{len(self._templates)}"
            in_own_loop(_create(self._admin, name, "template1"))
            in_own_loop(migrate(self.urls(name).owner, wanted))
            self._templates[wanted] = name
        return self._templates[wanted]

    def empty(self) -> Urls:
        """A fresh database without tables."""
        name = f"galleria_{self._run}_{next(self._names)}"
        in_own_loop(_create(self._admin, name, "template1"))
        return self.urls(name)

    def clone(self, apps: Sequence[str]) -> Urls:
        """A fresh database with the tables of `apps` and no rows."""
        template = self.template(apps)
        name = f"galleria_{self._run}_{next(self._names)}"
        in_own_loop(_create(self._admin, name, template))
        return self.urls(name)

    def rollback_database(self, apps: Sequence[str]) -> Urls:
        """The one database with the tables of `apps` in which nothing is ever committed."""
        wanted = tuple(dict.fromkeys((NODE_APP, *apps)))
        if wanted not in self._shared:
            self._shared[wanted] = self.clone(apps)
        return self._shared[wanted]

    def drop(self, urls: Urls) -> None:
        """Remove a database and whoever is still connected to it."""
        in_own_loop(_drop(self._admin, urlsplit(urls.app).path.lstrip("/")))


def with_login(url: str, user: str, password: str, database: str) -> str:
    """The same server's address with another login and database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password)}@{host}", path=f"/{database}"))


def in_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a loop of its own, whether or not one runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _set_passwords(admin: str) -> dict[str, str]:
    """Make the two roles of the project where they are missing, with passwords of this run."""
    passwords = {role: secrets.token_urlsafe(16) for role in ("owner", "app")}
    connection = await asyncpg.connect(admin)
    try:
        for role, password in passwords.items():
            known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
            await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {role} LOGIN PASSWORD '{password}'")
    finally:
        await connection.close()
    return passwords


async def _create(admin: str, name: str, template: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER owner")
    finally:
        await connection.close()


async def _drop(admin: str, pattern: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", pattern):
            await connection.execute(f"DROP DATABASE IF EXISTS {row['datname']} WITH (FORCE)")
    finally:
        await connection.close()
