"""Orders between a hosted party and a peer in memory, and their numbered events each way."""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.memory import Table, statement
from federation.records import EventRecord, ReceivedEvent, SaidEvent
from federation.store.memory.rows import EVENTS_IN, EVENTS_OUT, EventInRow, EventOutRow
from federation.vocabulary.ids import PartyId


class _Row(msgspec.Struct, frozen=True):
    local_id: PartyId
    remote_id: PartyId
    order_id: str
    document: bytes
    opened_at: datetime
    last_in: int = 0
    last_out: int = 0


_CONVERSATIONS = Table[_Row]("fed_conversation", lambda row: (row.local_id, row.remote_id, row.order_id))
_EARLY = Table[EventInRow](
    "fed_event_early", lambda row: (row.local_id, row.remote_id, row.order_id, row.event.sequence), together=2
)


async def open_conversation(
    local_id: PartyId, remote_id: PartyId, order_id: str, document: bytes, now: datetime
) -> bool:
    async with statement() as own:
        known = await own.lock(_CONVERSATIONS, local_id, remote_id, order_id)
        if known is not None and known.document:
            return False
        if known is None:
            known = _Row(local_id, remote_id, order_id, document, now)
        await own.put(_CONVERSATIONS, msgspec.structs.replace(known, document=document))
        return True


async def document(local_id: PartyId, remote_id: PartyId, order_id: str) -> bytes | None:
    async with statement() as own:
        row = own.get(_CONVERSATIONS, local_id, remote_id, order_id)
        return None if row is None else row.document


async def last_in(local_id: PartyId, remote_id: PartyId, order_id: str) -> int | None:
    async with statement() as own:
        row = await own.lock(_CONVERSATIONS, local_id, remote_id, order_id)
        return None if row is None or not row.document else row.last_in


async def add_event_in(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    async with statement() as own:
        await own.add(EVENTS_IN, EventInRow(*ends, order_id, event, now))
        await own.change(
            _CONVERSATIONS, (*ends, order_id), lambda row: msgspec.structs.replace(row, last_in=event.sequence)
        )


async def received(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> ReceivedEvent | None:
    async with statement() as own:
        row = own.get(EVENTS_IN, *ends, order_id, sequence)
        return None if row is None else ReceivedEvent(row.event.event_id, row.event.body, row.received_at)


async def buffer(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    async with statement() as own:
        if own.get(_EARLY, *ends, order_id, event.sequence) is None:
            await own.put(_EARLY, EventInRow(*ends, order_id, event, now))


async def buffered_count(ends: tuple[PartyId, PartyId], order_id: str) -> int:
    async with statement() as own:
        return len(own.scan(_EARLY, *ends, order_id))


async def take_buffered(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> EventRecord | None:
    async with statement() as own:
        found = None
        for row in own.scan(_EARLY, *ends, order_id):
            if row.event.sequence <= sequence:
                found = row.event if row.event.sequence == sequence else found
                await own.delete(_EARLY, *ends, order_id, row.event.sequence)
        return found


async def next_out(local_id: PartyId, remote_id: PartyId, order_id: str, now: datetime) -> int:
    async with statement() as own:
        known = await own.lock(_CONVERSATIONS, local_id, remote_id, order_id)
        known = known or _Row(local_id, remote_id, order_id, b"", now)
        await own.put(_CONVERSATIONS, msgspec.structs.replace(known, last_out=known.last_out + 1))
        return known.last_out + 1


async def add_event_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
    async with statement() as own:
        await own.add(EVENTS_OUT, EventOutRow(*ends, order_id, event))


async def events_out(ends: tuple[PartyId, PartyId], order_id: str, from_sequence: int | None) -> list[EventRecord]:
    async with statement() as own:
        rows = own.scan(EVENTS_OUT, *ends, order_id)
        if from_sequence is None:
            chosen = [row.event for row in rows if row.acked_at is None]
        else:
            chosen = [row.event for row in rows if row.event.sequence >= from_sequence]
        return chosen[:1000]


async def orders_waiting(local_id: PartyId, remote_id: PartyId) -> list[str]:
    async with statement() as own:
        return sorted({row.order_id for row in own.scan(EVENTS_OUT, local_id, remote_id) if row.acked_at is None})


async def orders_of(ends: tuple[PartyId, PartyId], after: str, limit: int) -> list[str]:
    async with statement() as own:
        placed = sorted(row.order_id for row in own.scan(_CONVERSATIONS, *ends) if row.document)
    return [order_id for order_id in placed if order_id > after][:limit]


async def acknowledge(event_id: UUID, receipt: str, now: datetime) -> None:
    async with statement() as own:
        for row in own.scan(EVENTS_OUT):
            if row.event.event_id == event_id:
                acked_at, kept = row.acked_at or now, row.receipt or receipt
                await own.put(EVENTS_OUT, msgspec.structs.replace(row, acked_at=acked_at, receipt=kept))


async def events_of(ends: tuple[PartyId, PartyId], order_id: str, *, sent: bool, after: int, limit: int) -> list[bytes]:
    async with statement() as own:
        rows: list[EventOutRow] | list[EventInRow] = own.scan(EVENTS_IN, *ends, order_id)
        if sent:
            rows = own.scan(EVENTS_OUT, *ends, order_id)
        return [row.event.body for row in rows if row.event.sequence > after][:limit]


async def last_numbers(ends: tuple[PartyId, PartyId], order_id: str) -> tuple[int, int]:
    async with statement() as own:
        row = own.get(_CONVERSATIONS, *ends, order_id)
        return (0, 0) if row is None else (row.last_out, row.last_in)


async def restore_event_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
    async with statement() as own:
        known = next(
            (row for row in own.scan(EVENTS_OUT, *ends, order_id) if row.event.event_id == event.event_id), None
        )
        if known is None:
            await own.add(EVENTS_OUT, EventOutRow(*ends, order_id, event, now))
        elif known.acked_at is None:
            await own.put(EVENTS_OUT, msgspec.structs.replace(known, acked_at=now))
    await _advance_out(ends, order_id, event.sequence)


async def renumber_out(ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
    async with statement() as own:
        for row in own.scan(EVENTS_OUT, *ends, order_id):
            if row.event.event_id == event.event_id and row.acked_at is None:
                await own.delete(EVENTS_OUT, *ends, order_id, row.event.sequence)
                await own.add(EVENTS_OUT, msgspec.structs.replace(row, event=event))
    await _advance_out(ends, order_id, event.sequence)


async def _advance_out(ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> None:
    async with statement() as own:
        await own.change(
            _CONVERSATIONS,
            (*ends, order_id),
            lambda row: msgspec.structs.replace(row, last_out=max(row.last_out, sequence)),
        )


async def events(local_id: PartyId, remote_id: PartyId, order_id: str) -> list[SaidEvent]:
    async with statement() as own:
        ends = (local_id, remote_id, order_id)
        sent = [
            SaidEvent(sent=True, body=row.event.body, arrived_at=row.acked_at, receipt=row.receipt)
            for row in own.scan(EVENTS_OUT, *ends)
        ]
        taken = [
            SaidEvent(sent=False, body=row.event.body, arrived_at=row.received_at, receipt="")
            for row in own.scan(EVENTS_IN, *ends)
        ]
        return [*sent, *taken]
