"""Prices of several currencies put in one order: the index holds one comparable amount for each piece. Pure.

Who converts is the caller's affair: a `Ruler` says what a price comes to on the index's scale, and where a shopper's
bound lies on it. Without one all prices are taken to be in one currency.
"""

from typing import Protocol

from federation.vocabulary.money import Money


class Ruler(Protocol):
    """Puts prices on the index's scale."""

    def amount(self, money: Money) -> int:
        """What a price comes to."""
        ...

    def at_least(self, money: Money) -> int:
        """The lowest amount that a shopper sees as no less than `money`."""
        ...

    def at_most(self, money: Money) -> int:
        """The highest amount that a shopper sees as no more than `money`."""
        ...


class OneCurrency:
    """The scale of an index whose prices are all in one currency: their own minor units."""

    def amount(self, money: Money) -> int:
        """The price itself."""
        return money.amount_minor

    def at_least(self, money: Money) -> int:
        """The bound itself."""
        return money.amount_minor

    def at_most(self, money: Money) -> int:
        """The bound itself."""
        return money.amount_minor


ONE_CURRENCY = OneCurrency()
