"""Releasing what a boutique is owed once nothing of its part is left to send. In the caller's transaction."""

from datetime import datetime

from marketplace.orders.domain.values import Part, all_sent
from marketplace.orders.store import parts as part_store
from payouts import service as payouts

SENDING = frozenset({"shipped", "delivered"})


async def release_when_sent(part: Part, now: datetime) -> None:
    """Release, if every piece of the part has left or was refunded."""
    if all_sent(await part_store.lines([part.id])):
        await payouts.release(part.id, now)
