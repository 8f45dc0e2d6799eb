"""How long a boutique's part of an order may stay as it is before a person should look. Pure.

A part that waits for a machine is overdue within the hour, one that waits for a boutique's people after working days.
States that end a part, and those before payment (which end by themselves), are never overdue.
"""

from datetime import datetime, timedelta
from typing import Literal

from marketplace.orders.domain.shop_order_life import UNANSWERED, ShopOrderState
from marketplace.orders.domain.values import Part

SilenceStep = Literal["remind", "give_up"]
SILENCE: tuple[tuple[SilenceStep, int], ...] = (("remind", 50), ("give_up", 100))
"""What is done about a boutique that does not answer a paid order, after so many hundredths of its time to answer."""

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


def time_to_answer(part: Part) -> datetime | None:
    """Until when this part's boutique may answer."""
    return part.extended_until or part.answer_by


def silence_step(part: Part, paid_at: datetime, now: datetime) -> SilenceStep | None:
    """What a boutique's silence asks for by now; None while it may still answer, or has been reminded."""
    until = time_to_answer(part)
    if until is None or part.state not in UNANSWERED:
        return None
    due = None
    for step, hundredths in SILENCE:
        if now >= paid_at + (until - paid_at) * hundredths / 100:
            due = step
    return None if due == "remind" and part.reminded_at is not None else due
