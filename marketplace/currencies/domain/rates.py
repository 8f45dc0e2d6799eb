"""One day's exchange rates and exact conversion through the euro. Pure.

Invariants: an amount is converted with exact fractions and rounded once, half to even, to whole minor units of the
target (ISO 4217: the yen has none); a price is converted before it is multiplied, so a total is the sum of what was
shown; rates older than AGE_DAYS_MAX are never used for a price.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
from babel.dates import format_date
from babel.numbers import format_decimal

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money

EURO = "EUR"
CURRENCIES = ("EUR", "GBP", "USD", "CHF", "JPY")
"""What a shopper can be shown and charged. A boutique may list in any currency of `CURRENCY_EXPONENTS`."""

AGE_DAYS_MAX = 4
"""Friday's rates serve until Tuesday; older ones are refused."""

_AHEAD_DAYS_MAX = 1
"""How far ahead of our day a sheet may be dated: somebody else's clock or time zone."""

_RATE_MAX = Decimal(1_000_000)


class RateSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Rates of one day by one source: units of each currency for one euro. `id` is our row's, 0 before it has one."""

    id: int = 0
    day: date
    source: str
    per_euro: dict[str, Decimal]

    def __post_init__(self) -> None:
        for currency, rate in self.per_euro.items():
            if not rate.is_finite() or not 0 < rate <= _RATE_MAX:
                raise RecordInvalidError(f"the rate of {currency} is {rate}, which no rate can be")

    def covers(self, *currencies: str) -> bool:
        """Whether each of these can be converted."""
        return all(currency == EURO or currency in self.per_euro for currency in currencies)

    def rate(self, currency: str) -> Decimal:
        """Units of `currency` for one euro. Raises RecordInvalidError for one that the sheet does not know."""
        if currency == EURO:
            return Decimal(1)
        if currency not in self.per_euro:
            raise RecordInvalidError(f"there is no rate for {currency} of {self.day.isoformat()}")
        return self.per_euro[currency]

    def convert(self, money: Money, currency: str) -> Money:
        """`money` in `currency`, rounded once, half to even."""
        if money.currency == currency:
            return money
        exponents = CURRENCY_EXPONENTS[currency] - CURRENCY_EXPONENTS[money.currency]
        cross = Fraction(self.rate(currency)) / Fraction(self.rate(money.currency))
        return Money(round(money.amount_minor * cross * Fraction(10) ** exponents), currency)

    def words(self, currencies: Iterable[str], language: str = "en") -> str:
        """How these rates read beside a price: `1 EUR = 0.8412 GBP, 20 Nov 2026, ECB`; empty when there is none."""
        named = [f"1 EUR = {_plain(self.rate(one), language)} {one}" for one in sorted(set(currencies)) if one != EURO]
        separator = ", " if language == "en" else "; "
        return separator.join([*named, _day_words(self.day, language), self.source]) if named else ""


def _plain(rate: Decimal, language: str) -> str:
    """A rate without an exponent, grouping or zeros that say nothing."""
    return format_decimal(rate, "0.############", locale=language)


def _day_words(day: date, language: str) -> str:
    """A day for people: `20 Nov 2026`."""
    return format_date(day, "d MMM y", locale=language)


def is_current(sheet: RateSheet, now: datetime) -> bool:
    """Whether prices may be converted at these rates today."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=AGE_DAYS_MAX) <= sheet.day <= today + timedelta(days=_AHEAD_DAYS_MAX)


def read_rates(rates: Mapping[str, str]) -> dict[str, Decimal]:
    """The rates we handle out of a source's table of decimal texts; others are left out.

    Raises RecordInvalidError when one is no decimal number or none is left.
    """
    read: dict[str, Decimal] = {}
    for currency, text in rates.items():
        if currency not in CURRENCY_EXPONENTS or currency == EURO:
            continue
        if len(text) > 20 or not text.replace(".", "", 1).isdigit() or not text.isascii():  # noqa: PLR2004
            raise RecordInvalidError(f"the rate of {currency}, {text[:40]!r}, is not a decimal number")
        read[currency] = Decimal(text)
    if not read:
        raise RecordInvalidError("this table holds no rate that we handle")
    return read
