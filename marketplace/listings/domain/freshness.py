"""How old a shop's word on its stock may be before counts are hidden, and before a sale needs a live hold. Pure.

Source: protocol, stock registers: heartbeat every 15 s give or take 3; `fresh` below 40 s, `soft` below 150 s.
"""

from datetime import datetime

from marketplace.listings.views import Freshness, Offer

FRESH_SECONDS = 40
SOFT_SECONDS = 150


def freshness_of(last_heard_at: datetime | None, now: datetime) -> Freshness:
    """The freshness at `now` of stock last spoken of at `last_heard_at` (None: never)."""
    if last_heard_at is None:
        return "stale"
    age_seconds = (now - last_heard_at).total_seconds()
    if age_seconds < FRESH_SECONDS:
        return "fresh"
    return "soft" if age_seconds < SOFT_SECONDS else "stale"


def offer_of(quantity: int, freshness: Freshness) -> Offer:
    """The offer for `quantity` sellable pieces: the count is shown only while it is fresh."""
    return Offer(max(quantity, 0) if freshness == "fresh" else None, freshness, quantity > 0)
