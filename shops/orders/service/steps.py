"""What a boutique does with an order: accept, decline, ship, mark delivered, cancel. Each is one click and one event.

Invariants: a step and the event that tells the hub are one transaction; a step moves an order only from the state
its person saw; the second click of the same form changes nothing. Locks are taken in one order everywhere: the
conversation, the order, the boutique's stock.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations import order as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import (
    KIND_OF_BODY,
    Accepted,
    Cancelled,
    CancelRefused,
    Declined,
    Delivered,
    EventBody,
    Fulfilment,
    Shipped,
)
from federation.conversations.shipment import SHIPMENT, STEP_OF_WORD
from federation.node.database import atomic
from federation.service.orders import hold_conversation, send_event
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.reasons import PARCEL_LEFT, DeclineReason, reason_of
from shops import store as boutiques
from shops.errors import OrderStateError
from shops.inventory.service.levels import restock
from shops.orders import store
from shops.orders.domain.orders import NOT_RESTOCKED, Event, OrderView, parcel
from shops.orders.domain.parcels import parcels_of


class Step(msgspec.Struct, frozen=True):
    """One click: the id its form carried, and when it came."""

    id: UUID
    now: datetime


async def accept(shop_id: PartyId, row: int, step: Step) -> None:
    """Promise to fulfil the order."""
    await _take(shop_id, row, Accepted(), step)


async def decline(shop_id: PartyId, row: int, why: tuple[DeclineReason, str], step: Step) -> None:
    """Refuse the order for a reason and a note; its pieces go back on sale unless they are gone or damaged."""
    reason, note = why
    await _take(shop_id, row, Declined(reason_of(reason, note)[:500]), step, restocked=reason not in NOT_RESTOCKED)


async def ship(shop_id: PartyId, row: int, sent: Shipped, step: Step) -> None:
    """Tell that a parcel left; no lines in `sent` means everything left. Raises RecordInvalidError for wrong counts."""
    order = await store.order(shop_id, row)
    if await store.step_known(shop_id, step.id):
        return
    lines = parcel(order.lines, {line.line_id: line.quantity for line in sent.lines})
    await _take(shop_id, row, msgspec.structs.replace(sent, lines=lines, parcel_id=str(step.id)), step)


async def follow(shop_id: PartyId, row: int, said: Fulfilment, step: Step) -> None:
    """Tell what became of a parcel; when the last one has arrived and nothing is left to send, so has the order."""
    order = await store.order(shop_id, row)
    if await store.step_known(shop_id, step.id):
        return
    known = {one.parcel_id: one for one in parcels_of(order.events)}
    parcel_state = known.get(said.parcel_id)
    event = STEP_OF_WORD.get(said.state)
    if parcel_state is None or event is None or not SHIPMENT.allows(parcel_state.state, event):
        raise OrderStateError("this parcel has moved on: look at the order again")
    others = [one.state for one in known.values() if one.parcel_id != said.parcel_id]
    arrived = said.state == "delivered" and all(state == "delivered" for state in others)
    async with atomic():
        await tell(shop_id, order, said, step)
        if arrived and life.ORDER.allows(order.state, "delivered") and not any(one.to_ship for one in order.lines):
            await tell(shop_id, order, Delivered(), Step(new_id(), step.now))


async def deliver(shop_id: PartyId, row: int, step: Step) -> None:
    """Tell that everything has arrived."""
    order = await store.order(shop_id, row)
    if any(line.to_ship for line in order.lines):
        raise OrderStateError("some pieces have not been shipped yet: ship them first")
    await _take(shop_id, row, Delivered(), step)


async def cancel(shop_id: PartyId, row: int, reason: str, step: Step) -> None:
    """Stop the order before anything has left, asked by the hub or not; its pieces go back on sale."""
    await _take(shop_id, row, Cancelled(reason.strip()[:500]), step, restocked=True)


async def refuse_cancel(shop_id: PartyId, row: int, reason: str, step: Step) -> None:
    """Answer a hub's wish to cancel with no."""
    if not reason.strip():
        raise RecordInvalidError("say why the order cannot be cancelled; the shopper will read it")
    await _take(shop_id, row, CancelRefused(reason.strip()[:500]), step)


async def _take(shop_id: PartyId, row: int, body: EventBody, step: Step, *, restocked: bool = False) -> None:
    order = await store.order(shop_id, row)
    if await store.step_known(shop_id, step.id):
        return
    try:
        async with atomic():
            await hold_conversation(shop_id, order.hub_id, str(order.order_id))
            if isinstance(body, Shipped) and order.cancellation == "requested":
                await tell(shop_id, order, CancelRefused(PARCEL_LEFT), Step(new_id(), step.now))
                order = msgspec.structs.replace(order, cancellation="refused")
            await tell(shop_id, order, body, step)
            if restocked:
                await boutiques.lock(shop_id)
                await restock(shop_id, order.hub_id, order.reservation_id, step.now)
    except (OrderStateError, TransitionRefusedError) as error:
        if await store.step_known(shop_id, step.id):
            return
        raise OrderStateError(f"order {order.number} has moved on: look at it again") from error


async def tell(shop_id: PartyId, order: OrderView, body: EventBody, step: Step) -> None:
    """Move the order by an event of ours and send it. Raises TransitionRefusedError or OrderStateError."""
    name = (order.hub_id, order.order_id)
    kind = KIND_OF_BODY[type(body)]
    state = life.step(order.state, kind)
    cancellation = life.step_cancellation(order.cancellation, kind)
    event = await send_event(shop_id, order.hub_id, str(order.order_id), body, step.now)
    moved = await store.move(
        shop_id,
        name,
        seen=(order.state, order.cancellation),
        then=(state, cancellation),
        reason=getattr(body, "reason", ""),
        now=step.now,
    )
    if moved and isinstance(body, Shipped):
        moved = await store.add_shipped(shop_id, name, body.lines)
    if not moved:
        raise OrderStateError("the order has moved on")
    kept = Event(direction="out", kind=kind, body=bytes(event.body), said_at=step.now)
    await store.insert_event(shop_id, name, UUID(event.id), kept, step_id=step.id)
