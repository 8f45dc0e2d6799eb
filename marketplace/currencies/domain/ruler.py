"""One comparable amount for prices of all currencies, for the search index. Pure.

It orders and bounds pieces; it is never shown and never charged, so rates of any age will do. Bounds are found by what
a shopper sees: "under 200" holds every piece whose converted price reads 200.00 or less.
"""

from decimal import Decimal

import msgspec

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from marketplace.currencies.domain.rates import RateSheet


class IndexRuler(msgspec.Struct, frozen=True):
    """`search.prices.Ruler` in minor units of `currency`; without rates one unit of any currency counts as another."""

    currency: str
    sheet: RateSheet | None = None

    def amount(self, money: Money) -> int:
        """What a price comes to."""
        return self._converted(money, self.currency).amount_minor

    def at_least(self, money: Money) -> int:
        """The lowest amount shown as no less than `money`."""
        amount = self.amount(money)
        while amount > 0 and self._shown(amount - 1, money.currency) >= money.amount_minor:
            amount -= 1
        while self._shown(amount, money.currency) < money.amount_minor:
            amount += 1
        return amount

    def at_most(self, money: Money) -> int:
        """The highest amount shown as no more than `money`."""
        amount = self.amount(money)
        while self._shown(amount + 1, money.currency) <= money.amount_minor:
            amount += 1
        while amount > 0 and self._shown(amount, money.currency) > money.amount_minor:
            amount -= 1
        return amount

    def _shown(self, amount: int, currency: str) -> int:
        return self._converted(Money(amount, self.currency), currency).amount_minor

    def _converted(self, money: Money, currency: str) -> Money:
        if self.sheet is not None and self.sheet.covers(money.currency, currency):
            return self.sheet.convert(money, currency)
        exponents = CURRENCY_EXPONENTS[currency] - CURRENCY_EXPONENTS[money.currency]
        return Money(round(money.amount_minor * Decimal(10) ** exponents), currency)
