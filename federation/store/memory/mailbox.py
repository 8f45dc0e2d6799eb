"""Mailboxes in memory: rings reach the processes that share a disk."""

import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.database import after_commit, current
from federation.node.listening import Bell
from federation.node.memory import Disk, MemoryDatabase, Table, statement
from federation.store.ports.mailbox import MailboxAnswer, MailboxRequest
from federation.vocabulary.ids import PartyId

Ends = tuple[PartyId, PartyId]


class _Entry(msgspec.Struct, frozen=True):
    request: MailboxRequest
    answer: MailboxAnswer | None = None

    @property
    def ends(self) -> Ends:
        return self.request.local_id, self.request.remote_id


class _Visit(msgspec.Struct, frozen=True):
    ends: Ends
    visited_at: datetime


_ENTRIES = Table[_Entry]("fed_mailbox", lambda row: (row.request.id,))
_VISITS = Table[_Visit]("fed_mailbox_visit", lambda row: row.ends)
_bells: "weakref.WeakKeyDictionary[Disk, dict[str, set[Bell]]]" = weakref.WeakKeyDictionary()


async def put(request: MailboxRequest, now: datetime, *, requests_max: int, bytes_max: int) -> bool:
    async with statement() as own:
        ends = (request.local_id, request.remote_id)
        there = [row for row in own.scan(_ENTRIES) if row.ends == ends and _waits(row, now)]
        size = sum(len(row.request.body) for row in there)
        if len(there) >= requests_max or size + len(request.body) > bytes_max:
            return False
        await own.add(_ENTRIES, _Entry(msgspec.structs.replace(request, number=own.number("fed_mailbox_number"))))
    _ring(_requests_topic(ends))
    return True


def _waits(row: _Entry, now: datetime) -> bool:
    return row.answer is None and row.request.expires_at > now


async def waiting(ends: Ends, after: int, now: datetime, *, limit: int) -> list[MailboxRequest]:
    async with statement() as own:
        found = [row.request for row in own.scan(_ENTRIES) if row.ends == ends and _waits(row, now)]
    return sorted((item for item in found if item.number > after), key=lambda item: item.number)[:limit]


async def answer(ends: Ends, request_id: UUID, answer: MailboxAnswer, now: datetime) -> bool:
    async with statement() as own:
        row = await own.lock(_ENTRIES, request_id)
        if row is None or row.ends != ends or not _waits(row, now):
            return False
        await own.put(_ENTRIES, msgspec.structs.replace(row, answer=answer))
    _ring(_answer_topic(request_id))
    return True


async def take_answer(request_id: UUID) -> MailboxAnswer | None:
    async with statement() as own:
        row = own.get(_ENTRIES, request_id)
        if row is None or row.answer is None:
            return None
        await own.delete(_ENTRIES, request_id)
        return row.answer


async def drop(request_id: UUID) -> None:
    async with statement() as own:
        await own.delete(_ENTRIES, request_id)


async def forget_expired(now: datetime) -> int:
    async with statement() as own:
        expired = [row.request.id for row in own.scan(_ENTRIES) if row.request.expires_at <= now]
        return sum([await own.delete(_ENTRIES, request_id) for request_id in expired])


async def visited(ends: Ends, now: datetime) -> None:
    async with statement() as own:
        await own.put(_VISITS, _Visit(ends, now))


async def last_visit(ends: Ends) -> datetime | None:
    async with statement() as own:
        row = own.get(_VISITS, *ends)
        return None if row is None else row.visited_at


async def waiting_among(local_id: PartyId, after: Mapping[PartyId, int], now: datetime) -> list[PartyId]:
    async with statement() as own:
        found = [row.request for row in own.scan(_ENTRIES) if row.ends[0] == local_id and _waits(row, now)]
    return sorted({item.remote_id for item in found if item.number > after.get(item.remote_id, item.number)})


def requests_for(*pairs: Ends) -> AbstractAsyncContextManager[Bell]:
    return _bell(*(_requests_topic(ends) for ends in pairs))


def answer_to(request_id: UUID) -> AbstractAsyncContextManager[Bell]:
    return _bell(_answer_topic(request_id))


@asynccontextmanager
async def _bell(*topics: str) -> AsyncIterator[Bell]:
    here, bell = _bells_here(), Bell()
    for topic in topics:
        here.setdefault(topic, set()).add(bell)
    try:
        yield bell
    finally:
        for topic in topics:
            here[topic].discard(bell)


def _ring(topic: str) -> None:
    """Ring once what was written is committed."""
    bells = _bells_here()

    def ring() -> None:
        for bell in bells.get(topic, ()):
            bell.ring()

    after_commit(ring)


def _bells_here() -> dict[str, set[Bell]]:
    database = current()
    assert isinstance(database, MemoryDatabase), "the adapters of a kind go with its databases"  # noqa: S101
    return _bells.setdefault(database.disk, {})


def _requests_topic(ends: Ends) -> str:
    return f"requests/{ends[0]}/{ends[1]}"


def _answer_topic(request_id: UUID) -> str:
    return f"answer/{request_id}"
