"""What every test can ask for: a PostgreSQL server, a broker, and databases that are rolled back or thrown away.

Mark a module with `pytestmark = pytest.mark.apps("payouts.piccolo_app")` to get those apps' tables beside the node
kit's. `rolled_back` runs the test in one transaction that is undone; `committed` gives a database of its own.
"""

import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from federation.node.database import Database, using
from federation.node.fonts import ensure_fonts
from federation.node.seals import Seal
from federation.node.transactions import Transaction, joined
from marketplace.cli.children import Children
from marketplace.cli.commands.test import REPORTS
from marketplace.cli.valkey import EmbeddedValkey
from tests.support.clients import SECRET_KEY
from tests.support.postgres import Server, Urls

_MEMORY = Path("/dev/shm")  # noqa: S108
_ROOM_BYTES = 4 * 2**30
SUITES_BY_MARK = ("processes", "browser", "simulation")
"""Marks that make a suite of their own; each is given by name in the file of the test that has it."""

# Thousands of small databases are copied and thrown away: in memory that takes a third of the time.
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
    tempfile.tempdir = str(_MEMORY)

# One commit has one answer in CI; whoever runs the tests by hand looks at new examples each time.
settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A suite of marked tests reads only the files that give its mark; `test_tidy` holds that files give them."""
    wanted = str(config.getoption("markexpr")).partition(" ")[0]
    if wanted not in SUITES_BY_MARK or not collection_path.name.startswith("test_"):
        return None
    return True if f"mark.{wanted}" not in collection_path.read_text() else None


def pytest_collection_finish() -> None:
    """What was collected stays until the end: let nobody look through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def pg() -> Iterator[Server]:
    """The PostgreSQL server of this run."""
    with Server() as server:
        yield server


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of the broker of this run: the embedded Valkey, or what GALLERIA_TEST_BROKER_URL names."""
    given = os.environ.get("GALLERIA_TEST_BROKER_URL", "")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="galleria-test-"))
    with Children() as children:
        valkey = EmbeddedValkey(folder, children)
        valkey.start()
        yield valkey.url(0)
        valkey.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_fonts() -> Path:
    """A state folder with the fonts in it: making them takes seconds, so all runs of a checkout share one set."""
    folder = REPORTS / "made-fonts"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_fonts(folder)
    return folder


@pytest.fixture
def apps(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The Piccolo apps named by the test's `apps` marks."""
    return tuple(app for mark in request.node.iter_markers("apps") for app in mark.args)


@pytest.fixture
def database_urls(pg: Server, apps: tuple[str, ...]) -> Iterator[Urls]:
    """A fresh database with the tables of the marked apps, as its owner and as the app reach it."""
    urls = pg.clone(apps)
    yield urls
    pg.drop(urls)


@pytest.fixture
async def committed(database_urls: Urls) -> AsyncIterator[Database]:
    """A fresh database bound to the test; commits are real, the connection's role is the app's."""
    database = await Database(Seal(SECRET_KEY)).start(database_urls.app)
    with using(database):
        yield database
    await database.stop()


@pytest.fixture
async def rolled_back(pg: Server, apps: tuple[str, ...]) -> AsyncIterator[Database]:
    """The marked apps' database with one transaction open: undone at the end, after its deferred checks have run."""
    database = await Database(Seal(SECRET_KEY)).start(pg.rollback_database(apps).app)
    with using(database):
        async with database.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                with joined(Transaction(connection, None)):
                    yield database
                    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            finally:
                await transaction.rollback()
    await database.stop()
