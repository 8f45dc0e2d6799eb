"""Orders between a hub and a shop: placing one, and its events in an unbroken sequence each way.

Invariants: an event is numbered in the transaction that caused it and sent until acknowledged; the receipt that the
receiver signs for it is kept as evidence; when the receiver names the number it misses, sending goes on from there. How
events are received is `order_events`; what is done when one side has forgotten, `order_record`.
"""

from datetime import datetime

import msgspec

from federation.conversations import checks
from federation.conversations import receipt as receipts
from federation.conversations.messages import EventBody, OrderEvent, ShopOrder
from federation.conversations.receipt import Acknowledgement
from federation.documents import json
from federation.documents.times import text_of
from federation.errors import OrderDeclinedError, SequenceGapError
from federation.node import outbox
from federation.node.claims import RetryLaterError
from federation.node.database import atomic
from federation.ports import ShopDesk
from federation.records import EventRecord
from federation.service import peers
from federation.service.calls import JSON_TYPE, PeerAnswer, PeerCall, call
from federation.service.context import Federation
from federation.service.order_events import MissingDue, was_revoked
from federation.service.order_record import resume_numbers
from federation.store import conversations as store
from federation.vocabulary.errors import ConflictError, GalleriaError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.event"
QUEUE = "sync"
EVENTS_PER_RUN = 100


class EventDue(msgspec.Struct, frozen=True):
    """The outbox's note that an order has events to send."""

    local_id: PartyId
    remote_id: PartyId
    order_id: str


async def place_order_remote(
    fed: Federation, hub_id: PartyId, shop_id: PartyId, order: ShopOrder, now: datetime
) -> None:
    """Place an order at a shop; the same order again is the same order. Call outside a transaction.

    Raises PeerRefusedError (order-declined, not-linked, ...), PeerUnreachableError, or PartyContestedError: to whom a
    shopper's address would go is not known then.
    """
    await peers.refuse_contested(shop_id, now)
    document = json.encode(order)
    async with atomic():
        await store.open_conversation(hub_id, shop_id, order.id, document, now)
    exchange = PeerCall(
        local_id=hub_id,
        remote_id=shop_id,
        method="POST",
        path="/orders",
        body=document,
        content_type=JSON_TYPE,
        idempotency_key=order.id,
    )
    await call(fed, exchange, now)


async def take_order(desk: ShopDesk, shop_id: PartyId, hub_id: PartyId, document: bytes, now: datetime) -> ShopOrder:
    """Let a shop's desk take an order; raises OrderDeclinedError, or ConflictError for other words under its id."""
    order = checks.read(document, ShopOrder)
    if await was_revoked((shop_id, hub_id), order.id):
        raise OrderDeclinedError(f"order {order.id} was cancelled by the hub before it came here")
    if await store.open_conversation(shop_id, hub_id, order.id, document, now):
        await desk.place_order(shop_id, hub_id, order, now)
    elif await store.document(shop_id, hub_id, order.id) != document:
        raise ConflictError(f"order {order.id} was placed before with other words")
    return order


async def send_event(
    local_id: PartyId, remote_id: PartyId, order_id: str, body: EventBody, now: datetime
) -> OrderEvent:
    """Tell the peer, in the caller's transaction, that something happened to an order; the outbox delivers it."""
    sequence = await store.next_out(local_id, remote_id, order_id, now)
    event_id = new_id()
    event = checks.make_event(str(event_id), order_id, sequence, body, text_of(now))
    record = EventRecord(event_id, sequence, json.encode(event))
    await store.add_event_out((local_id, remote_id), order_id, record)
    due = EventDue(local_id, remote_id, order_id)
    await outbox.enqueue(
        TOPIC, f"{local_id}:{remote_id}:{order_id}", due, key=f"{TOPIC}:{event_id}", queue=QUEUE, now=now
    )
    return event


async def hold_conversation(local_id: PartyId, remote_id: PartyId, order_id: str) -> None:
    """Lock the conversation about an order before its rows elsewhere, as whoever hears an event does."""
    await store.last_in(local_id, remote_id, order_id)


async def announce_waiting(local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """Send what waited while the link was not accepted, after the caller's transaction."""
    for order_id in await store.orders_waiting(local_id, remote_id):
        due = EventDue(local_id, remote_id, order_id)
        key = f"{TOPIC}:{new_id()}"
        await outbox.enqueue(TOPIC, f"{local_id}:{remote_id}:{order_id}", due, key=key, queue=QUEUE, now=now)


async def deliver_events(fed: Federation, due: EventDue, now: datetime) -> int:
    """Send what the peer has not acknowledged of an order's events, in order; returns how many it took.

    When the peer wants an earlier number, goes on from there. Raises PeerRefusedError or PeerUnreachableError.
    """
    ends = (due.local_id, due.remote_id)
    waiting = await store.events_out(ends, due.order_id, None)
    taken = 0
    rewound = False
    while waiting and taken < EVENTS_PER_RUN:
        said = await _said(fed, due, waiting[0], now)
        if said.wanted is None:
            await store.acknowledge(waiting[0].event_id, said.receipt, now)
            taken += 1
            waiting = waiting[1:]
        elif rewound:
            raise RetryLaterError(f"{due.remote_id} still wants event {said.wanted} of order {due.order_id}")
        else:
            rewound = True
            waiting = await store.events_out(ends, due.order_id, said.wanted)
    return taken


class _Said(msgspec.Struct, frozen=True):
    """What the peer said of an event: its receipt, or the number it wants first (0: what waits, numbered anew)."""

    receipt: str = ""
    wanted: int | None = None


async def _said(fed: Federation, due: EventDue, record: EventRecord, now: datetime) -> _Said:
    try:
        answer = await _send(fed, due, record, now)
    except PeerRefusedError as error:
        if error.peer_slug == SequenceGapError.slug and isinstance(error.expected, int):
            return _Said(wanted=error.expected)
        if error.peer_slug == ConflictError.slug and await _resumed(fed, due, record, now):
            return _Said(wanted=record.sequence)
        raise
    return await _receipt(due, record, answer, now)


async def _resumed(fed: Federation, due: EventDue, record: EventRecord, now: datetime) -> bool:
    """Whether the peer showed us words of ours that we had forgotten, so that this one has another number now."""
    await resume_numbers(fed, MissingDue(due.local_id, due.remote_id, due.order_id), now)
    waiting = await store.events_out((due.local_id, due.remote_id), due.order_id, None)
    return any(one.event_id == record.event_id and one.sequence != record.sequence for one in waiting)


async def _receipt(due: EventDue, record: EventRecord, answer: PeerAnswer, now: datetime) -> _Said:
    """The peer's receipt, checked; a peer that gives none has only acknowledged."""
    said = json.decode(answer.body, Acknowledgement)
    if said.expected is not None:
        return _Said(wanted=said.expected)
    if said.receipt:
        keys = await peers.keys_of(due.remote_id, now)
        try:
            read = receipts.read(said.receipt, keys)
            receipts.check(read, (due.local_id, due.remote_id), (str(record.event_id), record.sequence, record.body))
        except GalleriaError as error:
            raise PeerUnreachableError(f"{due.remote_id} gave a receipt we cannot trust: {error.detail}") from error
    return _Said(receipt=said.receipt)


async def _send(fed: Federation, due: EventDue, record: EventRecord, now: datetime) -> PeerAnswer:
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="POST",
        path=f"/orders/{due.order_id}/events",
        body=record.body,
        content_type=JSON_TYPE,
        idempotency_key=str(record.event_id),
    )
    return await call(fed, exchange, now)
