"""One place must not hold all that a boutique lets be held: bounds on unfinished orders from the same place.

A boutique grants a hub OPEN_HOLDS_PER_HUB_MAX reservations at once, for a quarter of an hour each. Without a bound of
our own one visitor could keep beginning orders until nobody else can buy there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from federation import limits
from federation.vocabulary.wording import message
from marketplace.errors import CheckoutCrowdedError
from marketplace.orders.store import crowding as store

OPEN_ORDERS_MAX = limits.OPEN_HOLDS_PER_HUB_MAX * limits.OPEN_HOLDS_SHARE_PERCENT_MAX // 100
"""Of what a boutique grants a hub, one place has at most the share that a hub has of plentiful stock."""
CROWDED = message("Too many unfinished orders come from your connection: pay or cancel one, or come back in a while.")
REMEMBERED = timedelta(seconds=limits.RESERVATION_TTL_SECONDS_MAX * 2)


async def admit(client: bytes, order_id: UUID, shop_ids: Sequence[str], now: datetime) -> None:
    """Count an order that begins now, in its transaction. Raises CheckoutCrowdedError. Nothing without a `client`."""
    if not client:
        return
    await store.lock(client)
    if await store.open_parts(client, shop_ids) >= OPEN_ORDERS_MAX:
        raise CheckoutCrowdedError(
            CROWDED,
            retry_after_seconds=60,
        )
    await store.note(order_id, client, now)


async def forget_places(now: datetime) -> None:
    """Sweep: forget where orders came from that are long finished."""
    await store.forget(now - REMEMBERED)
