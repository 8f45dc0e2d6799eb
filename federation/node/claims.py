"""Rows of the outbox in the hands of a worker: claimed under a lease, finished, or set back for another attempt.

Invariants: only the latest claim of a row (its fence) may finish it or set it back; a claim takes the first waiting
message of a subject or none of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from federation.node import clock
from federation.node.store import messages
from federation.node.store.ports import ClaimedMessage
from federation.node.transactions import DatabaseUsageError, in_transaction
from federation.vocabulary.errors import GalleriaError, RetryClass
from federation.vocabulary.ids import any_between

_log = structlog.get_logger(__name__)

T = TypeVar("T")

RETRY_DELAY_SECONDS_MIN = 1.0
RETRY_DELAY_SECONDS_MAX = 300.0
RETRY_AFTER_SECONDS_MAX = 3600
_ERROR_LENGTH_MAX = 500


class RetryLaterError(GalleriaError):
    """The effect cannot happen now; deliver the message again after a while."""

    slug = "retry-later"
    retry: RetryClass = "after"


class NotYetError(GalleriaError):
    """The effect must wait for its moment, in `seconds`: deliver the message then. That is no failure of it."""

    slug = "not-yet"
    retry: RetryClass = "after"

    def __init__(self, detail: str, seconds: float) -> None:
        super().__init__(detail, retry_after_seconds=int(seconds) + 1)
        self.seconds = seconds


class GiveUpError(GalleriaError):
    """The effect can never happen; keep the message as a dead letter."""

    slug = "gave-up"


class LeaseLostError(RetryLaterError):
    """The message was finished or taken over by somebody else meanwhile: undo what was just done for it."""

    slug = "lease-lost"


class Message(ClaimedMessage, frozen=True):
    """One delivery of a row, as its handler sees it."""

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
        if not await finish(self, clock.now()):
            raise LeaseLostError(f"message {self.id} ({self.topic}) is no longer ours")


async def finish(message: Message, now: datetime) -> bool:
    """Mark the row done, or due anew if it was armed again meanwhile; False when this claim no longer holds it."""
    return await messages.finish(message.id, message.claim, message.body, now)


async def claim(
    queue: str, now: datetime, lease: timedelta, *, after: str, most: int, full: Sequence[str] = ()
) -> list[Message]:
    """Take the first due message of up to `most` subjects past `after`, leased until `now + lease`, by subject.

    Subjects that begin with one of `full` are passed over.
    """
    found = await messages.claim(queue, now, now + lease, after=after, most=most, full=full)
    return [msgspec.convert(item, Message, from_attributes=True) for item in found]


async def postpone(message: Message, error: NotYetError, now: datetime) -> None:
    """Let the message wait for its moment as if it had not been claimed."""
    await messages.postpone(message.id, message.claim, now + timedelta(seconds=error.seconds))


async def set_back(message: Message, error: GalleriaError | None, detail: str, now: datetime) -> None:
    """Schedule the next attempt, or bury the message when there will be none."""
    delay = _retry_delay_seconds(message.attempts, error)
    is_final = error is not None and error.retry == "never"
    state = await messages.set_back(
        message.id,
        message.claim,
        error=detail[:_ERROR_LENGTH_MAX],
        due_at=now + timedelta(seconds=delay),
        is_final=is_final,
        now=now,
    )
    if state is not None:
        _log.warning(
            "message_dead" if state == "dead" else "message_set_back",
            topic=message.topic,
            subject=message.subject,
            id=message.id,
            attempts=message.attempts,
            reason=detail[:_ERROR_LENGTH_MAX],
        )


def _retry_delay_seconds(attempts: int, error: GalleriaError | None) -> float:
    """Full jitter between one second and a ceiling that doubles with each attempt, at least what was asked for."""
    ceiling = min(RETRY_DELAY_SECONDS_MAX, 2.0 ** min(attempts, 16))
    delay = any_between(RETRY_DELAY_SECONDS_MIN, ceiling)
    asked = error.retry_after_seconds if error is not None else None
    return max(delay, min(asked or 0, RETRY_AFTER_SECONDS_MAX))
