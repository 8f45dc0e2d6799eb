"""Queries over the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from federation.node.database import affected, execute, fetch, fetch_one, fetch_value
from federation.node.listening import CHANNEL
from federation.node.store.ports import ClaimedMessage, DeadLetter, NewMessage
from federation.node.wake import topic_of

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
    WHERE first.due_at <= $2 AND NOT EXISTS (
        SELECT 1 FROM unnest($6::text[]) AS taken (beginning) WHERE starts_with(line.subject, taken.beginning)
    ) LIMIT $5
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


async def add(message: NewMessage) -> bool:
    row = await fetch_one(
        """
        INSERT INTO node_outbox (key, queue, topic, subject, body, due_at, created_at, retry_until, correlation_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING RETURNING id
        """,
        message.key,
        message.queue,
        message.topic,
        message.subject,
        message.body,
        message.due_at,
        message.created_at,
        message.retry_until,
        message.correlation_id,
    )
    return row is not None


async def rearm(message: NewMessage) -> bool:
    return bool(
        await fetch_value(
            """
            INSERT INTO node_outbox AS kept
                (key, queue, topic, subject, body, due_at, created_at, retry_until, correlation_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (key) DO UPDATE SET body = excluded.body, state = 'due', finished_at = NULL,
                queue = excluded.queue, correlation_id = excluded.correlation_id,
                due_at = CASE kept.state WHEN 'due' THEN kept.due_at ELSE excluded.due_at END,
                attempts = CASE kept.state WHEN 'due' THEN kept.attempts ELSE 0 END,
                retry_until = CASE kept.state WHEN 'due' THEN kept.retry_until ELSE excluded.retry_until END
            RETURNING CASE WHEN attempts = 0 AND due_at = $6 THEN pg_notify($10, $11) IS NOT NULL ELSE false END
            """,
            message.key,
            message.queue,
            message.topic,
            message.subject,
            message.body,
            message.due_at,
            message.created_at,
            message.retry_until,
            message.correlation_id,
            CHANNEL,
            topic_of(message.queue),
        )
    )


async def claim(
    queue: str, now: datetime, until: datetime, *, after: str, most: int, full: Sequence[str] = ()
) -> list[ClaimedMessage]:
    sql = _CLAIM_AFTER if after else _CLAIM_FROM_START
    rows = await fetch(sql, queue, now, until, after, most, list(full))
    return sorted((msgspec.convert(dict(row), ClaimedMessage) for row in rows), key=lambda found: found.subject)


async def finish(message_id: int, claim: int, body: bytes, now: datetime) -> bool:
    tag = await execute(
        """
        UPDATE node_outbox SET last_error = '',
            state = CASE WHEN body = $3 THEN 'done' ELSE 'due' END,
            finished_at = CASE WHEN body = $3 THEN clock_timestamp() END,
            due_at = CASE WHEN body = $3 THEN due_at ELSE $4 END,
            attempts = CASE WHEN body = $3 THEN attempts ELSE 0 END
        WHERE id = $1 AND claim = $2 AND state = 'due'
        """,
        message_id,
        claim,
        body,
        now,
    )
    return affected(tag) == 1


async def postpone(message_id: int, claim: int, due_at: datetime) -> None:
    await execute(
        "UPDATE node_outbox SET due_at = $3, attempts = greatest(attempts - 1, 0)"
        " WHERE id = $1 AND claim = $2 AND state = 'due'",
        message_id,
        claim,
        due_at,
    )


async def set_back(
    message_id: int, claim: int, *, error: str, due_at: datetime, is_final: bool, now: datetime
) -> Literal["due", "dead"] | None:
    state: Literal["due", "dead"] | None = await fetch_value(
        """
        UPDATE node_outbox SET last_error = $3, due_at = $4,
            state = CASE WHEN $5 OR $4 > retry_until THEN 'dead' ELSE 'due' END,
            finished_at = CASE WHEN $5 OR $4 > retry_until THEN $6::timestamptz END
        WHERE id = $1 AND claim = $2 AND state = 'due' RETURNING state
        """,
        message_id,
        claim,
        error,
        due_at,
        is_final,
        now,
    )
    return state


async def dead_letters(limit: int) -> list[DeadLetter]:
    rows = await fetch(
        "SELECT id, queue, topic, subject, key, attempts, last_error, created_at, finished_at"
        " FROM node_outbox WHERE state = 'dead' ORDER BY finished_at DESC LIMIT $1",
        limit,
    )
    return [msgspec.convert(dict(row), DeadLetter) for row in rows]


async def replay(message_id: int, now: datetime, retry_until: datetime) -> str | None:
    queue: str | None = await fetch_value(
        "UPDATE node_outbox SET state = 'due', finished_at = NULL, attempts = 0, due_at = $2, retry_until = $3"
        " WHERE id = $1 AND state = 'dead' RETURNING queue",
        message_id,
        now,
        retry_until,
    )
    return queue


async def waiting(queue: str) -> int:
    return int(await fetch_value("SELECT count(*) FROM node_outbox WHERE queue = $1 AND state = 'due'", queue))


async def empty_finished(before: datetime) -> int:
    tag = await execute(
        "UPDATE node_outbox SET body = ''::bytea WHERE state = 'done' AND finished_at < $1 AND body <> ''::bytea",
        before,
    )
    return affected(tag)
