"""After payment: confirm each hold, hold again once if that fails, then place the signed order with the boutique.

Every step is an outbox message carrying a shop order's id; its handler asks the shop outside a transaction and writes
the answer with the next step in one. Invariants: a step repeats until the shop has said a definite word; a part that
cannot be had is cancelled and exactly its share refunded, the other parts never notice. While root keys contradict each
other, the boutique's or our own, nothing is confirmed or ordered for up to three days, and no hold lasts a quarter of
an hour: that is definite for a shopper who has paid.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec
import structlog

from federation.conversations.messages import OrderLine, ReservationAnswer, SellerPart, Settled, ShopOrder
from federation.documents.times import text_of
from federation.errors import PartyContestedError, ReservationExpiredError
from federation.node import clock, outbox
from federation.node.database import atomic
from federation.node.outbox import Message
from federation.service.orders import hold_conversation
from federation.vocabulary.errors import GalleriaError, PeerRefusedError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.hub import Hub
from marketplace.orders import holds, refunds, silence, words
from marketplace.orders.domain import shop_order_life
from marketplace.orders.domain.division import at_list_prices
from marketplace.orders.domain.values import Line, Order, Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.domain.vat import Treatment

CONFIRM = "hub.confirm"
REHOLD = "hub.rehold"
PLACE = "hub.place"
QUEUE = "sync"
CONTESTED = PartyContestedError.slug
DEFINITE = frozenset({ReservationExpiredError.slug, CONTESTED})
"""Refusals that end a step although they may be otherwise one day: later than any shopper's piece is kept."""
UNSETTLED = message("The boutique cannot take orders at the moment.")

_log = structlog.get_logger(__name__)


class PartDue(msgspec.Struct, frozen=True):
    """The outbox's note that a shop order has a step to take."""

    shop_order_id: UUID


async def begin(part: Part, answer_by: datetime, now: datetime) -> None:
    """In the caller's transaction: this held part is sold; its boutique has until `answer_by` to take the order."""
    await part_store.change(part.id, now, state=shop_order_life.advance(part.state, "paid"), answer_by=answer_by)
    await request_confirm(part.id, part.reservation_id, now)


async def request_confirm(part_id: UUID, reservation_id: UUID, now: datetime) -> None:
    """In the caller's transaction: this hold is paid for, confirm it."""
    await _enqueue(CONFIRM, part_id, str(reservation_id), now)


async def _enqueue(topic: str, part_id: UUID, key: str, now: datetime) -> None:
    await outbox.enqueue(topic, str(part_id), PartDue(part_id), key=f"{topic}:{key}", queue=QUEUE, now=now)


class Fulfilment:
    """The outbox handlers of paid shop orders."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def confirm(self, message: Message) -> None:
        """Turn a paid hold into a sale at the shop."""
        order, part = await _load(message)
        if part.state != "confirming":
            return
        now = clock.now()
        reservation_id = str(part.reservation_id)
        try:
            answer = await self._hub.boutiques.confirm(order.hub_id, part.shop_id, reservation_id, now)
            confirmed = answer.state == "confirmed"
        except GalleriaError as error:
            _raise_if_passing(error)
            _log.warning("confirm_refused", shop_order=part.number, detail=error.detail, attempt=part.attempt)
            confirmed = False
        async with atomic():
            current = await part_store.lock(part.id)
            if current is None or current.state != "confirming" or current.reservation_id != part.reservation_id:
                return
            if confirmed:
                await _confirmed(current, now)
            else:
                await _refused(order, current, now)

    async def rehold(self, message: Message) -> None:
        """Hold once more what a shop no longer held when it was paid."""
        order, part = await _load(message)
        if part.state != "reholding":
            return
        now = clock.now()
        lines = await part_store.lines([part.id])
        try:
            answer: ReservationAnswer | None = await holds.hold(self._hub, order.hub_id, part, lines, now)
        except GalleriaError as error:
            _raise_if_passing(error)
            answer = None
        outcome = holds.outcome_of(answer, now) if answer else holds.HoldOutcome(reason=holds.NOT_NOW)
        async with atomic():
            current = await part_store.lock(part.id)
            if current is None or current.state != "reholding":
                return
            if outcome.held_until is None:
                await _cancel(order, current, outcome.reason, now)
                return
            state = shop_order_life.advance(current.state, "reheld")
            await part_store.change(current.id, now, state=state, held_until=outcome.held_until)
            await request_confirm(current.id, current.reservation_id, now)

    async def place(self, message: Message) -> None:
        """Hand the boutique its signed order."""
        order, part = await _load(message)
        if part.state != "confirmed":
            return
        now = clock.now()
        shop_order = shop_order_of(order, part, await part_store.lines([part.id]))
        refusal = ""
        try:
            await self._hub.boutiques.place_order(order.hub_id, part.shop_id, shop_order, now)
        except GalleriaError as error:
            _raise_if_passing(error)
            if _slug(error) == CONTESTED:
                await _withdraw(order, part, now)
                return
            refusal = error.detail
        async with atomic():
            current = await part_store.lock(part.id)
            if current is None:
                return
            if refusal and current.state == "confirmed":
                state = shop_order_life.advance(current.state, "declined")
                await part_store.change(current.id, now, state=state, reason=refusal[:500])
                await refunds.refund_rest(order, current, "declined", now)
            elif not refusal:
                if current.state == "confirmed":
                    state = shop_order_life.advance(current.state, "placed")
                    await part_store.change(current.id, now, state=state)
                await note_placed(order, current, now)


async def note_placed(order: Order, part: Part, now: datetime) -> None:
    """In the caller's transaction, the part locked: the boutique has the order, so tell it once how its money divides.

    Its own first word may come before the answer to our placing: whichever is noted first tells. While the money is
    not settled there is nothing to tell yet; `payment.settled` will.
    """
    if part.placed_at is None:
        await part_store.change(part.id, now, placed_at=now)
        await tell_division(order, part, now)


async def tell_division(order: Order, part: Part, now: datetime) -> None:
    """Tell a boutique that has its order what it is owed, in the hub's currency, if that is known."""
    share = await payouts.settled_share(order.id, part.id)
    if share is None:
        return
    division = SellerPart(
        commission=share.commission,
        commission_vat=share.vat,
        seller=share.seller,
        shipping=share.shipping,
        referral=share.referral or None,
        coupon=share.coupon or None,
        provider_fee=share.fee or None,
        bears_fee=part.bears_fee,
        vat_treatment=_treatment(await part_store.lines([part.id])),
    )
    await words.say(part, Settled(division), now)


