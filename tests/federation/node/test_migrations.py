"""Migrations: under a lock, all or nothing, and with no more rights for the app role than it needs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from federation.node.database import Database, execute, fetch, fetch_value, using
from federation.node.migrations import MigrationError, migrate, migration_modules
from tests.support.postgres import NODE_APP, Server, Urls

SAMPLE_APP = "tests.support.sample_app.piccolo_app"
SAMPLE_MIGRATION = "sample:2026-11-22T07:00:00:000000"


@pytest.fixture
def empty(pg: Server) -> Iterator[Urls]:
    """A database without tables."""
    urls = pg.empty()
    yield urls
    pg.drop(urls)


async def test_runs_once(empty: Urls) -> None:
    """What ran does not run again, and says so."""
    assert SAMPLE_MIGRATION in await migrate(empty.owner, [NODE_APP, SAMPLE_APP])
    assert await migrate(empty.owner, [NODE_APP, SAMPLE_APP]) == []


async def test_runs_at_once_take_turns(empty: Urls) -> None:
    """Of several runs at the same time one does the work and the others find it done."""
    ran = await asyncio.gather(*(migrate(empty.owner, [NODE_APP, SAMPLE_APP]) for _ in range(4)))
    assert sorted(len(ids) for ids in ran) == [0, 0, 0, 2]


async def test_app_role_has_no_more_than_it_needs(empty: Urls) -> None:
    """The app role reads and writes rows, only adds to append-only tables, and changes no schema."""
    await migrate(empty.owner, [NODE_APP, SAMPLE_APP])
    database = await Database().start(empty.app)
    with using(database):
        await execute("INSERT INTO node_setting VALUES ('a', 'b')")
        await execute("DELETE FROM node_setting")
        await execute("INSERT INTO sample_entry VALUES (1, 'x')")
        assert await fetch_value("SELECT note FROM sample_entry") == "x"
        for forbidden in (
            "UPDATE sample_entry SET note = 'y'",
            "DELETE FROM sample_entry",
            "TRUNCATE sample_entry",
            "TRUNCATE node_setting",
            "CREATE TABLE mine (id int)",
            "DROP TABLE node_setting",
            "ALTER TABLE node_setting ADD COLUMN more int",
            "DELETE FROM migration",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await execute(forbidden)
    await database.stop()


async def test_missing_role_is_named(empty: Urls) -> None:
    """Without the app role nothing is granted in silence: the sentence says how to create it."""
    with pytest.raises(MigrationError, match="CREATE ROLE nobody_we_know"):
        await migrate(empty.owner, [NODE_APP], app_role="nobody_we_know")
    assert await migrate(empty.owner, [NODE_APP], app_role=None) == []


BROKEN = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from federation.node.database import execute
ID = "2027-01-01T00:00:00:000000"
async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="broken")
    async def half():
        await execute("CREATE TABLE broken_half (id int)")
        await execute("SELECT 1 / 0")
    manager.add_raw(half)
    return manager
"""
APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig
APP_CONFIG = AppConfig(app_name="broken", migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"))
"""


async def test_failing_migration_leaves_nothing(empty: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails is undone whole and is not recorded; those before it stay."""
    (tmp_path / "broken_app" / "piccolo_migrations").mkdir(parents=True)
    (tmp_path / "broken_app" / "piccolo_app.py").write_text(APP)
    (tmp_path / "broken_app" / "piccolo_migrations" / "broken_2027.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty.owner, [NODE_APP, "broken_app.piccolo_app"])
    database = await Database().start(empty.owner)
    with using(database):
        assert await fetch_value("SELECT to_regclass('broken_half')") is None
        assert [row["app_name"] for row in await fetch("SELECT app_name FROM migration")] == ["node"]
    await database.stop()


def test_modules_come_oldest_first(tmp_path: Path) -> None:
    """Migrations run in the order of their ids, whatever their files are called; other files are passed over."""
    (tmp_path / "a.py").write_text('ID = "2"')
    (tmp_path / "b.py").write_text('ID = "1"')
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "helper.py").write_text("")
    assert [module.ID for module in migration_modules(tmp_path)] == ["1", "2"]
