"""What hubs send about orders: placing them, and their events. Runs inside the signed request's transaction.

Invariants: an order is taken once, over a confirmed reservation that is spent on it, at the prices of this boutique's
own log when its pieces were held first; one that the hold in force would not carry any more is never accepted unseen;
an event that this version does not know, or that no longer fits, is kept and moves nothing.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from federation.conversations import checks
from federation.conversations import order as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import (
    Accepted,
    Cancelled,
    CancelRefused,
    CancelRequested,
    EventBody,
    OrderEvent,
    PaidOut,
    PayoutReturned,
    Refunded,
    Settled,
    ShopOrder,
    Transferred,
)
from federation.conversations.return_messages import ReturnBody
from federation.errors import OrderDeclinedError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.reasons import PARCEL_LEFT
from shops import store as boutiques
from shops.catalog import store as catalog
from shops.inventory.service.levels import restock
from shops.inventory.store import reservations
from shops.money import renewing
from shops.orders import store
from shops.orders.domain.checking import first_held_at, refusal
from shops.orders.domain.orders import Event, OrderView, currency_of, is_told_again
from shops.orders.service import returns
from shops.orders.service.steps import Step, tell
from shops.vouchers import store as vouchers
from shops.vouchers.domain import vouchers as voucher_rules

_LET_GO = frozenset({"held", "released", "expired"})
"""States of a reservation whose pieces were held, and were not sold by it."""


async def place(shop_id: PartyId, hub_id: PartyId, order: ShopOrder, now: datetime) -> None:
    """Take an order; accept it at once when the boutique wishes so. Raises OrderDeclinedError with the reason.

    What has changed since the pieces were held first is for a person to see: a hub names that hold, and could keep an
    old price for weeks by it.
    """
    await boutiques.lock(shop_id)
    if await store.row_of(shop_id, (hub_id, UUID(order.id))) is not None:
        return
    view = await boutiques.boutique(shop_id)
    reservation_id = UUID(order.reservation_id)
    reservation = await reservations.reservation(shop_id, hub_id, reservation_id)
    if reservation is None or reservation.state != "confirmed":
        raise OrderDeclinedError("the order names no confirmed reservation: hold and confirm its pieces first")
    held_at = await _first_held_at(shop_id, hub_id, order, reservation)
    refused = await _judge(shop_id, hub_id, order, view.profile.currency)
    why = refused(held_at)
    if why is not None:
        raise OrderDeclinedError(why)
    if not await reservations.give_to_order(shop_id, hub_id, reservation_id, UUID(order.id)):
        raise OrderDeclinedError("the pieces of this reservation were ordered already, or are back on sale")
    changed_since = refused(reservation.held_at) is not None
    await store.insert(shop_id, hub_id, order, now, promised_at=held_at if changed_since else None)
    if view.profile.order_acceptance == "automatic" and not changed_since:
        row = await store.row_of(shop_id, (hub_id, UUID(order.id)))
        if row is not None:
            await tell(shop_id, await store.order(shop_id, row), Accepted(), Step(new_id(), now))


async def _judge(
    shop_id: PartyId, hub_id: PartyId, order: ShopOrder, currency: str
) -> Callable[[datetime], str | None]:
    """What speaks against an order, by when its pieces were held."""
    leaves = await catalog.publications(shop_id, [line.leaf_hash for line in order.lines])
    held = await reservations.pieces_of(shop_id, hub_id, UUID(order.reservation_id))
    known = await vouchers.by_code(shop_id, order.voucher) if order.voucher else None

    def refused(held_at: datetime) -> str | None:
        why = refusal(order, leaves=leaves, held=held, held_at=held_at, currency=currency)
        return why or voucher_rules.refusal(order, known, voucher_rules.Taking(hub_id, held_at))

    return refused


async def _first_held_at(
    shop_id: PartyId, hub_id: PartyId, order: ShopOrder, reservation: reservations.ReservationRow
) -> datetime:
    """When the order's pieces were held first: a hold that lapses while the shopper pays is taken once more."""
    if order.first_reservation_id is None:
        return reservation.held_at
    first = await reservations.reservation(shop_id, hub_id, UUID(order.first_reservation_id))
    if first is None or first.lines != reservation.lines or first.state not in _LET_GO:
        return reservation.held_at
    return first_held_at(reservation.held_at, first.held_at)


async def take_event(shop_id: PartyId, hub_id: PartyId, event: OrderEvent, now: datetime) -> None:
    """Take the hub's next event of an order; the same event again changes nothing."""
    name = (hub_id, UUID(event.order_id))
    row = await store.row_of(shop_id, name)
    if row is None:
        return
    kept = Event(direction="in", kind=event.kind, body=bytes(event.body), said_at=now)
    if not await store.insert_event(shop_id, name, UUID(event.id), kept):
        return
    order = await store.order(shop_id, row)
    body = checks.event_body(event)
    if isinstance(body, CancelRequested | Cancelled):
        await _move(shop_id, order, event.kind, body, now)
    elif isinstance(body, ReturnBody):
        await returns.hear(shop_id, order, body, now)
    elif body is not None:
        await renewing.want(shop_id, hub_id, now)
        await _count_money(shop_id, order, body)


async def _move(
    shop_id: PartyId, order: OrderView, kind: str, body: CancelRequested | Cancelled, now: datetime
) -> None:
    try:
        state = life.step(order.state, kind, by_hub=True)
        cancellation = life.step_cancellation(order.cancellation, kind)
    except TransitionRefusedError:
        return
    moved = await store.move(
        shop_id,
        (order.hub_id, order.order_id),
        seen=(order.state, order.cancellation),
        then=(state, cancellation),
        reason=body.reason,
        now=now,
    )
    sent = any(line.shipped for line in order.lines)
    if moved and state == "cancelled" and not sent:
        await boutiques.lock(shop_id)
        await restock(shop_id, order.hub_id, order.reservation_id, now)
    if moved and cancellation == "requested" and state in {"in_fulfilment", "completed"}:
        await _too_late(shop_id, order.row, now)


async def _too_late(shop_id: PartyId, row: int, now: datetime) -> None:
    """Answer a wish to cancel what has left or is over: nobody needs to be asked."""
    await tell(shop_id, await store.order(shop_id, row), CancelRefused(PARCEL_LEFT), Step(new_id(), now))


async def _count_money(shop_id: PartyId, order: OrderView, body: EventBody) -> None:
    """Add up what the hub says of the order's money; amounts in another currency, or told again, are only history.

    A hub owes in its own currency: how it says that the money was settled sets the currency of all that follows, as
    long as nothing has moved yet.
    """
    name = (order.hub_id, order.order_id)
    restated = isinstance(body, Settled) and not order.money.has_moved
    if currency_of(body) != order.money.currency and not restated:
        return
    if isinstance(body, Refunded):
        if not is_told_again(body, order.events):
            await store.add_refund(shop_id, name, body)
    elif isinstance(body, Settled):
        await store.set_settlement(shop_id, name, body.settlement)
    elif isinstance(body, Transferred):
        await store.add_transfer(shop_id, name, body.amount.amount_minor)
    elif isinstance(body, PaidOut):
        await store.add_payout(shop_id, name, body.amount.amount_minor)
    elif isinstance(body, PayoutReturned):
        await store.add_payout(shop_id, name, -body.amount.amount_minor)
