"""The database edge: transactions, savepoints, failing commits, and what waits for a commit."""

import asyncio

import asyncpg
import pytest

from federation.node.database import (
    Database,
    DatabaseUsageError,
    after_commit,
    atomic,
    connection,
    detached,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_value,
    in_transaction,
    using,
)
from federation.node.tables import NodeSetting
from tests.support.postgres import Server, Urls


async def put(name: str, content: str = "x") -> None:
    await execute("INSERT INTO node_setting (name, content) VALUES ($1, $2)", name, content)


async def names() -> list[str]:
    return [row["name"] for row in await fetch("SELECT name FROM node_setting ORDER BY name")]


@pytest.fixture
async def deferred(database_urls: Urls) -> Database:
    """A table whose foreign key is checked at COMMIT only, and a pool of a single connection."""
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute(
        "CREATE TABLE child (name text REFERENCES node_setting (name) DEFERRABLE INITIALLY DEFERRED);"
        "GRANT ALL ON child TO app"
    )
    await owner.close()
    return await Database().start(database_urls.app, pool_max=1)


async def test_failing_commit_gives_the_connection_back(deferred: Database) -> None:
    """A COMMIT that fails on a deferred constraint leaves neither a lost connection nor an open transaction behind."""
    heard: list[str] = []
    with using(deferred):
        for _ in range(3):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                async with atomic():
                    await execute("INSERT INTO child VALUES ('nobody')")
                    after_commit(lambda: heard.append("commit"))
            assert not in_transaction()
            assert await fetch_value("SELECT count(*) FROM child") == 0
    await deferred.stop()
    assert heard == []


async def test_nested_atomic_is_a_savepoint(committed: Database) -> None:
    """A nested atomic() that fails undoes its own work only, and drops its own callbacks only."""
    heard: list[str] = []
    async with atomic():
        await put("outer")
        after_commit(lambda: heard.append("outer"))
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                await put("inner")
                after_commit(lambda: heard.append("inner"))
                raise ZeroDivisionError
        with pytest.raises(asyncpg.UniqueViolationError):
            async with atomic():
                await put("outer")
        async with atomic():
            await put("second")
            after_commit(lambda: heard.append("second"))
        assert heard == []
    assert await names() == ["outer", "second"]
    assert heard == ["outer", "second"]


async def test_rollback_drops_what_waited_for_the_commit(committed: Database) -> None:
    """After a rollback nothing of the transaction remains and no callback runs."""
    heard: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await put("lost")
            after_commit(lambda: heard.append("lost"))
            raise ZeroDivisionError
    assert await names() == []
    assert heard == []


async def test_after_commit_outside_a_transaction_runs_at_once(committed: Database) -> None:
    """Without a transaction there is nothing to wait for, and a failing callback harms nobody."""
    heard: list[str] = []
    after_commit(lambda: heard.append("now"))
    after_commit(lambda: heard.append(str(1 // 0)))
    assert heard == ["now"]


async def test_piccolo_queries_take_part(committed: Database) -> None:
    """Piccolo's queries see and share the open transaction, and its own transactions become savepoints of it."""
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await NodeSetting(name="a", content="1").save()
            assert await fetch_value("SELECT content FROM node_setting WHERE name = 'a'") == "1"
            with pytest.raises(ValueError, match="inner"):
                async with NodeSetting._meta.db.transaction():  # noqa: SLF001 - Piccolo's documented way
                    await NodeSetting(name="b", content="1").save()
                    raise ValueError("inner")
            assert await NodeSetting.count() == 1
            raise ZeroDivisionError
    assert not await NodeSetting.exists().where(NodeSetting.name == "a")


async def test_transaction_refuses_another_task(committed: Database) -> None:
    """A child task cannot use its parent's transaction by accident; detached() gives it a connection of its own."""
    async with atomic():
        await put("mine")
        with pytest.raises(DatabaseUsageError, match="another task"):
            await asyncio.create_task(names())
        with detached():
            assert await asyncio.create_task(names()) == []
        assert await names() == ["mine"]


async def test_two_databases_in_one_process(pg: Server, committed: Database) -> None:
    """What is bound by using() decides where a query goes, also inside an open transaction of another database."""
    urls = pg.clone(())
    other = await Database().start(urls.app)
    async with atomic():
        await put("first")
        with using(other):
            assert not in_transaction()
            await put("second")
        assert in_transaction()
    with using(other):
        assert await names() == ["second"]
    assert await names() == ["first"]
    await other.stop()
    pg.drop(urls)


async def test_helpers(committed: Database) -> None:
    """The small helpers answer as they say, with and without rows."""
    await execute_many("INSERT INTO node_setting (name, content) VALUES ($1, $2)", [("a", "1"), ("b", "2")])
    await execute_many("INSERT INTO node_setting (name, content) VALUES ($1, $2)", [])
    assert await fetch_one("SELECT * FROM node_setting WHERE name = $1", "z") is None
    row = await fetch_one("SELECT * FROM node_setting WHERE name = $1", "b")
    assert row is not None
    assert row["content"] == "2"
    await committed.ping()


async def test_driver_connection_only_inside_a_transaction(committed: Database) -> None:
    """COPY has the driver's own connection of the open transaction; outside one there is none."""
    with pytest.raises(DatabaseUsageError, match="atomic"):
        connection()
    async with atomic():
        records = [("c", "3"), ("d", "4")]
        await connection().copy_records_to_table("node_setting", records=records, columns=["name", "content"])
    assert await names() == ["c", "d"]


async def test_unbound_database_is_said_so() -> None:
    """Without a bound database the mistake is named, not hidden."""
    with pytest.raises(DatabaseUsageError, match="no database is bound"):
        await names()


async def test_rolled_back_fixture_hides_earlier_rows(rolled_back: Database) -> None:
    """A rolled-back test sees its own rows, and nested atomic() blocks work inside it."""
    async with atomic():
        await put("only-here")
    assert await names() == ["only-here"]


async def test_rolled_back_fixture_starts_clean(rolled_back: Database) -> None:
    """What the test before wrote is gone."""
    assert await names() == []
