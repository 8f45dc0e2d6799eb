"""Queries over orders between a hosted party and a peer, and their numbered events each way."""

from datetime import datetime
from uuid import UUID

from federation.node import database
from federation.records import EventRecord, ReceivedEvent, SaidEvent
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


async def received(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> ReceivedEvent | None:
    row = await database.fetch_one(
        """
        SELECT event_id, body, received_at FROM fed_event_in
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3 AND sequence = $4
        """,
        *ends,
        order_id,
        sequence,
    )
    return None if row is None else ReceivedEvent(**dict(row))


async def buffer(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_event_early (event_id, local_id, remote_id, order_id, sequence, body, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (local_id, remote_id, order_id, sequence) DO NOTHING
        """,
        event.event_id,
        *ends,
        order_id,
        event.sequence,
        event.body,
        now,
    )


async def buffered_count(ends: tuple[PartyId, PartyId], order_id: str) -> int:
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM fed_event_early WHERE local_id = $1 AND remote_id = $2 AND order_id = $3",
            *ends,
            order_id,
        )
    )


async def take_buffered(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> EventRecord | None:
    rows = await database.fetch(
        """
        DELETE FROM fed_event_early WHERE local_id = $1 AND remote_id = $2 AND order_id = $3 AND sequence <= $4
        RETURNING event_id, sequence, body
        """,
        *ends,
        order_id,
        sequence,
    )
    return next((EventRecord(**dict(row)) for row in rows if row["sequence"] == sequence), None)


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


async def orders_of(ends: tuple[PartyId, PartyId], after: str, limit: int) -> list[str]:
    rows = await database.fetch(
        "SELECT order_id FROM fed_conversation WHERE local_id = $1 AND remote_id = $2 AND document <> '' "
        "AND order_id > $3 ORDER BY order_id LIMIT $4",
        *ends,
        after,
        limit,
    )
    return [row["order_id"] for row in rows]


async def acknowledge(event_id: UUID, receipt: str, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_event_out
        SET acked_at = coalesce(acked_at, $2), receipt = CASE receipt WHEN '' THEN $3 ELSE receipt END
        WHERE event_id = $1
        """,
        event_id,
        now,
        receipt,
    )


async def events_of(ends: tuple[PartyId, PartyId], order_id: str, *, sent: bool, after: int, limit: int) -> list[bytes]:
    table = "fed_event_out" if sent else "fed_event_in"
    rows = await database.fetch(
        f"""
        SELECT body FROM {table} WHERE local_id = $1 AND remote_id = $2 AND order_id = $3 AND sequence > $4
        ORDER BY sequence LIMIT $5
        """,  # noqa: S608 - one of two names of our own
        *ends,
        order_id,
        after,
        limit,
    )
    return [row["body"] for row in rows]


async def last_numbers(ends: tuple[PartyId, PartyId], order_id: str) -> tuple[int, int]:
    row = await database.fetch_one(
        "SELECT last_out, last_in FROM fed_conversation WHERE local_id = $1 AND remote_id = $2 AND order_id = $3",
        *ends,
        order_id,
    )
    return (0, 0) if row is None else (row["last_out"], row["last_in"])


async def restore_event_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_event_out (event_id, local_id, remote_id, order_id, sequence, body, acked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (event_id) DO UPDATE SET acked_at = coalesce(fed_event_out.acked_at, excluded.acked_at)
        """,
        event.event_id,
        *ends,
        order_id,
        event.sequence,
        event.body,
        now,
    )
    await _advance_out(ends, order_id, event.sequence)


async def renumber_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
    await database.execute(
        "UPDATE fed_event_out SET sequence = $2, body = $3 WHERE event_id = $1 AND acked_at IS NULL",
        event.event_id,
        event.sequence,
        event.body,
    )
    await _advance_out(ends, order_id, event.sequence)


async def _advance_out(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> None:
    await database.execute(
        """
        UPDATE fed_conversation SET last_out = greatest(last_out, $4)
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        """,
        *ends,
        order_id,
        sequence,
    )


async def events(local_id: PartyId, remote_id: PartyId, order_id: str) -> list[SaidEvent]:
    rows = await database.fetch(
        """
        SELECT true AS sent, body, acked_at AS arrived_at, receipt FROM fed_event_out
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        UNION ALL
        SELECT false, body, received_at, '' FROM fed_event_in
        WHERE local_id = $1 AND remote_id = $2 AND order_id = $3
        """,
        local_id,
        remote_id,
        order_id,
    )
    return [SaidEvent(**dict(row)) for row in rows]
