"""The outbox: every effect outside the database is first a row, written with the change that caused it.

Invariants
- A key is used once for ever: a second `enqueue` of it does nothing.
- A claimed row is leased: nobody else gets it before the lease runs out, and its handler is cut off before that.
- Within a subject of a queue, messages are delivered in the order of their ids, one at a time; a message that is
  being retried holds back those behind it, one that was merely scheduled for later or is dead does not.
- A finished row is never delivered again; what cannot succeed ends as a dead letter, kept until somebody replays it.

The queue wakes early after commit (`Database.wake`) and is swept anyway: a lost wake-up costs two seconds.
"""

import asyncio
import contextvars
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import structlog

from federation.node.database import (
    Database,
    DatabaseUsageError,
    affected,
    after_commit,
    current,
    execute,
    fetch,
    fetch_one,
    fetch_value,
    in_transaction,
    using,
)
from federation.node.logs import correlated, correlation_id
from federation.vocabulary.errors import GalleriaError

_log = structlog.get_logger(__name__)

T = TypeVar("T")

CONCURRENT_SUBJECTS_MAX = 8
RETRY_DELAY_SECONDS_MIN = 1.0
RETRY_DELAY_SECONDS_MAX = 300.0
RETRY_AFTER_SECONDS_MAX = 3600
RETRY_FOR = timedelta(days=3)
HANDLER_SHARE_OF_LEASE = 0.8
_ERROR_LENGTH_MAX = 500


class RetryLaterError(GalleriaError):
    """The effect cannot happen now; deliver the message again after a while."""

    slug = "retry-later"
    retry = "after"


class GiveUpError(GalleriaError):
    """The effect can never happen; keep the message as a dead letter."""

    slug = "gave-up"


class LeaseLostError(RetryLaterError):
    """The message was finished or taken over by somebody else meanwhile: undo what was just done for it."""

    slug = "lease-lost"


class Message(msgspec.Struct, frozen=True):
    """One delivery of a row. `claim` is the fence: only the latest claim may finish the row."""

    id: int
    queue: str
    topic: str
    subject: str
    key: str
    body: bytes
    attempts: int
    claim: int
    correlation_id: str

    def read(self, kind: type[T]) -> T:
        """The body as the Struct it was enqueued as; raises GiveUpError when it does not fit."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except msgspec.ValidationError as error:
            raise GiveUpError(f"message {self.id} ({self.topic}) cannot be read: {error}") from error

    async def done(self) -> None:
        """Finish the row in the handler's own transaction, with the effect. Raises LeaseLostError when taken over."""
        if not in_transaction():
            raise DatabaseUsageError("done() belongs into the transaction of the effect")
        if not await _finish(self):
            raise LeaseLostError(f"message {self.id} ({self.topic}) is no longer ours")


Handler = Callable[[Message], Awaitable[None]]
"""Called outside a transaction; may be called more than once for the same message, so it must be idempotent."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A message nobody will try again unless it is replayed."""

    id: int
    queue: str
    topic: str
    subject: str
    key: str
    attempts: int
    last_error: str
    created_at: datetime
    finished_at: datetime


async def enqueue(
    topic: str,
    subject: str,
    body: msgspec.Struct,
    *,
    key: str,
    queue: str,
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Write an effect into the caller's transaction; False when `key` was used before. Wakes the queue after commit."""
    if not in_transaction():
        raise DatabaseUsageError("enqueue() belongs into the transaction of the change that causes the effect")
    row = await fetch_one(
        """
        INSERT INTO node_outbox (key, queue, topic, subject, body, due_at, created_at, retry_until, correlation_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING RETURNING id
        """,
        key,
        queue,
        topic,
        subject,
        msgspec.json.encode(body),
        due_at or now,
        now,
        (due_at or now) + RETRY_FOR,
        correlation_id(),
    )
    if row is None:
        return False
    if due_at is None or due_at <= now:
        wake = current().wake
        after_commit(lambda: wake(queue))
    return True


_CLAIM = """
WITH head AS MATERIALIZED (
    SELECT message.id FROM node_outbox AS message
    WHERE message.queue = $1 AND message.state = 'due' AND message.due_at <= $2 AND NOT EXISTS (
        SELECT FROM node_outbox AS earlier
        WHERE earlier.queue = message.queue AND earlier.subject = message.subject AND earlier.state = 'due'
            AND earlier.id < message.id AND (earlier.attempts > 0 OR earlier.due_at <= $2)
    )
    ORDER BY message.due_at, message.id LIMIT 1 FOR UPDATE OF message SKIP LOCKED
)
UPDATE node_outbox AS message SET due_at = $3, attempts = attempts + 1, claim = claim + 1
FROM head WHERE message.id = head.id
RETURNING message.id, queue, topic, subject, key, body, attempts, claim, correlation_id
"""


async def _finish(message: Message) -> bool:
    tag = await execute(
        "UPDATE node_outbox SET state = 'done', finished_at = clock_timestamp(), last_error = ''"
        " WHERE id = $1 AND claim = $2 AND state = 'due'",
        message.id,
        message.claim,
    )
    return affected(tag) == 1


class _Drain(msgspec.Struct):
    """One run over a queue: what it may still claim, and the time as the caller sees it, moving on."""

    database: Database
    queue: str
    started_at: datetime
    started_monotonic: float
    left: int
    lease: timedelta
    handled: int = 0

    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=time.monotonic() - self.started_monotonic)

    async def claim(self) -> Message | None:
        if self.left <= 0:
            return None
        self.left -= 1
        now = self.now()
        row = await fetch_one(_CLAIM, self.queue, now, now + self.lease)
        return None if row is None else msgspec.convert(dict(row), Message)


