"""Queries over orders between a hosted party and a peer, and their numbered events each way."""

from datetime import datetime
from uuid import UUID

from federation.node import database
from federation.records import EventRecord
from federation.vocabulary.ids import PartyId


async def open_conversation(
    local_id: PartyId, remote_id: PartyId, order_id: str, document: bytes, now: datetime
) -> bool:
    tag = await database.execute(
        """
        INSERT INTO fed_conversation (local_id, remote_id, order_id, document, opened_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (local_id, remote_id, order_id) DO UPDATE SET document = excluded.document
        WHERE fed_conversation.document = ''::bytea
        """,
        local_id,
        remote_id,
        order_id,
        document,
        now,
    )
    return database.affected(tag) == 1


async def document(local_id: PartyId, remote_id: PartyId, order_id: str) -> bytes | None:
    value: bytes | None = await database.fetch_value(
        "SELECT document FROM fed_conversation WHERE local_id = $1 AND remote_id = $2 AND order_id = $3",
        local_id,
        remote_id,
        order_id,
    )
    return value


async def last_in(local_id: PartyId, remote_id: PartyId, order_id: str) -> int | None:
    value: int | None = await database.fetch_value(
        """
        SELECT last_in FROM fed_conversation
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3 AND document <> ''::bytea FOR UPDATE
        """,
        local_id,
        remote_id,
        order_id,
    )
    return value


async def add_event_in(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_event_in (event_id, local_id, remote_id, order_id, sequence, body, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        event.event_id,
        *ends,
        order_id,
        event.sequence,
        event.body,
        now,
    )
    await database.execute(
        """
        UPDATE fed_conversation SET last_in = $4 WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        """,
        *ends,
        order_id,
        event.sequence,
    )


async def event_in_id(local_id: PartyId, remote_id: PartyId, order_id: str, sequence: int) -> UUID | None:
    value: UUID | None = await database.fetch_value(
        """
        SELECT event_id FROM fed_event_in
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3 AND sequence = $4
        """,
        local_id,
        remote_id,
        order_id,
        sequence,
    )
    return value


async def next_out(local_id: PartyId, remote_id: PartyId, order_id: str, now: datetime) -> int:
    return int(
        await database.fetch_value(
            """
            INSERT INTO fed_conversation (local_id, remote_id, order_id, document, last_out, opened_at)
            VALUES ($1, $2, $3, '', 1, $4)
            ON CONFLICT (local_id, remote_id, order_id) DO UPDATE SET last_out = fed_conversation.last_out + 1
            RETURNING last_out
            """,
            local_id,
            remote_id,
            order_id,
            now,
        )
    )


async def add_event_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
    await database.execute(
        """
        INSERT INTO fed_event_out (event_id, local_id, remote_id, order_id, sequence, body)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        event.event_id,
        *ends,
        order_id,
        event.sequence,
        event.body,
    )


async def events_out(ends: tuple[PartyId, PartyId], order_id: str, from_sequence: int | None) -> list[EventRecord]:
    rows = await database.fetch(
        """
        SELECT event_id, sequence, body FROM fed_event_out
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
          AND CASE WHEN $4::bigint IS NULL THEN acked_at IS NULL ELSE sequence >= $4 END
        ORDER BY sequence LIMIT 1000
        """,
        *ends,
        order_id,
        from_sequence,
    )
    return [EventRecord(**dict(row)) for row in rows]


async def orders_waiting(local_id: PartyId, remote_id: PartyId) -> list[str]:
    rows = await database.fetch(
        """
        SELECT DISTINCT order_id FROM fed_event_out
        WHERE local_id = $1 AND remote_id = $2 AND acked_at IS NULL ORDER BY order_id
        """,
        local_id,
        remote_id,
    )
    return [row["order_id"] for row in rows]


async def acknowledge(event_id: UUID, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_event_out SET acked_at = $2 WHERE event_id = $1 AND acked_at IS NULL", event_id, now
    )


async def events(local_id: PartyId, remote_id: PartyId, order_id: str) -> list[tuple[bool, bytes, datetime | None]]:
    rows = await database.fetch(
        """
        SELECT true AS sent, body, acked_at AS arrived_at FROM fed_event_out
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        UNION ALL
        SELECT false, body, received_at FROM fed_event_in
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        """,
        local_id,
        remote_id,
        order_id,
    )
    return [(row["sent"], row["body"], row["arrived_at"]) for row in rows]
