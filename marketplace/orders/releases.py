"""When a boutique's share may go, told to the money: its part was sent, it arrived, pieces of it are coming back.

In the caller's transaction. Invariants: money of a part waits while a return of it is open; it goes on when the last
of them is over.
"""

from datetime import datetime
from uuid import UUID

from federation.conversations import return_ as life
from marketplace.orders.domain.values import Part, all_sent
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.domain.hold import Hold, HoldReason

SENDING = frozenset({"shipped", "delivered"})


async def release_when_sent(part: Part, now: datetime) -> None:
    """Say that the part was sent, and that it arrived if it has, once every piece has left or was refunded."""
    if all_sent(await part_store.lines([part.id])):
        await payouts.note_moment(part.id, "shipped" if part.delivered_at is None else "delivered", now)


async def hold_for_return(part_id: UUID, return_id: UUID, state: life.ReturnState, now: datetime) -> None:
    """Let the part's money wait while this return is open, and no longer."""
    if state in life.OPEN:
        hold = Hold(reason=HoldReason.RETURN, reference=str(return_id), shop_order_id=part_id)
        await payouts.freeze(hold, now)
    else:
        await payouts.unfreeze(part_id, HoldReason.RETURN, str(return_id), now)
