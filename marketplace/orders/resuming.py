"""Coming back to an order that is not paid: how its payment stands, and a new checkout that takes over from it.

Invariants: what the browser says of a payment is never believed, the provider is asked; pieces are never held twice
for the same basket, the later checkout ends the earlier one. Each function manages its own transactions.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog

from federation.vocabulary.errors import GalleriaError
from marketplace.hub import Hub
from marketplace.orders import checkout, holds
from marketplace.orders.domain import shop_order_life
from marketplace.orders.domain.values import Order, Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.views import UnpaidOrder
from payouts import service as payouts

ANSWER_SECONDS_MAX = 4.0
"""How long a shopper's page waits for the provider."""

UNPAID = frozenset({"held", "paying"})

PieceKey = tuple[str, str, str]
"""Boutique, product, variant."""

_log = structlog.get_logger(__name__)


async def ask_payment(hub: Hub, token: str, now: datetime) -> bool:
    """Before an order's page: record how its payment stands now, rather than wait for the provider's notice.

    False when it is being paid and the provider did not answer, so that nobody knows.
    """
    order = await order_store.by_token(token)
    if order is None or order.state != "paying" or order.payment_id is None:
        return True
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await payouts.refresh_payment(hub.payments, order.payment_id, now)
    except (GalleriaError, TimeoutError) as error:
        _log.info("payment_not_asked", order=order.number, error=str(error))
        return False
    return True


async def unpaid_beside(tokens: Sequence[str], pieces: Collection[PieceKey]) -> list[UnpaidOrder]:
    """Those of a shopper's own orders that hold any of `pieces` and are not paid for."""
    found = [await order_store.by_token(token) for token in tokens]
    unpaid = [order for order in found if order is not None and order.state in UNPAID]
    return [UnpaidOrder(order.token, order.number) for order in unpaid if await _pieces(order) & set(pieces)]


async def take_over(hub: Hub, token: str, earlier: Sequence[str], now: datetime) -> None:
    """Before the boutiques are asked for the order at `token`: end the unpaid ones among `earlier` with its pieces.

    The boutiques are told at once, so that a last piece can be held anew; one that does not answer hears of it later.
    """
    order = await checkout.find(token)
    if order.state != "holding":
        return
    others = [other for other in earlier if other != token]
    for unpaid in await unpaid_beside(others, await _pieces(order)):
        await _end(hub, await checkout.find(unpaid.token), now)


async def _end(hub: Hub, order: Order, now: datetime) -> None:
    held = [part for part in await part_store.of_order(order.id) if part.state in shop_order_life.LIVE]
    await checkout.stop(order.token, now)
    if (await checkout.find(order.token)).state == "cancelled":
        await asyncio.gather(*(_release(hub, order, part, now) for part in held))


async def _release(hub: Hub, order: Order, part: Part, now: datetime) -> None:
    """What fails here is done by the outbox, which holds the same release."""
    due = holds.ReleaseDue(order.hub_id, part.shop_id, part.reservation_id, now)
    try:
        await holds.release(hub, due, now)
    except GalleriaError as error:
        _log.info("release_left_to_outbox", shop_id=part.shop_id, slug=error.slug)


async def _pieces(order: Order) -> set[PieceKey]:
    """What an order asks for of boutiques that did not refuse."""
    parts = {part.id: part for part in await part_store.of_order(order.id) if part.state in shop_order_life.LIVE}
    lines = await part_store.lines(list(parts))
    return {(parts[line.shop_order_id].shop_id, line.product_id, line.variant_id) for line in lines}
