"""What of money waits for a person this morning, counted."""

from datetime import datetime, timedelta

from payouts.settings import PayoutSettings
from payouts.store import hands as store
from payouts.store.hands import Hands

__all__ = ["PRESSING_DAYS", "Hands", "hands"]

PRESSING_DAYS = 3
"""A dispute to be answered within so many days is pressing."""

BANK_SILENT_DAYS = 2
"""So long after the day of a bank file somebody should have said what the bank did with it."""


async def hands(settings: PayoutSettings, now: datetime) -> Hands:
    """All that waits, by kind."""
    return await store.hands(
        now,
        pressing=now + timedelta(days=PRESSING_DAYS),
        bank_silent=now - timedelta(days=BANK_SILENT_DAYS),
        kept_before=now - timedelta(days=settings.holding_days_max),
    )
