"""What a boutique says about its part of an order: accepted, declined, shipped, delivered, cancelled; of returns too.

Runs in the transaction of the signed request; each event comes once and in sequence (the federation sees to it).
Declined and cancelled give the whole part back; when the last piece has left or arrived, its money learns its day. A
word that no longer fits (it crossed with the hub's own) is history and moves nothing: the conversation never stops.
"""

from datetime import datetime
from uuid import UUID

import structlog

from federation.conversations import checks
from federation.conversations import order as order_life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import Cancelled, CancelRefused, Declined, EventBody, OrderEvent, Shipped
from federation.conversations.return_messages import ReturnBody
from federation.vocabulary.wording import message
from marketplace.errors import OrderNotFoundError
from marketplace.orders import answers, fulfilment, mails, refunds, releases, return_events, return_mails, unpaid
from marketplace.orders.domain import shop_order_life
from marketplace.orders.domain.order_life import BOUGHT
from marketplace.orders.domain.shop_order_life import ShopOrderStep
from marketplace.orders.domain.values import Line, Order, Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store

STEPS: dict[str, ShopOrderStep] = {
    "accepted": "accepted",
    "declined": "declined",
    "shipped": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
}
"""Kinds of event that move a part; `cancel_refused` answers the hub's wish and moves nothing."""

SENT_NEVERTHELESS = message(
    "The boutique had sent the parcel when this part was cancelled. Your money goes back; please refuse the parcel."
)

_log = structlog.get_logger(__name__)


async def take(shop_id: str, event: OrderEvent, public_url: str, now: datetime) -> None:
    """Let the part move as the boutique says. Raises OrderNotFoundError, OrderStateError, RecordInvalidError."""
    part = await part_store.lock_of_shop(shop_id, UUID(event.order_id))
    order = None if part is None else await order_store.by_id(part.order_id)
    if part is None or order is None:
        raise OrderNotFoundError("no such order of this boutique")
    body = checks.event_body(event)
    if isinstance(body, ReturnBody):
        await return_events.take(order, part, (event.kind, body), public_url, now)
        return
    await _answer_wish(order, part, (event.kind, body), public_url, now)
    step = STEPS.get(event.kind)
    if step is None:
        return
    if not shop_order_life.can(part.state, step):
        await _does_not_fit(order, part, event, now)
        return
    state = shop_order_life.advance(part.state, step)
    await part_store.change(part.id, now, state=state, **({"delivered_at": now} if step == "delivered" else {}))
    await fulfilment.note_placed(order, part, now)
    if step == "accepted":
        await answers.note(order, part.id, step, now)
    if isinstance(body, Declined | Cancelled):
        await part_store.change(part.id, now, reason=body.reason)
        await refunds.refund_rest(order, part, event.kind, now)
    elif step == "delivered":
        await releases.release_when_sent(await part_store.by_id(part.id) or part, now)
    elif isinstance(body, Shipped):
        await _shipped(part, body, now)
        await mails.shipped(order, await part_store.by_id(part.id) or part, event.id, public_url, now)
        await releases.release_when_sent(part, now)
        if order.state not in BOUGHT:
            await unpaid.tell_of_parcel(order, part, unpaid.LET_GO, now)


async def _answer_wish(
    order: Order, part: Part, said: tuple[str, EventBody | None], public_url: str, now: datetime
) -> None:
    """Note what the boutique says to a wish to cancel, and write a no to the shopper; a yes is written by the money."""
    try:
        cancellation = order_life.step_cancellation(part.cancellation, said[0])
    except TransitionRefusedError:
        return
    if cancellation != part.cancellation:
        await part_store.change(part.id, now, cancellation=cancellation)
        if isinstance(said[1], CancelRefused):
            await return_mails.cancel_refused(order, part, said[1].reason, public_url, now)


async def _does_not_fit(order: Order, part: Part, event: OrderEvent, now: datetime) -> None:
    """A parcel that left although the part had been cancelled is told to everybody; anything else is only noted."""
    _log.warning("word_does_not_fit", shop_order=part.number, state=part.state, kind=event.kind)
    if event.kind == "shipped" and part.state in shop_order_life.MONEY_BACK:
        await part_store.change(part.id, now, reason=SENT_NEVERTHELESS)
        await unpaid.tell_of_parcel(order, part, unpaid.GIVEN_BACK, now)


async def _shipped(part: Part, body: Shipped, now: datetime) -> None:
    lines = await part_store.lines([part.id])
    await part_store.set_shipped(sent_after(lines, body))
    await part_store.change(part.id, now, carrier=body.carrier, tracking=body.tracking)


def sent_after(lines: list[Line], body: Shipped) -> dict[UUID, int]:
    """How many pieces of each line have left with this parcel; no lines named means all that were left."""
    parcel = {UUID(one.line_id): one.quantity for one in body.lines}
    sent = {}
    for line in lines:
        left = line.quantity - line.shipped_quantity
        sent[line.id] = line.shipped_quantity + (min(parcel.get(line.id, 0), left) if parcel else left)
    return sent
