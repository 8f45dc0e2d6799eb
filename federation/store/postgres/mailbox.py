"""Mailboxes, in PostgreSQL: rings travel by NOTIFY."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from federation.node.listening import CHANNEL, Bell, listener_of
from federation.store.ports.mailbox import MailboxAnswer, MailboxRequest
from federation.vocabulary.ids import PartyId

Ends = tuple[PartyId, PartyId]
_REQUEST = "id, number, local_id, remote_id, method, path, query, headers, body, expires_at"


async def put(request: MailboxRequest, now: datetime, *, requests_max: int, bytes_max: int) -> bool:
    row = await database.fetch_one(
        f"""
        WITH kept AS (
            INSERT INTO fed_mailbox (id, local_id, remote_id, method, path, query, headers, body, expires_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8::bytea, $9
            FROM (SELECT count(*) AS requests, coalesce(sum(octet_length(body)), 0) AS bytes FROM fed_mailbox
                  WHERE local_id = $2 AND remote_id = $3 AND answer_status IS NULL AND expires_at > $10) waiting
            WHERE requests < $11 AND bytes + octet_length($8::bytea) <= $12
            RETURNING id
        )
        SELECT pg_notify('{CHANNEL}', $13) FROM kept
        """,  # noqa: S608 - a constant
        request.id,
        request.local_id,
        request.remote_id,
        request.method,
        request.path,
        request.query,
        msgspec.json.encode(request.headers).decode(),
        request.body,
        request.expires_at,
        now,
        requests_max,
        bytes_max,
        _requests_topic((request.local_id, request.remote_id)),
    )
    return row is not None


async def waiting(ends: Ends, after: int, now: datetime, *, limit: int) -> list[MailboxRequest]:
    rows = await database.fetch(
        f"""
        SELECT {_REQUEST} FROM fed_mailbox
        WHERE local_id = $1 AND remote_id = $2 AND number > $3 AND answer_status IS NULL AND expires_at > $4
        ORDER BY number LIMIT $5
        """,  # noqa: S608 - a constant list of columns
        *ends,
        after,
        now,
        limit,
    )
    return [_request(row) for row in rows]


def _request(row: Any) -> MailboxRequest:
    return MailboxRequest(**{**dict(row), "headers": msgspec.json.decode(row["headers"], type=dict[str, str])})


async def answer(ends: Ends, request_id: UUID, answer: MailboxAnswer, now: datetime) -> bool:
    row = await database.fetch_one(
        f"""
        WITH kept AS (
            UPDATE fed_mailbox SET answer_status = $4, answer_headers = $5, answer_body = $6
            WHERE id = $1 AND local_id = $2 AND remote_id = $3 AND answer_status IS NULL AND expires_at > $7
            RETURNING id
        )
        SELECT pg_notify('{CHANNEL}', $8) FROM kept
        """,  # noqa: S608 - a constant
        request_id,
        *ends,
        answer.status,
        msgspec.json.encode(answer.headers).decode(),
        answer.body,
        now,
        _answer_topic(request_id),
    )
    return row is not None


async def take_answer(request_id: UUID) -> MailboxAnswer | None:
    row = await database.fetch_one(
        "DELETE FROM fed_mailbox WHERE id = $1 AND answer_status IS NOT NULL"
        " RETURNING answer_status, answer_headers, answer_body",
        request_id,
    )
    if row is None:
        return None
    headers = msgspec.json.decode(row["answer_headers"], type=dict[str, str])
    return MailboxAnswer(row["answer_status"], headers, row["answer_body"])


async def drop(request_id: UUID) -> None:
    await database.execute("DELETE FROM fed_mailbox WHERE id = $1", request_id)


async def forget_expired(now: datetime) -> int:
    return database.affected(await database.execute("DELETE FROM fed_mailbox WHERE expires_at <= $1", now))


async def visited(ends: Ends, now: datetime) -> None:
    await database.execute(
        "INSERT INTO fed_mailbox_visit (id, visited_at) VALUES ($1, $2)"
        " ON CONFLICT (id) DO UPDATE SET visited_at = excluded.visited_at",
        "/".join(ends),
        now,
    )


async def last_visit(ends: Ends) -> datetime | None:
    found: datetime | None = await database.fetch_value(
        "SELECT visited_at FROM fed_mailbox_visit WHERE id = $1", "/".join(ends)
    )
    return found


async def waiting_among(local_id: PartyId, after: Mapping[PartyId, int], now: datetime) -> list[PartyId]:
    rows = await database.fetch(
        """
        SELECT DISTINCT m.remote_id FROM fed_mailbox m
        JOIN unnest($2::text[], $3::bigint[]) AS w (remote_id, number) ON w.remote_id = m.remote_id
        WHERE m.local_id = $1 AND m.number > w.number AND m.answer_status IS NULL AND m.expires_at > $4
        ORDER BY m.remote_id
        """,
        local_id,
        list(after),
        list(after.values()),
        now,
    )
    return [PartyId(row["remote_id"]) for row in rows]


def requests_for(*pairs: Ends) -> AbstractAsyncContextManager[Bell]:
    return listener_of(database.current()).bell(*(_requests_topic(ends) for ends in pairs))


def answer_to(request_id: UUID) -> AbstractAsyncContextManager[Bell]:
    return listener_of(database.current()).bell(_answer_topic(request_id))


def _requests_topic(ends: Ends) -> str:
    return f"requests/{ends[0]}/{ends[1]}"


def _answer_topic(request_id: UUID) -> str:
    return f"answer/{request_id}"
