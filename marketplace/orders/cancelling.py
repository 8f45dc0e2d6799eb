"""Asking a boutique not to fulfil its part of an order. Runs in the caller's transaction.

Invariants: the boutique decides; nothing is refunded before it has said `cancelled`; one wish at a time is open, so
that the boutique never gets a second one that its life cycle would refuse.
"""

from datetime import datetime
from uuid import UUID

from federation.conversations import order as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import CancelRequested
from federation.service.orders import hold_conversation, send_event
from federation.vocabulary.ids import PartyId
from federation.vocabulary.reasons import SHOPPER_ASKED
from marketplace.errors import OrderNotFoundError, OrderStateError
from marketplace.orders import mails
from marketplace.orders.domain.shop_order_life import CAN_BE_CANCELLED
from marketplace.orders.domain.values import Order
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from payouts import service as payouts


async def shopper_asks(order: Order, shop_order_id: UUID, public_url: str, now: datetime) -> None:
    """The shopper does not want a part any more: ask its boutique, and write to the shopper that we did.

    Raises as `ask_to_cancel`; a part of another order does not exist.
    """
    part = await part_store.by_id(shop_order_id)
    if part is None or part.order_id != order.id:
        raise OrderNotFoundError("no such part of this order")
    await ask_to_cancel(shop_order_id, SHOPPER_ASKED, now)
    shop = (await mails.names([part], now))[part.shop_id]
    bank = await payouts.banks_word(order.id, order.currency)
    values = {"order": order, "part": part, "shop": shop, "by_bank": bool(bank.given)}
    await mails.send("cancel_asked", order, values, public_url, f"cancel_asked:{part.id}", now)


async def ask_to_cancel(shop_order_id: UUID, reason: str, now: datetime) -> None:
    """Ask the boutique to stop; asking again while it has not answered changes nothing.

    Raises OrderNotFoundError, or OrderStateError once a parcel has left or the part is over.
    """
    seen = await part_store.by_id(shop_order_id)
    order = None if seen is None else await order_store.by_id(seen.order_id)
    if seen is not None and order is not None:
        await hold_conversation(PartyId(order.hub_id), PartyId(seen.shop_id), str(seen.id))
    part = await part_store.lock(shop_order_id)
    if part is None or order is None:
        raise OrderNotFoundError("no such part of an order")
    if part.cancellation == "requested":
        return
    if part.state not in CAN_BE_CANCELLED:
        raise OrderStateError("only what the boutique has and has not sent can be cancelled")
    try:
        cancellation = life.step_cancellation(part.cancellation, "cancel_requested")
    except TransitionRefusedError as error:
        raise OrderStateError(error.sentence) from error
    await part_store.change(part.id, now, cancellation=cancellation)
    wish = CancelRequested(reason.strip()[:500] or SHOPPER_ASKED)
    await send_event(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id), wish, now)
