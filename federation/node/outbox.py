"""The outbox: every effect outside the database is first a row, written with the change that caused it.

Invariants
- A key is used once for ever: a second `enqueue` of it does nothing.
- A claimed row is leased: nobody else gets it before the lease runs out, and its handler is cut off before that.
- Within a subject of a queue, messages are delivered in the order of their ids, one at a time; a message that is
  being retried holds back those behind it, one that was merely scheduled for later or is dead does not.
- What merely waits for its moment (`NotYetError`) gives up its turn, counts as no failure and is delivered then.
- A finished row is never delivered again unless it is armed again (`rearm`: one row for work that recurs, such as
  telling the newest of what changes all the time); what cannot succeed ends as a dead letter, kept until replayed.

The queue wakes early after commit (`Database.wake`) and is swept anyway: a lost wake-up costs two seconds.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import msgspec
import structlog

from federation.node import claims
from federation.node.claims import GiveUpError, LeaseLostError, Message, NotYetError, RetryLaterError
from federation.node.database import (
    Database,
    DatabaseUsageError,
    after_commit,
    current,
    in_transaction,
    using,
)
from federation.node.logs import correlated, correlation_id
from federation.node.store import messages
from federation.node.store.ports import DeadLetter, NewMessage
from federation.vocabulary.errors import GalleriaError

_log = structlog.get_logger(__name__)

__all__ = [
    "DeadLetter",
    "GiveUpError",
    "Handler",
    "LeaseLostError",
    "Message",
    "NotYetError",
    "Outbox",
    "RetryLaterError",
    "dead_letters",
    "enqueue",
    "forget_finished",
    "rearm",
    "replay",
    "waiting",
]

CONCURRENT_SUBJECTS_MAX = 8
RETRY_FOR = timedelta(days=3)
HANDLER_SHARE_OF_LEASE = 0.8


Handler = Callable[[Message], Awaitable[None]]
"""Called outside a transaction; may be called more than once for the same message, so it must be idempotent."""


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
    if not await messages.add(_new(topic, subject, body, (key, queue), (due_at or now, now))):
        return False
    if due_at is None or due_at <= now:
        _wake_later(queue)
    return True


async def rearm(topic: str, subject: str, body: msgspec.Struct, *, key: str, queue: str, now: datetime) -> None:
    """Write recurring work into the caller's transaction: one row per key, delivered again after its last `rearm`.

    However often it is armed while it waits or is being delivered, one further delivery follows, with the newest body.
    """
    if not in_transaction():
        raise DatabaseUsageError("rearm() belongs into the transaction of the change that causes the effect")
    if await messages.rearm(_new(topic, subject, body, (key, queue), (now, now))):
        _wake_later(queue)


def _new(
    topic: str, subject: str, body: msgspec.Struct, place: tuple[str, str], times: tuple[datetime, datetime]
) -> NewMessage:
    (key, queue), (due_at, now) = place, times
    return NewMessage(
        key=key,
        queue=queue,
        topic=topic,
        subject=subject,
        body=msgspec.json.encode(body),
        due_at=due_at,
        created_at=now,
        retry_until=due_at + RETRY_FOR,
        correlation_id=correlation_id(),
    )


def _wake_later(queue: str) -> None:
    wake = current().wake
    after_commit(lambda: wake(queue))


class _Claimed(msgspec.Struct, frozen=True):
    """A message and when, by the loop's clock, its handler must be done: some time before its lease runs out."""

    message: Message
    until: float


