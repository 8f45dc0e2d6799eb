"""What a boutique's last word lets the hub say of a piece: counts, presence, or nothing before it was asked. Pure.

How old a word may be is the protocol's rule (`federation.conversations.stock`), the same on every page.
"""

from datetime import datetime

from federation.conversations import stock
from marketplace.listings.views import Freshness, Offer


def freshness_of(last_heard_at: datetime | None, now: datetime) -> Freshness:
    """The freshness at `now` of stock last spoken of at `last_heard_at` (None: never)."""
    return stock.freshness_at(last_heard_at, now)


def offer_of(quantity: int, freshness: Freshness) -> Offer:
    """The offer for `quantity` sellable pieces: the count is shown only while it is fresh."""
    return Offer(max(quantity, 0) if freshness == "fresh" else None, freshness, quantity > 0)
