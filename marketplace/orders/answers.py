"""The note that a boutique's part of an order whose money is held has been answered. In the caller's transaction.

It leads to `acceptance` looking at the whole order once this transaction is over, with locks of its own: whoever
answers holds the part, and payments are locked before orders and parts.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import outbox
from marketplace.orders.domain.values import Order

ANSWERED = "hub.answered"
WITHDRAWN = "hub.withdrawn"
CHARGED = "hub.charged"
QUEUE = "sync"


class OrderDue(msgspec.Struct, frozen=True):
    """The outbox's note that an order has a step to take."""

    order_id: UUID


async def note(order: Order, part_id: UUID, word: str, now: datetime) -> None:
    """A part was accepted or ended: if the order's money is held, see whether all have answered."""
    if order.state == "authorized":
        await enqueue(ANSWERED, order.id, f"{part_id}:{word}", now)


async def enqueue(topic: str, order_id: UUID, occasion: str, now: datetime) -> None:
    """Have a step taken for an order, once for each occasion."""
    key = f"{topic}:{order_id}:{occasion}"
    await outbox.enqueue(topic, str(order_id), OrderDue(order_id), key=key, queue=QUEUE, now=now)
