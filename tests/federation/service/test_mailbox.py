"""The mailbox of a party that nobody can connect to: who is away, what is too much, and what outlives nobody."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from federation import limits
from federation.conversations.mailbox import MailedAnswer, MailedAnswers, WaitingPage
from federation.node import clock
from federation.node.database import using
from federation.node.door import DoorResponse
from federation.node.memory import Disk, MemoryDatabase
from federation.service import mailbox
from federation.store import mailbox as store
from federation.vocabulary.errors import PeerUnreachableError
from tests.federation.store.conftest import HUB, SHOP

ENDS = (HUB, SHOP)


@pytest.fixture(autouse=True)
def memory() -> Iterator[MemoryDatabase]:
    """A database in memory, bound."""
    database = MemoryDatabase(Disk())
    with using(database):
        yield database


async def ask(body: bytes = b"?", seconds: float = 2) -> DoorResponse:
    """Ask the shop something."""
    return await mailbox.ask(ENDS, "POST", ("/fed/v1/x", ""), ({"Signature": "s"}, body), clock.now(), seconds=seconds)


async def collect(after: int = 0, wait: float = 0) -> WaitingPage:
    """Look into the mailbox as the shop does."""
    return await mailbox.collect(ENDS, after, wait, clock.now())


async def answer(page: WaitingPage, body: bytes = b"!") -> tuple[str, ...]:
    """Answer all of a page; returns what was taken."""
    answers = tuple(MailedAnswer(id=request.id, status=200, headers={"a": "b"}, body=body) for request in page.requests)
    return (await mailbox.take_answers(ENDS, MailedAnswers(answers), clock.now())).taken


async def test_a_waiting_visitor_gets_the_request_at_once() -> None:
    """The visitor waits, the question comes, the answer goes back; nothing stays behind."""
    visitor = asyncio.create_task(collect(wait=5))
    await asyncio.sleep(0)
    asking = asyncio.create_task(ask())
    page = await visitor
    assert [(one.method, one.path, one.headers, one.body) for one in page.requests] == [
        ("POST", "/fed/v1/x", {"signature": "s"}, b"?")
    ]
    assert await answer(page) == (page.requests[0].id,)
    response = await asking
    assert (response.status, response.headers, response.body) == (200, [("a", "b")], b"!")
    assert (await collect()).requests == ()


async def test_who_is_away_is_asked_nothing() -> None:
    """Never seen, or not seen for long: the answer is at once that it is away, and nothing is left for it."""
    with pytest.raises(PeerUnreachableError, match="at all yet") as refused:
        await ask()
    assert refused.value.retry_after_seconds
    await store.visited(ENDS, clock.now() - timedelta(seconds=limits.MAILBOX_AWAY_SECONDS + 1))
    with pytest.raises(PeerUnreachableError, match="since"):
        await ask()
    assert (await collect()).requests == ()


async def test_who_does_not_come_in_time_finds_nothing_later() -> None:
    """A question that was given up is gone: nobody answers what nobody waits for."""
    await collect()
    with pytest.raises(PeerUnreachableError, match="did not come"):
        await ask(seconds=0.05)
    assert (await collect()).requests == ()


async def test_a_visitor_that_dies_finds_it_again() -> None:
    """What was handed over and not answered is handed over again; the first answer counts."""
    await collect()
    asking = asyncio.create_task(ask())
    first = await collect(wait=1)
    again = await collect()
    assert [one.id for one in again.requests] == [one.id for one in first.requests]
    assert await answer(again) == (again.requests[0].id,)
    assert await answer(first, b"late") == ()
    assert (await asking).body == b"!"


async def test_an_asker_that_dies_leaves_nothing() -> None:
    """A cancelled question is taken out; one whose process was killed is swept once it has expired."""
    await collect()
    asking = asyncio.create_task(ask())
    assert (await collect(wait=1)).requests
    asking.cancel()
    await asyncio.wait({asking})
    assert (await collect()).requests == ()


async def test_no_more_than_so_much_waits() -> None:
    """The asker of one too many hears at once that it must come again."""
    await collect()
    asking = [asyncio.create_task(ask(seconds=1)) for _ in range(limits.MAILBOX_REQUESTS_MAX)]
    await asyncio.sleep(0.05)
    with pytest.raises(PeerUnreachableError, match="as much waits"):
        await ask()
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)


async def test_a_page_holds_so_many_bytes() -> None:
    """Long requests come a few at a time, in order, the first whatever its length."""
    await collect()
    half = limits.MAILBOX_PAGE_BYTES_MAX // 2
    asking = [asyncio.create_task(ask(b"x" * (half + 1))) for _ in range(3)]
    await asyncio.sleep(0.05)
    numbers: list[int] = []
    for _ in range(3):
        page = await collect(after=numbers[-1] if numbers else 0)
        numbers += [request.number for request in page.requests]
        assert len(page.requests) == 1
        await answer(page)
    assert numbers == sorted(numbers)
    await asyncio.wait(asking)