class Outbox:
    """Delivers messages to the handlers of their topics."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)

    async def drain(self, queue: str, now: datetime, limit: int = 50, lease_seconds: float = 60) -> int:
        """Deliver what is due in `queue`, up to `limit` messages, several subjects at once; returns how many."""
        if in_transaction():
            raise DatabaseUsageError("drain() opens transactions of its own: call it outside of one")
        run = _Drain(current(), queue, now, time.monotonic(), limit, timedelta(seconds=lease_seconds))
        first = await run.claim()
        if first is None:
            return 0
        async with asyncio.TaskGroup() as group:
            for message in (first, *[None] * (CONCURRENT_SUBJECTS_MAX - 1)):
                group.create_task(self._deliver_all(run, message), context=contextvars.Context())
        return run.handled

    async def _deliver_all(self, run: _Drain, message: Message | None) -> None:
        with using(run.database):
            message = message or await run.claim()
            while message is not None:
                with correlated(message.correlation_id or f"message-{message.id}"):
                    await self._deliver(run, message)
                run.handled += 1
                message = await run.claim()

    async def _deliver(self, run: _Drain, message: Message) -> None:
        try:
            handler = self._handlers.get(message.topic, _nobody)
            async with asyncio.timeout(run.lease.total_seconds() * HANDLER_SHARE_OF_LEASE):
                await handler(message)
        except GalleriaError as error:
            await _set_back(run, message, error, error.detail)
        except TimeoutError:
            await _set_back(run, message, None, "took longer than its lease allows")
        except Exception as error:  # noqa: BLE001 - an edge: a mistake of ours in one message stops no other
            _log.exception("message_failed", topic=message.topic, subject=message.subject, id=message.id)
            await _set_back(run, message, None, repr(error))
        else:
            await _finish(message)


async def _nobody(message: Message) -> None:
    raise RetryLaterError(f"nobody here handles the topic {message.topic!r}")


async def _set_back(run: _Drain, message: Message, error: GalleriaError | None, detail: str) -> None:
    """Schedule the next attempt, or bury the message when there will be none."""
    now = run.now()
    delay = _retry_delay_seconds(message.attempts, error)
    is_final = error is not None and error.retry == "never"
    tag = await execute(
        """
        UPDATE node_outbox SET last_error = $3, due_at = $4,
            state = CASE WHEN $5 OR $4 > retry_until THEN 'dead' ELSE 'due' END,
            finished_at = CASE WHEN $5 OR $4 > retry_until THEN $6::timestamptz END
        WHERE id = $1 AND claim = $2 AND state = 'due'
        """,
        message.id,
        message.claim,
        detail[:_ERROR_LENGTH_MAX],
        now + timedelta(seconds=delay),
        is_final,
        now,
    )
    if affected(tag):
        _log.warning(
            "message_dead" if is_final else "message_set_back",
            topic=message.topic,
            subject=message.subject,
            id=message.id,
            attempts=message.attempts,
            reason=detail[:_ERROR_LENGTH_MAX],
        )


def _retry_delay_seconds(attempts: int, error: GalleriaError | None) -> float:
    """Full jitter between one second and a ceiling that doubles with each attempt, at least what was asked for."""
    ceiling = min(RETRY_DELAY_SECONDS_MAX, 2.0 ** min(attempts, 16))
    delay = random.uniform(RETRY_DELAY_SECONDS_MIN, ceiling)  # noqa: S311 - spreads load, keeps no secret
    asked = error.retry_after_seconds if error is not None else None
    return max(delay, min(asked or 0, RETRY_AFTER_SECONDS_MAX))


async def dead_letters(limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters first."""
    rows = await fetch(
        "SELECT id, queue, topic, subject, key, attempts, last_error, created_at, finished_at"
        " FROM node_outbox WHERE state = 'dead' ORDER BY finished_at DESC LIMIT $1",
        limit,
    )
    return [msgspec.convert(dict(row), DeadLetter) for row in rows]


async def replay(message_id: int, now: datetime) -> bool:
    """Give a dead letter its three days anew; False when there is no such dead letter."""
    row = await fetch_one(
        "UPDATE node_outbox SET state = 'due', finished_at = NULL, attempts = 0, due_at = $2, retry_until = $3"
        " WHERE id = $1 AND state = 'dead' RETURNING queue",
        message_id,
        now,
        now + RETRY_FOR,
    )
    if row is None:
        return False
    queue, wake = row["queue"], current().wake
    after_commit(lambda: wake(queue))
    return True


async def waiting(queue: str) -> int:
    """How many messages of `queue` are not finished yet, whether due, leased or scheduled."""
    return int(await fetch_value("SELECT count(*) FROM node_outbox WHERE queue = $1 AND state = 'due'", queue))


async def forget_finished(now: datetime, older_than: timedelta = timedelta(days=30)) -> Any:
    """Empty the bodies of messages finished long ago; their keys stay, so that none is ever used twice."""
    return await execute(
        "UPDATE node_outbox SET body = ''::bytea WHERE state = 'done' AND finished_at < $1 AND body <> ''::bytea",
        now - older_than,
    )
