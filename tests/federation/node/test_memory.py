"""Transactions on PostgreSQL and in memory alike, by way of the outbox and idempotency keys; and deaths in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from federation.node.database import Database, atomic, detached, using
from federation.node.idempotency import Answer, IdempotencyConflictError, IdempotencyInFlightError, forget_old, once
from federation.node.memory import (
    DeadlockError,
    Disk,
    DuplicateRowError,
    MemoryDatabase,
    ProcessKilledError,
    Table,
    statement,
)
from federation.node.outbox import (
    GiveUpError,
    Message,
    Outbox,
    RetryLaterError,
    dead_letters,
    enqueue,
    forget_finished,
    replay,
    waiting,
)
from tests.support.postgres import Server

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Body(msgspec.Struct):
    """What the test messages carry."""

    number: int = 0


@pytest.fixture(params=["memory", "postgres"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of each kind in which commits are real."""
    if request.param == "memory":
        with using(MemoryDatabase(Disk())) as database:
            yield database
        return
    server: Server = request.getfixturevalue("pg")
    urls = server.clone(())
    database = await Database().start(urls.app)
    with using(database):
        yield database
    await database.stop()
    server.drop(urls)


async def put(number: int, subject: str = "s", due_at: datetime | None = None) -> bool:
    async with atomic():
        return await enqueue("t", subject, Body(number), key=f"{subject}/{number}", queue="q", now=NOW, due_at=due_at)


async def test_what_fails_leaves_nothing(either: Database) -> None:
    """A transaction that fails undoes everything, a nested one only its own part."""
    with pytest.raises(KeyError):
        async with atomic():
            await put(1)
            raise KeyError
    async with atomic():
        await put(2)
        with pytest.raises(KeyError):
            async with atomic():
                await put(3)
                raise KeyError
        await put(4)
    assert await waiting("q") == 2
    assert await put(1)
    assert not await put(4)


async def test_nobody_sees_what_is_not_committed(either: Database) -> None:
    """Others see a change after the COMMIT, its own transaction at once."""
    async with atomic():
        await put(1)
        assert await waiting("q") == 1
        with detached():
            assert await waiting("q") == 0
    assert await waiting("q") == 1


async def test_the_second_of_two_with_one_key_waits_for_the_first(either: Database) -> None:
    """Two transactions that write under one key at once: the later finds what the earlier has left."""
    entered, leave = asyncio.Event(), asyncio.Event()
    found: list[bool] = []

    async def first() -> None:
        async with atomic():
            found.append(await put(1))
            entered.set()
            await leave.wait()

    async def second() -> None:
        await entered.wait()
        async with atomic():
            asyncio.get_running_loop().call_later(0.05, leave.set)
            found.append(await put(1))

    await asyncio.gather(asyncio.create_task(first()), asyncio.create_task(second()))
    assert found == [True, False]


async def test_an_effect_happens_once_under_its_key(either: Database) -> None:
    """The same key answers as before, another content is refused, one at work elsewhere is told so, old ones go."""

    async def answer() -> Answer:
        return Answer(status=200, body=b"done")

    async with atomic():
        assert not (await once("a", "k", b"x", answer)).replayed
    async with atomic():
        assert (await once("a", "k", b"x", answer)) == Answer(status=200, body=b"done", replayed=True)
        with pytest.raises(IdempotencyConflictError):
            await once("a", "k", b"y", answer)
    async with atomic():
        await once("a", "other", b"x", answer)
        with detached(), pytest.raises(IdempotencyInFlightError):
            async with atomic():
                await once("a", "other", b"x", answer)
    assert await forget_old(datetime.now(UTC) + timedelta(days=8)) == 2


class Recorder:
    """A handler that fails as often as it is told."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.seen: list[int] = []

    async def __call__(self, message: Message) -> None:
        self.seen.append(message.read(Body).number)
        if self.errors:
            raise self.errors.pop(0)


async def test_messages_keep_their_order_and_their_dead(either: Database) -> None:
    """A message that is tried again holds back its subject; one without hope is buried, and replayed by hand."""
    recorder = Recorder(RetryLaterError("not now"), GiveUpError("never"))
    outbox = Outbox({"t": recorder})
    await put(1)
    await put(2)
    await put(3, "scheduled", NOW + timedelta(days=1))
    assert await outbox.drain("q", NOW) == 1
    assert await outbox.drain("q", NOW + timedelta(minutes=10)) == 2
    assert recorder.seen == [1, 1, 2]
    (dead,) = await dead_letters()
    assert (dead.subject, dead.attempts, dead.last_error) == ("s", 2, "never")
    assert await replay(dead.id, NOW)
    assert not await replay(dead.id, NOW)
    assert await outbox.drain("q", NOW + timedelta(days=2)) == 2
    assert recorder.seen == [1, 1, 2, 1, 3]
    assert await waiting("q") == 0
    assert await forget_finished(datetime.now(UTC) + timedelta(days=40)) == 3


class Row(msgspec.Struct, frozen=True):
    """A row of its own."""

    name: str
    number: int = 0


ROWS = Table[Row]("rows", lambda row: (row.name,))


async def test_a_killed_process_leaves_what_it_had_committed() -> None:
    """At death the open transaction is gone, its rows are free, and nothing the dead process does has an effect."""
    disk = Disk()
    database, other = MemoryDatabase(disk), MemoryDatabase(disk)
    with using(database):
        async with statement() as own:
            await own.add(ROWS, Row("kept"))
        with pytest.raises(ProcessKilledError):
            async with atomic():
                async with statement() as own:
                    await own.add(ROWS, Row("lost"))
                database.kill()
                async with statement() as own:
                    await own.add(ROWS, Row("late"))
    with using(other):
        async with statement() as own:
            assert await own.insert(ROWS, Row("lost", 2))
    assert disk.rows(ROWS) == [Row("kept"), Row("lost", 2)]


async def test_a_backup_stays_as_it_was() -> None:
    """What happens on a disk after it was copied is not on the copy."""
    disk = Disk()
    with using(MemoryDatabase(disk)):
        async with statement() as own:
            await own.add(ROWS, Row("early"))
        copy = disk.backup()
        async with statement() as own:
            await own.put(ROWS, Row("early", 1))
            await own.add(ROWS, Row("later"))
    assert copy.rows(ROWS) == [Row("early")]


async def test_a_circle_of_waiting_is_refused() -> None:
    """Of two transactions that want each other's rows one is given up, and the other goes on."""
    disk = Disk()
    ready = asyncio.Barrier(2)

    async def want(first: str, second: str) -> bool:
        try:
            async with atomic(), statement() as own:
                await own.lock(ROWS, first)
                await ready.wait()
                await own.lock(ROWS, second)
        except DeadlockError:
            return False
        return True

    with using(MemoryDatabase(disk)):
        done = await asyncio.gather(
            asyncio.create_task(want("a", "b")),
            asyncio.create_task(want("b", "a")),
        )
    assert sorted(done) == [False, True]


async def test_a_key_is_unique() -> None:
    """A second row of a key is refused, and what is deleted makes room."""
    with using(MemoryDatabase(Disk())):
        async with statement() as own:
            await own.add(ROWS, Row("a"))
            with pytest.raises(DuplicateRowError):
                await own.add(ROWS, Row("a"))
            assert await own.delete(ROWS, "a")
            assert not await own.delete(ROWS, "a")
            assert await own.insert(ROWS, Row("a", 3))
            assert own.scan(ROWS) == [Row("a", 3)]
