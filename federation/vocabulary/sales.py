"""What was sold in a stretch of time, as figures for those who run a hub or a boutique. Pure values."""

from datetime import date

import msgspec

from federation.vocabulary.money import Money


class DaySales(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold on one day (UTC), in one currency."""

    day: date
    amount: Money
    orders: int
