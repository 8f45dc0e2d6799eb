"""The embedded engines come up private, keep what was committed through a crash, and go down clean."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from marketplace.cli.children import Children
from marketplace.cli.errors import EngineError
from marketplace.cli.postgres import EmbeddedPostgres
from marketplace.cli.valkey import EmbeddedValkey

pytestmark = pytest.mark.processes


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents anybody may pass: under root the engines run as a user of their own."""
    made = Path(tempfile.mkdtemp(prefix="galleria-test-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_postgres_keeps_what_was_committed_when_it_is_killed(folder: Path) -> None:
    """A row committed before SIGKILL is there after the next start, and passwords and data are closed to others."""
    with Children() as children:
        postgres = EmbeddedPostgres(folder, children)
        postgres.start()
        urls = postgres.create_database("hub")
        owner = await asyncpg.connect(urls.owner)
        await owner.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Città')")
        await owner.close()
        postgres.kill()
        assert postgres.exited()
        postgres.start()
        owner = await asyncpg.connect(postgres.create_database("hub").owner)
        assert await owner.fetchval("SELECT upper(word) FROM kept") == "CITTÀ"
        await owner.close()
        for closed in (folder, folder / "passwords.json", folder / "data"):
            assert stat.S_IMODE(closed.stat().st_mode) & 0o077 == 0
        postgres.stop()


async def test_the_application_role_may_not_make_tables(folder: Path) -> None:
    """`app` runs without the right to change the schema, and nobody gets in without a password."""
    with Children() as children:
        postgres = EmbeddedPostgres(folder, children, durable=False)
        postgres.start()
        urls = postgres.create_database("hub")
        app = await asyncpg.connect(urls.app)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE mine (id int)")
        await app.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(urls.app.replace("app:", "app:wrong"))


def test_a_deep_folder_still_gets_a_socket(folder: Path) -> None:
    """A state folder with a path too long for a unix socket works all the same."""
    deep = folder / ("d" * 90)
    deep.mkdir(parents=True)
    folder.chmod(0o711)
    deep.chmod(0o711)
    with Children() as children:
        broker = EmbeddedValkey(deep / "broker", children)
        broker.start()
        assert broker.answers()
        broker.stop()


def test_the_broker_keeps_nothing(folder: Path) -> None:
    """Stopped or killed, the broker leaves no file with messages behind."""
    with Children() as children:
        broker = EmbeddedValkey(folder, children)
        broker.start()
        assert broker.url(3).endswith("valkey.sock?virtual_host=3")
        with pytest.raises(EngineError):
            broker.url(64)
        broker.stop()
    assert {path.name for path in folder.iterdir()} <= {"broker.log", "programs"}
