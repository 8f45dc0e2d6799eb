"""Orders whose money is held until their boutiques have answered: one capture of what was accepted, the rest let go.

Invariants: nothing is taken before every boutique has answered or the acceptance window is over (whoever has not
answered by then is given up); what is taken are whole parts, written on the order (`charged`) before it is asked for;
nothing accepted lets everything go; a part that ends after that is refunded like any other. A hold that the shopper's
bank let go ends the order: boutiques that had accepted are asked to stop, and a person hears of what was sent already.

Locks: the payment, then the order; parts are locked by whoever moves them, never here beside the payment.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from federation.node import clock
from federation.node.database import atomic
from federation.node.outbox import Message
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.coupons import service as coupons
from marketplace.errors import OrderStateError
from marketplace.hub import Hub
from marketplace.orders import answers, cancelling, fulfilment, mails, refunds, releases, silence, unpaid
from marketplace.orders.answers import OrderDue
from marketplace.orders.domain import order_life
from marketplace.orders.domain.shop_order_life import CAN_BE_CANCELLED, MONEY_BACK, TAKEN, UNANSWERED, UNSOLD
from marketplace.orders.domain.values import Order, Part, part_total
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.settings import HubSettings
from payouts import service as payouts

OVERDUE_MAX = 100
TIME_TO_TAKE = timedelta(hours=1)
"""How long before the provider lets the money go it is decided what of it is taken."""

HOLD_LOST = message("The shopper’s bank has let go of the money that was reserved: this order is not paid.")

_log = structlog.get_logger(__name__)


async def authorised(order_id: UUID, settings: HubSettings, now: datetime) -> None:
    """The money is held: the boutiques get their orders, and have the acceptance window to take them.

    The window is shorter when the provider lets the money go before its end.
    """
    order = await order_store.lock(order_id)
    if order is None or order.payment_id is None or not order_life.can(order.state, "authorized"):
        _log.warning("hold_for_no_open_order", order_id=str(order_id))
        return
    due_at = now + timedelta(hours=settings.acceptance_window_hours)
    payment = await payouts.payment_of_order(order.id)
    if payment is not None and payment.capture_before is not None:
        due_at = min(due_at, payment.capture_before - TIME_TO_TAKE)
    state = order_life.advance(order.state, "authorized")
    await order_store.change(order.id, now, state=state, paid_at=now, due_at=due_at)
    held = [part for part in await part_store.of_order(order.id) if part.state == "held"]
    for part in held:
        await fulfilment.begin(part, due_at, now)
    await mails.order_reserved(order, held, due_at, settings.public_url, now)


def charged_of(order: Order, parts: list[Part]) -> list[Part]:
    """The parts that the money of a held order is for; all that were sold when it was taken otherwise than we asked."""
    if order.charged is None:
        return [part for part in parts if part.state not in UNSOLD]
    return [part for part in parts if part.id in order.charged]


async def decide(order_id: UUID, settings: HubSettings, now: datetime) -> None:
    """Once every boutique has answered: take what was accepted, or let everything go. Repeatable."""
    async with atomic():
        payment = await payouts.lock_payment(order_id)
        order = await order_store.lock(order_id)
        if payment is None or order is None or order.state != "authorized" or order.charged is not None:
            return
        parts = await part_store.of_order(order.id)
        if any(part.state in UNANSWERED for part in parts):
            return
        taken = [part for part in parts if part.state in TAKEN]
        if taken:
            await _take(order, taken, now)
        elif await payouts.cancel_payment(order.id, now):
            state = order_life.advance(order.state, "let_go")
            await coupons.give_back(order.id, now)
            await order_store.change(order.id, now, state=state, due_at=None)
            await mails.order_let_go(order, settings.public_url, now)


async def _take(order: Order, taken: list[Part], now: datetime) -> None:
    lines = await part_store.lines([part.id for part in taken])
    total = Money(sum(part_total(part, lines) for part in taken), order.currency)
    await payouts.capture_payment(order.id, total, now)
    charged = msgspec.json.encode([part.id for part in taken]).decode()
    await order_store.change(order.id, now, charged=charged, due_at=None)


async def close_overdue(settings: HubSettings, now: datetime) -> int:
    """The sweep: give up the boutiques that have not answered within the window, and decide; returns how many."""
    closed = 0
    for order_id in await order_store.due(now, OVERDUE_MAX, authorized=True):
        try:
            await _close(order_id, settings, now)
            closed += 1
        except GalleriaError as error:
            _log.warning("acceptance_not_closed", order_id=str(order_id), slug=error.slug, detail=error.detail)
    return closed


async def _close(order_id: UUID, settings: HubSettings, now: datetime) -> None:
    for part in await part_store.of_order(order_id):
        if part.state in UNANSWERED:
            async with atomic():
                await silence.give_up_now(part.id, now)
    await decide(order_id, settings, now)


async def lost(order: Order, settings: HubSettings, now: datetime) -> None:
    """The hold is gone before it was taken: the order ends, its boutiques are asked to stop. The order is locked."""
    state = order_life.advance(order.state, "let_go")
    await coupons.give_back(order.id, now)
    await order_store.change(order.id, now, state=state, due_at=None)
    await answers.enqueue(answers.WITHDRAWN, order.id, "lost", now)
    await mails.order_let_go(order, settings.public_url, now)


async def catch_up(order_id: UUID, now: datetime) -> None:
    """After the capture: tell each boutique how its money divides, give back what ended, release what left."""
    order = await order_store.by_id(order_id)
    if order is None or order.state != "paid":
        return
    for found in charged_of(order, await part_store.of_order(order.id)):
        async with atomic():
            part = await part_store.lock(found.id)
            if part is None:
                continue
            if part.placed_at is not None:
                await fulfilment.tell_division(order, part, now)
            if part.state in MONEY_BACK:
                await refunds.refund_rest(order, part, part.state, now)
            elif part.state in releases.SENDING:
                await releases.release_when_sent(part, now)


async def withdraw(order_id: UUID, now: datetime) -> None:
    """Ask the boutiques of an order whose hold was lost to stop; those that have not answered are given up."""
    for part in await part_store.of_order(order_id):
        try:
            async with atomic():
                if part.state in UNANSWERED:
                    await silence.give_up_now(part.id, now)
                elif part.state in CAN_BE_CANCELLED:
                    await cancelling.ask_to_cancel(part.id, HOLD_LOST, now)
        except OrderStateError as error:
            _log.warning("part_not_withdrawn", shop_order=part.number, detail=error.detail)
        async with atomic():
            await _warn_of_sent(part.id, now)


async def _warn_of_sent(part_id: UUID, now: datetime) -> None:
    """A person hears of a part that left though nothing will be paid for it: nobody can stop it any more."""
    part = await part_store.by_id(part_id)
    order = None if part is None else await order_store.by_id(part.order_id)
    if part is None or order is None or part.state not in releases.SENDING:
        return
    await unpaid.tell_of_parcel(order, part, unpaid.LET_GO, now)


class Acceptance:
    """The outbox handlers of orders whose money is held."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def answered(self, due: Message) -> None:
        """A boutique has answered."""
        await decide(_order_of(due), self._hub.settings, clock.now())

    async def charged(self, due: Message) -> None:
        """What was accepted has been taken."""
        await catch_up(_order_of(due), clock.now())

    async def withdrawn(self, due: Message) -> None:
        """The hold was lost."""
        await withdraw(_order_of(due), clock.now())


def _order_of(due: Message) -> UUID:
    return due.read(OrderDue).order_id
