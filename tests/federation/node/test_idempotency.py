"""Idempotency: one key, one effect, one answer."""

import pytest

from federation.node import idempotency
from federation.node.clock import now
from federation.node.database import Database, DatabaseUsageError, atomic, execute, fetch_value, using
from federation.node.idempotency import Answer, IdempotencyConflictError, IdempotencyInFlightError, once
from federation.vocabulary.errors import RecordInvalidError


async def effect() -> Answer:
    await execute("INSERT INTO node_setting VALUES ('effect', 'x')")
    return Answer(201, body=b'{"made":1}')


async def never() -> Answer:
    raise AssertionError("must not run")


async def test_same_key_and_content_repeats_the_answer(committed: Database) -> None:
    """The second request gets the first one's answer and causes nothing."""
    async with atomic():
        first = await once("s", "k", b"content", effect)
    async with atomic():
        again = await once("s", "k", b"content", never)
    assert (again.status, again.body, again.content_type) == (first.status, first.body, first.content_type)
    assert (first.replayed, again.replayed) == (False, True)


async def test_other_content_is_a_conflict(committed: Database) -> None:
    """A key stands for one content; another scope is another key."""
    async with atomic():
        await once("s", "k", b"content", effect)
    with pytest.raises(IdempotencyConflictError):
        async with atomic():
            await once("s", "k", b"other", never)
    async with atomic():
        assert (await once("t", "k", b"other", _plain)).status == 200


async def _plain() -> Answer:
    return Answer(200)


async def _broken() -> Answer:
    return Answer(503)


async def test_same_key_at_work_is_in_flight(committed: Database) -> None:
    """While one transaction works on a key, another is told to come back, not made to wait."""
    other = await Database().start(committed.url)
    async with atomic():
        await once("s", "k", b"content", effect)
        with using(other), pytest.raises(IdempotencyInFlightError):
            async with atomic():
                await once("s", "k", b"content", never)
    await other.stop()


async def test_failure_stores_nothing(committed: Database) -> None:
    """Neither a rolled-back effect nor a 5xx answer is remembered."""
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await once("s", "k", b"content", effect)
            raise ZeroDivisionError
    async with atomic():
        assert (await once("s", "k", b"content", _broken)).status == 503
    async with atomic():
        assert not (await once("s", "k", b"content", effect)).replayed


async def test_unfit_calls_are_refused(committed: Database) -> None:
    """A key has a bounded printable form, and the call needs the effect's transaction."""
    with pytest.raises(DatabaseUsageError):
        await once("s", "k", b"", effect)
    for key in ("", "x" * 256, "a\nb"):
        with pytest.raises(RecordInvalidError):
            async with atomic():
                await once("s", key, b"", never)


async def test_old_answers_are_forgotten(committed: Database) -> None:
    """After a week an answer may go; a fresh one stays."""
    async with atomic():
        await once("s", "old", b"", _plain)
    await execute("UPDATE node_idempotency SET created_at = created_at - interval '8 days'")
    async with atomic():
        await once("s", "new", b"", _plain)
    assert await idempotency.forget_old(now()) == 1
    assert await fetch_value("SELECT key FROM node_idempotency") == "new"
