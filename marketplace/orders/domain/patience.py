"""How long a boutique's part of an order may stay as it is before a person should look. Pure.

A part that waits for a machine is overdue within the hour, one that waits for a boutique's people after working days.
States that end a part, and those before payment (which end by themselves), are never overdue.
"""

from datetime import datetime, timedelta

from marketplace.orders.domain.shop_order_life import ShopOrderState

PATIENCE: dict[ShopOrderState, timedelta] = {
    "confirming": timedelta(minutes=15),
    "reholding": timedelta(minutes=15),
    "confirmed": timedelta(hours=1),
    "placed": timedelta(hours=48),
    "accepted": timedelta(days=5),
}
"""How long each state may last. 48 hours to accept are the boutique's promise; most parcels leave within five days."""


def overdue_since(state: ShopOrderState, entered_at: datetime) -> datetime | None:
    """When a part that has been in `state` since `entered_at` is or was due to move on; None when it may stay."""
    patience = PATIENCE.get(state)
    return None if patience is None else entered_at + patience
