"""Hearing what a peer says about an order: each number once and in order, early ones kept, every one receipted.

Invariants: events are taken in the order of their numbers, whatever the order in which they come; one taken before is
answered with the same receipt; one that is the other side's to say is kept and moves nothing; one that came early
waits in a buffer of EVENT_BUFFER_MAX, and what is missing before it is asked for; one in the buffer that cannot be
taken holds up nothing before it. An order that is revoked before it was placed stays revoked: its placing is declined.
"""

from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from federation import limits
from federation.conversations import checks, receipt
from federation.conversations.messages import OrderEvent, may_say
from federation.conversations.receipt import Acknowledgement, Receipt
from federation.documents import json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.errors import OrderUnknownError, SequenceGapError
from federation.node import outbox
from federation.node.database import atomic
from federation.node.idempotency import IdempotencyConflictError
from federation.ports import HubDesk, ShopDesk
from federation.records import EventRecord, HostedParty, ReceivedEvent
from federation.store import conversations as store
from federation.vocabulary.errors import ConflictError, GalleriaError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)

MISSING_TOPIC = "fed.missing"
QUEUE = "sync"
REVOKED = "cancelled"

Ends = tuple[PartyId, PartyId]
"""Who hears (hosted here), who speaks."""


class MissingDue(msgspec.Struct, frozen=True):
    """The outbox's note that a peer has told more of an order than we have heard."""

    local_id: PartyId
    remote_id: PartyId
    order_id: str


async def hear(desk: ShopDesk | HubDesk, receiver: HostedParty, sender: PartyId, data: bytes, now: datetime) -> bytes:
    """Take an event as it came and answer it: a receipt, or the number that is missing before it.

    In the caller's transaction. Raises OrderUnknownError, SequenceGapError when the buffer is full, ConflictError when
    another event was taken under this number, RecordInvalidError for what is no event.
    """
    ends = (receiver.id, sender)
    event = checks.read(data, OrderEvent)
    taken = await take(desk, ends, data, now)
    if taken is None:
        wanted = (await store.last_in(*ends, event.order_id) or 0) + 1
        return json.encode(Acknowledgement(sequence=event.sequence, expected=wanted))
    signed = Receipt(
        from_=sender,
        to=receiver.id,
        order=event.order_id,
        sequence=event.sequence,
        event=event.id,
        sha256=receipt.digest(taken.body),
        at=text_of(taken.received_at),
    )
    note = receipt.sign(signed, SigningKey.from_seed(receiver.sign_seed))
    return json.encode(Acknowledgement(sequence=event.sequence, receipt=note))


async def take(desk: ShopDesk | HubDesk, ends: Ends, data: bytes, now: datetime) -> ReceivedEvent | None:
    """Take an event, and those that waited for it; None when one before it is missing. As `hear` otherwise."""
    event = checks.read(data, OrderEvent)
    last = await store.last_in(*ends, event.order_id)
    if last is None:
        return await _take_unplaced(ends, event, data, now)
    if event.sequence <= last:
        return await _known(ends, event, data)
    if event.sequence > last + 1:
        await _keep_early(ends, event, data, last, now)
        return None
    await _take_next(desk, ends, (event, data), now)
    await _take_waiting(desk, ends, event, now)
    return ReceivedEvent(UUID(event.id), data, now)


async def _take_next(desk: ShopDesk | HubDesk, ends: Ends, came: tuple[OrderEvent, bytes], now: datetime) -> None:
    event, data = came
    if may_say(ends[1], event.kind):
        await desk.order_event(*ends, event, now)
    await store.add_event_in(ends, event.order_id, EventRecord(UUID(event.id), event.sequence, data), now)


async def _take_waiting(desk: ShopDesk | HubDesk, ends: Ends, after: OrderEvent, now: datetime) -> None:
    """Take what follows in the buffer, each by itself.

    One that is refused is forgotten: it has no receipt, so its sender tells it again in its turn, hears then what is
    wrong with it, and has it among its dead letters.
    """
    sequence = after.sequence
    try:
        while await _take_one(desk, ends, (after.order_id, sequence + 1), now):
            sequence += 1
    except GalleriaError as error:
        await store.take_buffered(ends, after.order_id, sequence + 1)
        _log.warning(
            "early_event_refused",
            order=after.order_id,
            sequence=sequence + 1,
            sender=ends[1],
            slug=error.slug,
            detail=error.detail,
        )


async def _take_one(desk: ShopDesk | HubDesk, ends: Ends, place: tuple[str, int], now: datetime) -> bool:
    """Take the waiting event of an order's number with its effects, or nothing of it; False when none waits."""
    async with atomic():
        waiting = await store.take_buffered(ends, *place)
        if waiting is None:
            return False
        await _take_next(desk, ends, (checks.read(waiting.body, OrderEvent), waiting.body), now)
        return True


async def _known(ends: Ends, event: OrderEvent, data: bytes) -> ReceivedEvent:
    known = await store.received(ends, event.order_id, event.sequence)
    if known is None or known.event_id != UUID(event.id):
        other = "another one" if known is None else str(known.event_id)
        raise ConflictError(f"event {event.sequence} of order {event.order_id} was another one: {other}")
    if known.body != data:
        raise IdempotencyConflictError(f"event {event.id} was told before in other words")
    return known


async def _keep_early(ends: Ends, event: OrderEvent, data: bytes, last: int, now: datetime) -> None:
    if await store.buffered_count(ends, event.order_id) >= limits.EVENT_BUFFER_MAX:
        raise SequenceGapError(
            f"event {event.sequence} of order {event.order_id} came, {last + 1} is wanted next", expected=last + 1
        )
    await store.buffer(ends, event.order_id, EventRecord(UUID(event.id), event.sequence, data), now)
    due = MissingDue(*ends, event.order_id)
    key = f"{MISSING_TOPIC}:{ends[0]}:{ends[1]}:{event.order_id}:{last + 1}"
    await outbox.enqueue(MISSING_TOPIC, f"{ends[0]}:{ends[1]}:{event.order_id}", due, key=key, queue=QUEUE, now=now)


async def _take_unplaced(ends: Ends, event: OrderEvent, data: bytes, now: datetime) -> ReceivedEvent:
    """An event that overtook its order waits, but a revocation is final: the order will be declined when it comes."""
    if event.kind != REVOKED or event.sequence != 1:
        raise OrderUnknownError(f"no order {event.order_id} has been placed between {ends[1]} and {ends[0]}")
    if await store.received(ends, event.order_id, 1) is not None:
        return await _known(ends, event, data)
    await store.open_conversation(*ends, event.order_id, b"", now)
    await store.add_event_in(ends, event.order_id, EventRecord(UUID(event.id), 1, data), now)
    return ReceivedEvent(UUID(event.id), data, now)


async def was_revoked(ends: Ends, order_id: str) -> bool:
    """Whether the peer took an order back before it came."""
    first = await store.received(ends, order_id, 1)
    return first is not None and checks.read(first.body, OrderEvent).kind == REVOKED
