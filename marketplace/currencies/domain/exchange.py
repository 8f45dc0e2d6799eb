"""A shopper's currency with the rates of the day: what a list price is for this shopper. Pure.

Without rates of the last days nothing is converted: a price stays as its boutique wrote it.
"""

from datetime import datetime, timedelta

import msgspec

from federation.vocabulary.money import Money
from marketplace.currencies.domain.rates import RateSheet

QUOTE_MINUTES = 30


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The rates an order was promised, and until when."""

    sheet: RateSheet
    expires_at: datetime

    def expired(self, now: datetime) -> bool:
        """Whether the promise is over."""
        return now >= self.expires_at


class Exchange(msgspec.Struct, frozen=True):
    """`currency` is what the shopper chose; `sheet` is None when there are no rates that may be used."""

    currency: str
    sheet: RateSheet | None = None

    def reaches(self, *currencies: str) -> bool:
        """Whether prices in these can all be shown in the shopper's currency."""
        foreign = [one for one in currencies if one != self.currency]
        return not foreign or (self.sheet is not None and self.sheet.covers(self.currency, *foreign))

    def shown(self, money: Money) -> Money:
        """`money` in the shopper's currency, or as it is when it cannot be converted.

        What costs something is never shown as nothing: one minor unit is the least.
        """
        if money.currency == self.currency or self.sheet is None or not self.reaches(money.currency):
            return money
        converted = self.sheet.convert(money, self.currency)
        return converted if converted or not money else Money(1, self.currency)

    def words(self, *currencies: str, language: str = "en") -> str:
        """The rates by which prices in `currencies` were converted; empty when none had to be."""
        foreign = {one for one in currencies if one != self.currency}
        if not foreign or self.sheet is None or not self.reaches(*foreign):
            return ""
        return self.sheet.words({self.currency, *foreign}, language)

    def quote(self, now: datetime) -> Quote | None:
        """The promise an order made now gets; None when there is nothing to promise."""
        expires_at = now + timedelta(minutes=QUOTE_MINUTES)
        return None if self.sheet is None else Quote(sheet=self.sheet, expires_at=expires_at)
