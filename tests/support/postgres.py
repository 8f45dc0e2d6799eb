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

from federation.node.migrations import migrate
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from tests.support.administrator import Administrator

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
        self._administrator: Administrator | None = None
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
        self._administrator = Administrator(self._admin)
        self._set_passwords()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._embedded is None:
            for row in self._ask("SELECT datname FROM pg_database WHERE datname LIKE $1", f"galleria_{self._run}_%"):
                self._ask(f"DROP DATABASE IF EXISTS {row['datname']} WITH (FORCE)")
        if self._administrator is not None:
            self._administrator.close()
        if self._embedded is not None:
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
            self._create(name, "template1")
            in_own_loop(migrate(self.urls(name).owner, wanted))
            self._templates[wanted] = name
        return self._templates[wanted]

    def empty(self) -> Urls:
        """A fresh database without tables."""
        name = f"galleria_{self._run}_{next(self._names)}"
        self._create(name, "template1")
        return self.urls(name)

    def clone(self, apps: Sequence[str]) -> Urls:
        """A fresh database with the tables of `apps` and no rows."""
        template = self.template(apps)
        name = f"galleria_{self._run}_{next(self._names)}"
        self._create(name, template)
        return self.urls(name)

    def rollback_database(self, apps: Sequence[str]) -> Urls:
        """The one database with the tables of `apps` in which nothing is ever committed."""
        wanted = tuple(dict.fromkeys((NODE_APP, *apps)))
        if wanted not in self._shared:
            self._shared[wanted] = self.clone(apps)
        return self._shared[wanted]

    def drop(self, urls: Urls) -> None:
        """Remove a database and whoever is still connected to it, while the next test begins."""
        if self._administrator is not None:
            name = urlsplit(urls.app).path.lstrip("/")
            self._administrator.tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, name: str, template: str) -> None:
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template} OWNER owner STRATEGY FILE_COPY")

    def _ask(self, sql: str, *args: object) -> list[Any]:
        if self._administrator is None:
            raise RuntimeError("the server has not been started")
        return self._administrator.ask(sql, *args)

    def _set_passwords(self) -> None:
        """Make the two roles of the project where they are missing, with passwords of this run."""
        for role in ("owner", "app"):
            password = self._passwords[role] = secrets.token_urlsafe(16)
            known = self._ask("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
            self._ask(f"{'ALTER' if known else 'CREATE'} ROLE {role} LOGIN PASSWORD '{password}'")


def with_login(url: str, user: str, password: str, database: str) -> str:
    """The same server's address with another login and database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password)}@{host}", path=f"/{database}"))


def in_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a loop of its own, whether or not one runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
