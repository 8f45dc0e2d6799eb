"""Mailboxes, over PostgreSQL and over memory alike: who finds what, who hears of it, and what is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from federation.node.database import Database, using
from federation.node.memory import Disk, MemoryDatabase
from federation.store import mailbox
from federation.store.ports.mailbox import MailboxAnswer, MailboxRequest
from federation.vocabulary.ids import new_id
from tests.federation.store.conftest import APPS, HUB, NOW, OTHER_SHOP, SHOP
from tests.support.postgres import Server

ENDS = (HUB, SHOP)
BOUNDS: dict[str, Any] = {"requests_max": 3, "bytes_max": 100}


@pytest.fixture(params=["memory", "postgres"])
async def open_db(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of each kind, bound, without a transaction: others see what is written."""
    if request.param == "memory":
        with using(MemoryDatabase(Disk())) as database:
            yield database
        return
    server: Server = request.getfixturevalue("pg")
    urls = server.clone(APPS)
    database = await Database().start(urls.app)
    with using(database):
        yield database
    await database.stop()
    server.drop(urls)


def asked(body: bytes = b"{}", seconds: int = 5, **changes: Any) -> MailboxRequest:
    """A request of the hub to the shop."""
    values: dict[str, Any] = {
        "id": new_id(),
        "local_id": HUB,
        "remote_id": SHOP,
        "method": "POST",
        "path": "/fed/v1/x",
        "query": "",
        "headers": {"signature": "fed=:x:"},
        "body": body,
        "expires_at": NOW + timedelta(seconds=seconds),
    }
    return MailboxRequest(**(values | changes))


async def ids(after: int = 0, seconds: int = 0) -> list[UUID]:
    """What waits for the shop, in order."""
    found = await mailbox.waiting(ENDS, after, NOW + timedelta(seconds=seconds), limit=10)
    return [request.id for request in found]


ANSWER = MailboxAnswer(200, {"signature": "fed=:y:"}, b"yes")


@pytest.mark.usefixtures("open_db")
async def test_a_request_is_found_by_its_receiver_until_answered() -> None:
    """In the order they came, by nobody else, after a number, and no more once answered."""
    first, second = asked(), asked()
    for each in (first, second, asked(remote_id=OTHER_SHOP)):
        assert await mailbox.put(each, NOW, **BOUNDS)
    found = await mailbox.waiting(ENDS, 0, NOW, limit=10)
    assert [request.id for request in found] == [first.id, second.id]
    assert (found[0].headers, found[0].body, found[0].path) == (first.headers, b"{}", "/fed/v1/x")
    assert await ids(found[0].number) == [second.id]
    seen = {SHOP: found[0].number, OTHER_SHOP: found[1].number + 1}
    assert await mailbox.waiting_among(HUB, seen, NOW) == [SHOP]
    assert await mailbox.waiting_among(HUB, {SHOP: 0, OTHER_SHOP: 0}, NOW) == [SHOP, OTHER_SHOP]
    assert await mailbox.waiting_among(HUB, {OTHER_SHOP: 0}, NOW + timedelta(seconds=9)) == []
    assert await mailbox.answer(ENDS, first.id, ANSWER, NOW)
    assert await ids() == [second.id]


@pytest.mark.usefixtures("open_db")
async def test_the_first_answer_counts_and_is_taken_once() -> None:
    """A second answer, another party's, and one to what has expired are refused; the row goes with its answer."""
    one, late = asked(), asked(seconds=1)
    for each in (one, late):
        await mailbox.put(each, NOW, **BOUNDS)
    assert not await mailbox.answer((HUB, OTHER_SHOP), one.id, ANSWER, NOW)
    assert await mailbox.take_answer(one.id) is None
    assert await mailbox.answer(ENDS, one.id, ANSWER, NOW)
    assert not await mailbox.answer(ENDS, one.id, MailboxAnswer(500, {}, b""), NOW)
    assert not await mailbox.answer(ENDS, late.id, ANSWER, NOW + timedelta(seconds=1))
    assert await mailbox.take_answer(one.id) == ANSWER
    assert await mailbox.take_answer(one.id) is None


@pytest.mark.usefixtures("open_db")
async def test_what_waits_is_bounded() -> None:
    """More than so many requests or bytes are not taken in; what is answered, dropped or expired makes room."""
    long = asked(b"x" * 99)
    assert await mailbox.put(long, NOW, **BOUNDS)
    assert not await mailbox.put(asked(b"yy"), NOW, **BOUNDS)
    await mailbox.drop(long.id)
    for seconds in (1, 5, 5):
        assert await mailbox.put(asked(seconds=seconds), NOW, **BOUNDS)
    assert not await mailbox.put(asked(), NOW, **BOUNDS)
    assert await mailbox.put(asked(seconds=9), NOW + timedelta(seconds=1), **BOUNDS)
    assert await mailbox.forget_expired(NOW + timedelta(seconds=5)) == 3
    assert len(await ids(seconds=5)) == 1


@pytest.mark.usefixtures("open_db")
async def test_visits_are_remembered_by_pair() -> None:
    """The last visit of a peer to a hosted party."""
    assert await mailbox.last_visit(ENDS) is None
    for seconds in (0, 7):
        await mailbox.visited(ENDS, NOW + timedelta(seconds=seconds))
    assert await mailbox.last_visit(ENDS) == NOW + timedelta(seconds=7)
    assert await mailbox.last_visit((HUB, OTHER_SHOP)) is None


@pytest.mark.usefixtures("open_db")
async def test_bells_ring_for_their_own_topic() -> None:
    """Who waits for a request or an answer hears of it at once, and of nobody else's."""
    request = asked()
    heard: list[str] = []

    async def listen(name: str, bell: Any) -> None:
        async with bell as rings:
            ready.release()
            await rings.wait(0.9)
            heard.append(name)

    ready = asyncio.Semaphore(0)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(listen("request", mailbox.requests_for(ENDS)))
        group.create_task(listen("answer", mailbox.answer_to(request.id)))
        group.create_task(listen("other", mailbox.requests_for((HUB, OTHER_SHOP))))
        for _ in range(3):
            await ready.acquire()
        await mailbox.put(request, NOW, **BOUNDS)
        await asyncio.sleep(0.1)
        assert heard == ["request"]
        await mailbox.answer(ENDS, request.id, ANSWER, NOW)
        await asyncio.sleep(0.1)
        assert heard == ["request", "answer"]