class _Drain:
    """One run over a queue: what it may still claim, what it has claimed ahead, and the caller's time moving on."""

    def __init__(self, queue: str, now: datetime, limit: int, lease: timedelta, after: str) -> None:
        self.lease = lease
        self.after = after
        self.handled = 0
        self._queue = queue
        self._started_at = now
        self._started_monotonic = asyncio.get_running_loop().time()
        self._left = limit
        self._ready: deque[_Claimed] = deque()
        self._nothing_at: int | None = None
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        """The caller's `now` and the time that has passed since."""
        return self._started_at + timedelta(seconds=asyncio.get_running_loop().time() - self._started_monotonic)

    async def next(self) -> "_Claimed | None":
        """A message to deliver, or None when nothing is due or the limit is reached."""
        async with self._turn:
            if not self._ready and self._left > 0 and self._nothing_at != self.handled:
                looked_at = self.handled
                found = await self._claim(self.after) if self.after else []
                found = found or await self._claim("")
                self._left -= len(found)
                self._ready.extend(found)
                self._nothing_at = None if found else looked_at
            return self._ready.popleft() if self._ready else None

    async def _claim(self, after: str) -> "list[_Claimed]":
        most = min(self._left, CONCURRENT_SUBJECTS_MAX)
        until = asyncio.get_running_loop().time() + self.lease.total_seconds() * HANDLER_SHARE_OF_LEASE
        messages = await claims.claim(self._queue, self.now(), self.lease, after=after, most=most)
        self.after = messages[-1].subject if messages else ""
        return [_Claimed(message, until) for message in messages]


class Outbox:
    """Delivers messages to the handlers of their topics; subjects take turns from one drain to the next."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        self._after: dict[str, str] = {}
        self._moments: dict[str, float] = {}

    async def drain(self, queue: str, now: datetime, limit: int = 50, lease_seconds: float = 60) -> int:
        """Deliver what is due in `queue`, up to `limit` messages, several subjects at once; returns how many."""
        if in_transaction():
            raise DatabaseUsageError("drain() opens transactions of its own: call it outside of one")
        run = _Drain(queue, now, limit, timedelta(seconds=lease_seconds), self._after.get(queue, ""))
        first = await run.next()
        if first is None:
            return 0
        database = current()
        async with asyncio.TaskGroup() as group:
            for claimed in (first, *[None] * (CONCURRENT_SUBJECTS_MAX - 1)):
                group.create_task(self._deliver_all(database, run, claimed))
        self._after[queue] = run.after
        return run.handled

    async def _deliver_all(self, database: Database, run: _Drain, claimed: _Claimed | None) -> None:
        with using(database):
            claimed = claimed or await run.next()
            while claimed is not None:
                await self.deliver(claimed.message, claimed.until, run.now)
                run.handled += 1
                claimed = await run.next()

    def next_moment(self, queue: str) -> float | None:
        """In how many seconds, when last looked at, the first message comes that gave up its turn; asked once."""
        return self._moments.pop(queue, None)

    async def deliver(self, message: Message, until: float, now: Callable[[], datetime]) -> None:
        """Hand a claimed message to its handler, cut off at `until` of the loop's clock, and keep what came of it."""
        with correlated(message.correlation_id or f"message-{message.id}"):
            try:
                handler = self._handlers.get(message.topic, _nobody)
                async with asyncio.timeout_at(until):
                    await handler(message)
            except NotYetError as error:
                await claims.postpone(message, error, now())
                self._moments[message.queue] = min(error.seconds, self._moments.get(message.queue, error.seconds))
            except GalleriaError as error:
                await claims.set_back(message, error, error.detail, now())
            except TimeoutError:
                await claims.set_back(message, None, "took longer than its lease allows", now())
            except Exception as error:  # noqa: BLE001 - an edge: a mistake of ours in one message stops no other
                _log.exception("message_failed", topic=message.topic, subject=message.subject, id=message.id)
                await claims.set_back(message, None, repr(error), now())
            else:
                await claims.finish(message, now())


async def _nobody(message: Message) -> None:
    raise RetryLaterError(f"nobody here handles the topic {message.topic!r}")


async def dead_letters(limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters first."""
    return await messages.dead_letters(limit)


async def replay(message_id: int, now: datetime) -> bool:
    """Give a dead letter its three days anew; False when there is no such dead letter."""
    queue = await messages.replay(message_id, now, now + RETRY_FOR)
    if queue is None:
        return False
    named, wake = queue, current().wake
    after_commit(lambda: wake(named))
    return True


async def waiting(queue: str) -> int:
    """How many messages of `queue` are not finished yet, whether due, leased or scheduled."""
    return await messages.waiting(queue)


async def forget_finished(now: datetime, older_than: timedelta = timedelta(days=30)) -> int:
    """Empty the bodies of messages finished long ago; their keys stay, so that none is ever used twice."""
    return await messages.empty_finished(now - older_than)
