"""A boutique that does not answer an order it was paid for: reminded, then given up; the operator may give it longer.

Invariants: exactly its part is given back, once; the boutique is told, and if the word meets its acceptance on the
way, both sides end with a cancelled part (`federation.conversations.order`). A hold that may stand is released.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from federation.conversations.messages import Cancelled
from federation.node import mail
from federation.node.database import atomic
from federation.service.orders import hold_conversation, send_event
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message, sentence
from marketplace.errors import OrderNotFoundError, OrderStateError
from marketplace.listings import service as listings
from marketplace.orders import holds, mails, refunds
from marketplace.orders.domain import patience, shop_order_life
from marketplace.orders.domain.values import Order, Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store

SILENT_MAX = 100
EXTENSION_HOURS_MAX = 240
SILENT = message("The boutique did not answer in time.")
MAY_HAVE_ORDER = frozenset({"confirmed", "placed"})

_log = structlog.get_logger(__name__)


async def answer_silence(now: datetime) -> int:
    """The sweep: remind and give up what is due; returns how many. One transaction for each."""
    done = 0
    for part_id in await part_store.unanswered(now, SILENT_MAX):
        try:
            async with atomic():
                done += await _answer_one(part_id, now)
        except GalleriaError as error:
            _log.warning("silence_not_answered", shop_order=str(part_id), slug=error.slug, detail=error.detail)
    return done


async def _answer_one(part_id: UUID, now: datetime) -> bool:
    found = await part_store.by_id(part_id)
    order = None if found is None else await order_store.by_id(found.order_id)
    if found is None or order is None or order.paid_at is None:
        return False
    step = patience.silence_step(found, order.paid_at, now)
    if step == "remind":
        await _remind(order, found, now)
    elif step == "give_up":
        await _give_up(order, part_id, now)
    return step is not None


async def _remind(order: Order, part: Part, now: datetime) -> None:
    await part_store.change(part.id, now, reminded_at=now)
    shop = (await listings.shops_by_id([part.shop_id], now)).get(part.shop_id)
    until = patience.time_to_answer(part)
    if shop is None or not shop.profile.email or until is None:
        return
    language = "it" if shop.profile.country == "IT" else "en"
    values = {"part": part, "shop": shop.name, "answer_by": until}
    subject, text = mails.written("answer_reminder", values, language)
    await mail.send(shop.profile.email, subject, text, now=now, key=f"answer_reminder:{part.id}")
    _log.info("boutique_reminded", shop_order=part.number, order=order.number)


async def _give_up(order: Order, part_id: UUID, now: datetime) -> None:
    seen = await part_store.by_id(part_id)
    if seen is None:
        return
    await hold_conversation(PartyId(order.hub_id), PartyId(seen.shop_id), str(part_id))
    part = await part_store.lock(part_id)
    if part is None or not shop_order_life.can(part.state, "given_up"):
        return
    await give_up(order, part, SILENT, now)


async def give_up(order: Order, part: Part, reason: str, now: datetime, *, refund: str = "no answer") -> None:
    """End a locked part that its boutique has not accepted, and give all of it back; `refund` is that one's reason."""
    state = shop_order_life.advance(part.state, "given_up")
    await part_store.change(part.id, now, state=state, reason=reason, held_until=None)
    await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
    if part.state in MAY_HAVE_ORDER:
        word = Cancelled(reason)
        await send_event(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id), word, now)
    await refunds.refund_rest(order, part, refund, now)


async def give_longer(shop_order_id: UUID, hours: int, now: datetime) -> datetime:
    """The operator gives a boutique so many hours from now to answer; returns until when.

    Raises OrderNotFoundError, or OrderStateError when it has answered or the part is over.
    """
    part = await part_store.lock(shop_order_id)
    if part is None:
        raise OrderNotFoundError("no such part of an order")
    if part.state not in shop_order_life.UNANSWERED:
        raise OrderStateError(sentence("This boutique has answered: there is nothing to wait for."))
    order = await order_store.by_id(part.order_id)
    if order is not None and order.state == "authorized":
        raise OrderStateError(
            sentence("The shopper’s money is only reserved until all have answered: nobody can be given longer.")
        )
    until = now + timedelta(hours=max(1, min(hours, EXTENSION_HOURS_MAX)))
    await part_store.change(part.id, now, extended_until=until)
    return until


async def give_up_now(shop_order_id: UUID, now: datetime) -> None:
    """The operator does not wait any longer. Raises as `give_longer`."""
    part = await part_store.by_id(shop_order_id)
    order = None if part is None else await order_store.by_id(part.order_id)
    if part is None or order is None:
        raise OrderNotFoundError("no such part of an order")
    if part.state not in shop_order_life.UNANSWERED:
        raise OrderStateError(sentence("This boutique has answered: there is nothing to wait for."))
    await _give_up(order, shop_order_id, now)
