"""The outbox in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from federation.node.memory import MemoryConnection, Table, statement
from federation.node.store.ports import ClaimedMessage, DeadLetter, NewMessage


class _Row(msgspec.Struct, frozen=True):
    id: int
    message: NewMessage
    body: bytes
    due_at: datetime
    retry_until: datetime
    state: Literal["due", "done", "dead"] = "due"
    attempts: int = 0
    claim: int = 0
    last_error: str = ""
    finished_at: datetime | None = None


class _Used(msgspec.Struct, frozen=True):
    key: str
    id: int


_ROWS = Table[_Row]("node_outbox", lambda row: (row.id,))
_KEYS = Table[_Used]("node_outbox_key", lambda row: (row.key,))


async def add(message: NewMessage) -> bool:
    async with statement() as own:
        return await _insert(own, message)


async def _insert(own: MemoryConnection, message: NewMessage) -> bool:
    number = own.number("node_outbox")
    if not await own.insert(_KEYS, _Used(message.key, number)):
        return False
    await own.add(_ROWS, _Row(number, message, message.body, message.due_at, message.retry_until))
    return True


async def rearm(message: NewMessage) -> bool:
    async with statement() as own:
        if await _insert(own, message):
            return True
        used = own.get(_KEYS, message.key)
        row = await own.lock(_ROWS, used.id) if used is not None else None
        if row is None:
            return False
        if row.state != "due":
            row = msgspec.structs.replace(
                row, state="due", finished_at=None, attempts=0, due_at=message.due_at, retry_until=message.retry_until
            )
        await own.put(_ROWS, msgspec.structs.replace(row, message=message, body=message.body))
        return row.attempts == 0 and row.due_at == message.due_at


async def claim(
    queue: str, now: datetime, until: datetime, *, after: str, most: int, full: Sequence[str] = ()
) -> list[ClaimedMessage]:
    async with statement() as own:
        heads = {
            subject: row for subject, row in _heads(own, queue, now).items() if not subject.startswith(tuple(full))
        }
        chosen = [heads[subject] for subject in sorted(heads) if subject > after or not after]
        found = []
        for row in [row for row in chosen if row.due_at <= now][:most]:
            if own.try_lock(_ROWS.name, row.id):
                claimed = await own.change(_ROWS, (row.id,), lambda row: _claimed(row, until))
                found.append(claimed)
        return [_told(row) for row in found if row is not None]


def _heads(own: MemoryConnection, queue: str, now: datetime) -> dict[str, _Row]:
    """The first message of each subject, leaving out those that were merely scheduled for later."""
    heads: dict[str, _Row] = {}
    for row in own.scan(_ROWS):
        if row.state == "due" and row.message.queue == queue and (row.attempts or row.due_at <= now):
            heads.setdefault(row.message.subject, row)
    return heads


def _claimed(row: _Row, until: datetime) -> _Row:
    return msgspec.structs.replace(row, due_at=until, attempts=row.attempts + 1, claim=row.claim + 1)


def _told(row: _Row) -> ClaimedMessage:
    message = row.message
    return ClaimedMessage(
        id=row.id,
        queue=message.queue,
        topic=message.topic,
        subject=message.subject,
        key=message.key,
        body=row.body,
        attempts=row.attempts,
        claim=row.claim,
        correlation_id=message.correlation_id,
    )


async def finish(message_id: int, claim: int, body: bytes, now: datetime) -> bool:
    async with statement() as own:
        row = await own.lock(_ROWS, message_id)
        if row is None or row.state != "due" or row.claim != claim:
            return False
        if row.body == body:
            changed = msgspec.structs.replace(row, state="done", finished_at=own.now(), last_error="")
        else:
            changed = msgspec.structs.replace(row, due_at=now, attempts=0, last_error="")
        await own.put(_ROWS, changed)
        return True


async def postpone(message_id: int, claim: int, due_at: datetime) -> None:
    async with statement() as own:
        row = await own.lock(_ROWS, message_id)
        if row is not None and row.state == "due" and row.claim == claim:
            await own.put(_ROWS, msgspec.structs.replace(row, due_at=due_at, attempts=max(row.attempts - 1, 0)))


async def set_back(
    message_id: int, claim: int, *, error: str, due_at: datetime, is_final: bool, now: datetime
) -> Literal["due", "dead"] | None:
    async with statement() as own:
        row = await own.lock(_ROWS, message_id)
        if row is None or row.state != "due" or row.claim != claim:
            return None
        is_dead = is_final or due_at > row.retry_until
        state: Literal["due", "dead"] = "dead" if is_dead else "due"
        finished_at = now if is_dead else None
        changed = msgspec.structs.replace(row, last_error=error, due_at=due_at, state=state, finished_at=finished_at)
        await own.put(_ROWS, changed)
        return state


async def dead_letters(limit: int) -> list[DeadLetter]:
    async with statement() as own:
        dead = [(row.finished_at, row) for row in own.scan(_ROWS) if row.state == "dead" and row.finished_at]
        newest = sorted(dead, key=lambda item: (item[0], item[1].id), reverse=True)[:limit]
        return [
            DeadLetter(
                id=row.id,
                queue=row.message.queue,
                topic=row.message.topic,
                subject=row.message.subject,
                key=row.message.key,
                attempts=row.attempts,
                last_error=row.last_error,
                created_at=row.message.created_at,
                finished_at=finished_at,
            )
            for finished_at, row in newest
        ]


async def replay(message_id: int, now: datetime, retry_until: datetime) -> str | None:
    async with statement() as own:
        row = await own.lock(_ROWS, message_id)
        if row is None or row.state != "dead":
            return None
        changed = msgspec.structs.replace(
            row, state="due", finished_at=None, attempts=0, due_at=now, retry_until=retry_until
        )
        await own.put(_ROWS, changed)
        return row.message.queue


async def waiting(queue: str) -> int:
    async with statement() as own:
        return sum(row.state == "due" and row.message.queue == queue for row in own.scan(_ROWS))


async def empty_finished(before: datetime) -> int:
    async with statement() as own:
        old = [
            row
            for row in own.scan(_ROWS)
            if row.state == "done" and row.finished_at is not None and row.finished_at < before and row.body
        ]
        for row in old:
            await own.put(_ROWS, msgspec.structs.replace(row, body=b""))
        return len(old)
