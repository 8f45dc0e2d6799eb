"""What a shopper and the operator do about pieces that come back. Each runs in the caller's transaction.

Invariants: a form sent twice asks once; the boutique hears of every step by a numbered event of the order; money goes
back once per return, under an id derived from the return's own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from federation.conversations import return_ as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.return_messages import (
    JudgedLine,
    ReturnBody,
    ReturnDecided,
    ReturnedLine,
    ReturnInTransit,
    ReturnRequested,
    ReturnWithdrawn,
)
from federation.service.orders import hold_conversation, send_event
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from marketplace.errors import OrderNotFoundError, OrderStateError, ReturnInvalidError
from marketplace.listings import service as listings
from marketplace.orders import refunds, releases, return_mails
from marketplace.orders.domain import returns as rules
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.domain.returns import SENT, Return, ReturnLine, ReturnWish
from marketplace.orders.domain.values import Order, Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import returns as store

MONEY = "refund"
RETURNS_PER_PART_MAX = 20


class Known(msgspec.Struct, frozen=True):
    """A return with its order and part, all locked."""

    order: Order
    part: Part
    made: Return


async def ask(order: Order, wish: ReturnWish, public_url: str, now: datetime) -> Return:
    """The shopper wants to give pieces back: tell the boutique, and write to the shopper that they did.

    Raises OrderNotFoundError, ReturnInvalidError with what cannot be given back and why.
    """
    part = await _lock_part(order, wish.shop_order_id)
    before = await store.of_parts([part.id])
    known = next((one for one in before if one.id == wish.return_id), None)
    if known is not None:
        return known
    if part.state not in SENT:
        raise ReturnInvalidError(sentence("Nothing of this part has been sent yet: ask to cancel it instead."))
    if len(before) >= RETURNS_PER_PART_MAX or await store.by_id(wish.return_id) is not None:
        raise ReturnInvalidError(sentence("Write to the boutique: this part has been given back too often."))
    lines = await part_store.lines([part.id])
    left = rules.returnable(lines, before, await store.lines([one.id for one in before]))
    rules.check_wish(wish, left, await last_day(order, part, now), now)
    made = Return(
        id=wish.return_id,
        order_id=order.id,
        shop_order_id=part.id,
        shop_id=part.shop_id,
        state="requested",
        withdrawal=rules.is_withdrawal(order.address.country),
        note=wish.note.strip(),
        requested_at=now,
        changed_at=now,
    )
    asked = [
        ReturnLine(return_id=made.id, line_id=line.line_id, quantity=line.quantity, reason=line.reason)
        for line in wish.lines
    ]
    await store.insert(made, asked)
    await releases.hold_for_return(part.id, made.id, "requested", now)
    body = ReturnRequested(
        return_id=str(made.id),
        lines=tuple(ReturnedLine(str(line.line_id), line.quantity, line.reason) for line in wish.lines),
        withdrawal=made.withdrawal,
        note=made.note,
    )
    await _tell(order, part, body, now)
    await return_mails.asked(order, part, made, public_url, now)
    return made


async def last_day(order: Order, part: Part, now: datetime) -> datetime | None:
    """Until when pieces of this part can be asked back; None while it has not arrived."""
    shops = await listings.shops_by_id([part.shop_id], now)
    days = shops[part.shop_id].profile.return_days if part.shop_id in shops else 0
    return rules.last_day(part.delivered_at, order.address.country, days)


async def sent(order: Order, return_id: UUID, parcel: tuple[str, str], now: datetime) -> None:
    """The shopper has sent the parcel: (carrier, tracking number), both may be empty; again, it corrects them."""
    known = await _lock(order, return_id)
    carrier, tracking = (text.strip()[:200] for text in parcel)
    if known.made.state == "in_transit" and (known.made.carrier, known.made.tracking) == (carrier, tracking):
        return
    body = ReturnInTransit(return_id=str(return_id), carrier=carrier, tracking=tracking)
    await _move(known, body, "return_in_transit", now)
    await store.change(return_id, now, carrier=carrier, tracking=tracking)


async def withdraw(order: Order, return_id: UUID, now: datetime) -> None:
    """The shopper keeps the pieces after all; possible until the parcel was sent. Again: no change."""
    known = await _lock(order, return_id)
    if known.made.state != "withdrawn":
        await _move(known, ReturnWithdrawn(str(return_id)), "return_withdrawn", now)


async def decide(order: Order, return_id: UUID, wanted: tuple[bool, str], now: datetime) -> None:
    """The operator ends a return that is stuck: all its pieces are given back whole, (shipping too, why).

    Again: no change. Raises OrderStateError when it is over, ReturnInvalidError without a reason.
    """
    shipping, reason = wanted
    known = await _lock(order, return_id)
    if known.made.state == "refunded":
        return
    if not reason.strip():
        raise ReturnInvalidError(sentence("Say why: boutique and shopper read it."))
    lines = await store.lines([return_id])
    judged = tuple(JudgedLine(str(line.line_id), line.quantity) for line in lines)
    body = ReturnDecided(return_id=str(return_id), lines=judged, reason=reason.strip()[:500], shipping=shipping)
    await _move(known, body, "return_decided", now)
    await store.change(return_id, now, reason=body.reason)
    await give_back(known, judged, now, shipping=shipping)


async def give_back(known: Known, judged: Sequence[JudgedLine], now: datetime, *, shipping: bool) -> None:
    """Book the refund of a return, once; the parcel goes back too when a withdrawal covers the whole part."""
    asked = {line.line_id: line.quantity for line in await store.lines([known.made.id])}
    kept = [(UUID(line.line_id), min(line.quantity, asked.get(UUID(line.line_id), 0)), line.percent) for line in judged]
    kept = [one for one in kept if one[1]]
    whole = rules.covers_all(
        await part_store.lines([known.part.id]), {line_id: quantity for line_id, quantity, _ in kept}
    )
    refund_id = uuid5(known.made.id, MONEY)
    request = RefundRequest(
        refund_id=refund_id,
        shop_order_id=known.part.id,
        lines=tuple(RefundLine(str(line_id), quantity, percent) for line_id, quantity, percent in kept),
        shipping=shipping or (known.made.withdrawal and whole),
        reason=f"return {known.made.number}",
    )
    await store.set_refunded(known.made.id, {line_id: (quantity, percent) for line_id, quantity, percent in kept})
    if await refunds.refund_possible(known.order, known.part, request, now):
        await store.change(known.made.id, now, refund_id=refund_id)


async def _lock_part(order: Order, part_id: UUID) -> Part:
    part = await part_store.by_id(part_id)
    if part is None or part.order_id != order.id or not order.paid_minor:
        raise OrderNotFoundError("no such part of this order")
    await hold_conversation(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id))
    locked = await part_store.lock(part_id)
    return locked or part


async def _lock(order: Order, return_id: UUID) -> Known:
    found = await store.by_id(return_id)
    if found is None or found.order_id != order.id:
        raise OrderNotFoundError("no such return of this order")
    part = await _lock_part(order, found.shop_order_id)
    made = await store.lock_of_part(part.id, return_id)
    return Known(order, part, made or found)


async def order_of(return_id: UUID) -> Order:
    """The order a return belongs to, for the operator. Raises OrderNotFoundError."""
    found = await store.by_id(return_id)
    order = None if found is None else await order_store.by_id(found.order_id)
    if order is None:
        raise OrderNotFoundError("no such return")
    return order


async def _move(known: Known, body: ReturnBody, kind: str, now: datetime) -> None:
    try:
        state = life.step(known.made.state, kind)
    except TransitionRefusedError as error:
        raise OrderStateError(sentence("This return has moved on: look at it again.")) from error
    await store.change(known.made.id, now, state=state)
    await releases.hold_for_return(known.part.id, known.made.id, state, now)
    await _tell(known.order, known.part, body, now)


async def _tell(order: Order, part: Part, body: ReturnBody, now: datetime) -> None:
    await send_event(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id), body, now)