def _treatment(lines: Sequence[Line]) -> Treatment | Literal[""]:
    """How the commission of a part is taxed: the same for all its lines, as it follows from the boutique."""
    found = lines[0].vat_treatment if lines else ""
    return next((known for known in get_args(Treatment) if known == found), "")


async def _load(message: Message) -> tuple[Order, Part]:
    part = await part_store.by_id(message.read(PartDue).shop_order_id)
    order = None if part is None else await order_store.by_id(part.order_id)
    if part is None or order is None:
        raise outbox.GiveUpError(f"{message.topic}: no shop order {message.subject}")
    return order, part


def _raise_if_passing(error: GalleriaError) -> None:
    """Let the outbox try again what may yet succeed, an unknown outcome above all; refused for good is an answer."""
    if _slug(error) not in DEFINITE and error.retry != "never":
        raise error


def _slug(error: GalleriaError) -> str:
    """What was refused, by the boutique or before it was asked."""
    return error.peer_slug if isinstance(error, PeerRefusedError) else error.slug


async def _withdraw(order: Order, part: Part, now: datetime) -> None:
    """Give a part back whose order may not go out, and say so: an earlier try may have reached the boutique."""
    async with atomic():
        await hold_conversation(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id))
        current = await part_store.lock(part.id)
        if current is not None and current.state == "confirmed":
            await silence.give_up(order, current, UNSETTLED, now, refund="not available")


async def _confirmed(part: Part, now: datetime) -> None:
    state = shop_order_life.advance(part.state, "confirmed")
    await part_store.change(part.id, now, state=state, held_until=None)
    await _enqueue(PLACE, part.id, str(part.id), now)


async def _refused(order: Order, part: Part, now: datetime) -> None:
    state = shop_order_life.advance(part.state, "confirm_refused", part.attempt)
    await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
    if state == "cancelled":
        await _cancel(order, part, holds.SOLD_OUT, now)
        return
    await part_store.change(
        part.id,
        now,
        state=state,
        reservation_id=new_id(),
        first_reservation_id=part.first_hold,
        attempt=part.attempt + 1,
    )
    await _enqueue(REHOLD, part.id, str(part.id), now)


async def _cancel(order: Order, part: Part, reason: str, now: datetime) -> None:
    await part_store.change(part.id, now, state="cancelled", reason=reason, held_until=None)
    await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
    await refunds.refund_rest(order, part, "not available", now)


def shop_order_of(order: Order, part: Part, lines: list[Line]) -> ShopOrder:
    """The order as the boutique gets it, at its own prices; the same rows give the same bytes, whenever it is sent."""
    currency = part.list_currency
    share = at_list_prices(part, lines)

    def money(amount_minor: int) -> Money:
        return Money(amount_minor, currency)

    return ShopOrder(
        id=str(part.id),
        number=part.number,
        reservation_id=str(part.reservation_id),
        placed_at=text_of(order.paid_at or order.created_at),
        currency=currency,
        lines=tuple(
            OrderLine(
                line_id=str(line.id),
                product_id=line.product_id,
                variant_id=line.variant_id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                unit_price=money(line.list_unit_minor),
                leaf_hash=line.leaf_hash,
                size_label=line.size_label,
                colour=line.colour,
                discount=money(line.list_voucher_minor) if line.list_voucher_minor else None,
            )
            for line in lines
        ),
        shipping=money(part.list_shipping_minor),
        total=share.paid + share.coupon,
        address=order.address,
        email=order.email,
        note=order.note,
        answer_by=None if part.answer_by is None else text_of(part.answer_by),
        voucher=part.voucher,
        first_reservation_id=None if part.first_reservation_id is None else str(part.first_reservation_id),
        money=SellerPart(
            commission=share.commission,
            commission_vat=share.vat,
            seller=share.seller,
            shipping=money(part.list_shipping_minor),
            referral=share.referral or None,
            coupon=share.coupon or None,
            bears_fee=part.bears_fee,
            vat_treatment=_treatment(lines),
        ),
    )
