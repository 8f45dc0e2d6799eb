"""Rows of the outbox in the hands of a worker: claimed under a lease, finished, or set back for another attempt.

Invariants: only the latest claim of a row (its fence) may finish it or set it back; a claim takes the first waiting
message of a subject or none of it.
"""

import random
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from federation.node.database import DatabaseUsageError, affected, execute, fetch, fetch_value, in_transaction
from federation.vocabulary.errors import GalleriaError, RetryClass

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
        if not await finish(self):
            raise LeaseLostError(f"message {self.id} ({self.topic}) is no longer ours")


_CLAIM = """
WITH RECURSIVE line (subject) AS (
    (SELECT first.subject FROM node_outbox AS first
     WHERE first.queue = $1 AND first.state = 'due' AND first.subject {start} $4 ORDER BY first.subject LIMIT 1)
    UNION ALL
    SELECT (SELECT next.subject FROM node_outbox AS next
            WHERE next.queue = $1 AND next.state = 'due' AND next.subject > line.subject
            ORDER BY next.subject LIMIT 1)
    FROM line WHERE line.subject IS NOT NULL
), head AS MATERIALIZED (
    SELECT first.id FROM line CROSS JOIN LATERAL (
        SELECT message.id, message.due_at FROM node_outbox AS message
        WHERE message.queue = $1 AND message.state = 'due' AND message.subject = line.subject
            AND (message.attempts > 0 OR message.due_at <= $2)
        ORDER BY message.id LIMIT 1
    ) AS first
    WHERE first.due_at <= $2 LIMIT $5
), claimed AS MATERIALIZED (
    SELECT message.id FROM node_outbox AS message JOIN head ON head.id = message.id
    WHERE message.state = 'due' AND message.due_at <= $2 FOR UPDATE OF message SKIP LOCKED
)
UPDATE node_outbox AS message SET due_at = $3, attempts = attempts + 1, claim = claim + 1
FROM claimed WHERE message.id = claimed.id
RETURNING message.id, queue, topic, subject, key, body, attempts, claim, correlation_id
"""
"""Claims the first message of each of the next subjects in line, stepping from subject to subject along an index, so
that thousands of messages behind a blocked one cost nothing."""

_CLAIM_FROM_START = _CLAIM.format(start=">=")
_CLAIM_AFTER = _CLAIM.format(start=">")


async def finish(message: Message) -> bool:
    """Mark the row done; False when this claim no longer holds it."""
    tag = await execute(
        "UPDATE node_outbox SET state = 'done', finished_at = clock_timestamp(), last_error = ''"
        " WHERE id = $1 AND claim = $2 AND state = 'due'",
        message.id,
        message.claim,
    )
    return affected(tag) == 1


async def claim(queue: str, now: datetime, lease: timedelta, *, after: str, most: int) -> list[Message]:
    """Take the first due message of up to `most` subjects past `after`, leased until `now + lease`, by subject."""
    sql = _CLAIM_AFTER if after else _CLAIM_FROM_START
    rows = await fetch(sql, queue, now, now + lease, after, most)
    return sorted((msgspec.convert(dict(row), Message) for row in rows), key=lambda message: message.subject)


async def set_back(message: Message, error: GalleriaError | None, detail: str, now: datetime) -> None:
    """Schedule the next attempt, or bury the message when there will be none."""
    delay = _retry_delay_seconds(message.attempts, error)
    is_final = error is not None and error.retry == "never"
    state = await fetch_value(
        """
        UPDATE node_outbox SET last_error = $3, due_at = $4,
            state = CASE WHEN $5 OR $4 > retry_until THEN 'dead' ELSE 'due' END,
            finished_at = CASE WHEN $5 OR $4 > retry_until THEN $6::timestamptz END
        WHERE id = $1 AND claim = $2 AND state = 'due' RETURNING state
        """,
        message.id,
        message.claim,
        detail[:_ERROR_LENGTH_MAX],
        now + timedelta(seconds=delay),
        is_final,
        now,
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
    delay = random.uniform(RETRY_DELAY_SECONDS_MIN, ceiling)  # noqa: S311 - spreads load, keeps no secret
    asked = error.retry_after_seconds if error is not None else None
    return max(delay, min(asked or 0, RETRY_AFTER_SECONDS_MAX))
