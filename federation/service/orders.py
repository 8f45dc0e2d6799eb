"""Orders between a hub and a shop: placing one, and its events in an unbroken sequence each way.

Invariants: an event is numbered in the transaction that caused it and sent until acknowledged; the receiver takes
numbers in order, each once, and names the number it wants when one is missing; the sender then sends from there.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations import checks
from federation.conversations.messages import EventBody, OrderEvent, ShopOrder
from federation.documents import json
from federation.documents.times import text_of
from federation.errors import SequenceGapError
from federation.node import outbox
from federation.node.database import atomic
from federation.ports import HubDesk, ShopDesk
from federation.records import EventRecord
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import conversations as store
from federation.vocabulary.errors import ConflictError, NotFoundError, PeerRefusedError, RetryClass
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.event"
QUEUE = "sync"
EVENTS_PER_RUN = 100


class EventDue(msgspec.Struct, frozen=True):
    """The outbox's note that an order has events to send."""

    local_id: PartyId
    remote_id: PartyId
    order_id: str


class OrderUnknownError(NotFoundError):
    """An event of an order that was not placed here, or not yet."""

    retry: RetryClass = "after"


async def place_order_remote(
    fed: Federation, hub_id: PartyId, shop_id: PartyId, order: ShopOrder, now: datetime
) -> None:
    """Place an order at a shop; the same order again is the same order. Call outside a transaction.

    Raises PeerRefusedError (order-declined, not-linked, ...) or PeerUnreachableError.
    """
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
        try:
            await _send(fed, due, waiting[0], now)
        except PeerRefusedError as error:
            wanted = None if rewound else _wanted(error)
            if wanted is None:
                raise
            rewound = True
            waiting = await store.events_out(ends, due.order_id, wanted)
            continue
        await store.acknowledge(waiting[0].event_id, now)
        taken += 1
        waiting = waiting[1:]
    return taken


def _wanted(error: PeerRefusedError) -> int | None:
    """The number a peer asked for, when the refusal is about a gap."""
    if error.peer_slug != SequenceGapError.slug or not isinstance(error.expected, int):
        return None
    return error.expected


async def _send(fed: Federation, due: EventDue, record: EventRecord, now: datetime) -> None:
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="POST",
        path=f"/orders/{due.order_id}/events",
        body=record.body,
        content_type=JSON_TYPE,
        idempotency_key=str(record.event_id),
    )
    await call(fed, exchange, now)


async def take_event(desk: ShopDesk | HubDesk, ends: tuple[PartyId, PartyId], event: OrderEvent, now: datetime) -> None:
    """Let the desk of `ends[0]` take the next event of `ends[1]`; one taken before changes nothing.

    Raises OrderUnknownError, SequenceGapError (`expected` is the number wanted), or ConflictError when another
    event was taken under this number.
    """
    local_id, remote_id = ends
    last = await store.last_in(local_id, remote_id, event.order_id)
    if last is None:
        raise OrderUnknownError(f"no order {event.order_id} has been placed between {remote_id} and {local_id}")
    if event.sequence <= last:
        known = await store.event_in_id(local_id, remote_id, event.order_id, event.sequence)
        if known != UUID(event.id):
            raise ConflictError(f"event {event.sequence} of order {event.order_id} was another one: {known}")
        return
    if event.sequence > last + 1:
        raise SequenceGapError(
            f"event {event.sequence} of order {event.order_id} came, {last + 1} is wanted next", expected=last + 1
        )
    await desk.order_event(local_id, remote_id, event, now)
    record = EventRecord(UUID(event.id), event.sequence, json.encode(event))
    await store.add_event_in(ends, event.order_id, record, now)


async def order_between(local_id: PartyId, remote_id: PartyId, order_id: str) -> bytes:
    """An order as it was placed between the two, byte for byte; raises NotFoundError."""
    document = await store.document(local_id, remote_id, order_id)
    if not document:
        raise NotFoundError(f"no order {order_id} has been placed between {remote_id} and {local_id}")
    return document
