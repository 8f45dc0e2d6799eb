"""What a payment, a settlement or a payout means for orders. Runs in the transaction that payouts records it in.

Invariants: a payment counts once; what is captured are exactly the parts that were held when it succeeded, each of
which then goes its own way; a boutique hears of money only for an order it has.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from federation.conversations.messages import EventBody, PaidOut, PayoutReturned, Transferred
from federation.documents.times import text_of
from federation.vocabulary.money import Money, zero
from marketplace.orders import acceptance, answers, fulfilment, mails, words
from marketplace.orders.domain import order_life
from marketplace.orders.domain.division import shares_of
from marketplace.orders.domain.values import Part, part_total
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.settings import HubSettings
from payouts import service as payouts
from payouts.ports import PayoutChange
from payouts.settings import PayoutSettings

_log = structlog.get_logger(__name__)


async def succeeded(order_id: UUID, settings: PayoutSettings, hub: HubSettings, now: datetime) -> None:
    """The order is paid: divide the money, confirm each hold; each boutique has its time to answer from now.

    Of an order whose money was held the boutiques have answered, and what of it was taken is divided.
    """
    order = await order_store.lock(order_id)
    if order is None or order.payment_id is None or not order_life.can(order.state, "paid"):
        _log.warning("payment_for_no_open_order", order_id=str(order_id))
        return
    was_held = order.state == "authorized"
    parts = await part_store.of_order(order.id)
    sold = acceptance.charged_of(order, parts) if was_held else [part for part in parts if part.state == "held"]
    lines = await part_store.lines([part.id for part in sold])
    total_minor = sum(part_total(part, lines) for part in sold)
    await payouts.capture_sale(order.id, order.payment_id, shares_of(sold, lines, order.currency), settings, now)
    await order_store.change(
        order.id,
        now,
        state=order_life.advance(order.state, "paid"),
        total_minor=total_minor,
        paid_minor=total_minor,
        paid_at=order.paid_at or now,
        due_at=None,
    )
    if was_held:
        await answers.enqueue(answers.CHARGED, order.id, "charged", now)
        await mails.order_charged(order, sold, total_minor, hub.public_url, now)
        return
    for part in sold:
        await fulfilment.begin(part, now + timedelta(hours=hub.answer_within_hours), now)
    await mails.order_placed(order, sold, hub.public_url, now)


async def settled(order_id: UUID, now: datetime) -> None:
    """The money was exchanged: tell each boutique that has its order; the others hear when they get theirs.

    Parts are read without a lock: the payment is locked here, and whoever notes a part as placed waits for it.
    """
    order = await order_store.by_id(order_id)
    if order is None:
        return
    for part in await part_store.of_order(order.id):
        if part.placed_at is not None:
            await fulfilment.tell_division(order, part, now)


async def failed(order_id: UUID, reason: str, hub: HubSettings, now: datetime) -> None:
    """The payment is over without money: back to the held page until the holds run out.

    When the money had been held and the boutiques have the order, it ends.
    """
    order = await order_store.lock(order_id)
    if order is not None and order.state == "authorized":
        await acceptance.lost(order, hub, now)
        return
    if order is None or not order_life.can(order.state, "declined"):
        return
    _log.info("payment_failed", order=order.number, reason=reason)
    held = [part for part in await part_store.of_order(order.id) if part.state == "held"]
    due_at = min((part.held_until for part in held if part.held_until), default=now)
    await order_store.change(order.id, now, state=order_life.advance(order.state, "declined"), due_at=due_at)


async def settlement_changed(shop_order_id: UUID, status: str, amount: Money, now: datetime) -> None:
    """Tell the boutique of money sent to its account; how it divides it was told when it got the order."""
    part = await part_store.by_id(shop_order_id)
    if part is not None and status == "sent" and amount:
        await _tell(part, Transferred(amount), now)


async def payout_changed(change: PayoutChange, now: datetime) -> None:
    """Tell the boutique of each order in a payout that reached its bank, or came back from there."""
    came_back = change.status == "failed" and change.was_paid
    if change.status != "paid" and not came_back:
        return
    arrival = text_of(change.arrival_at or now)
    amounts: dict[UUID, Money] = {}
    for share in change.parts:
        sum_so_far = amounts.get(share.shop_order_id, zero(share.amount.currency))
        amounts[share.shop_order_id] = sum_so_far + share.amount
    for shop_order_id, amount in amounts.items():
        part = await part_store.by_id(shop_order_id)
        if part is not None and amount.amount_minor > 0:
            body = PayoutReturned(amount, change.failure[:500]) if came_back else PaidOut(amount, arrival)
            await _tell(part, body, now)


async def _tell(part: Part, body: EventBody, now: datetime) -> None:
    if part.placed_at is not None:
        await words.say(part, body, now)
