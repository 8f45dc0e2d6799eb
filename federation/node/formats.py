"""Amounts, numbers, days and moments as people of a language write them; the language is told. Pure.

Invariant: amounts are written from integers by Babel, never through a float; what is below zero has a minus, which is
longer than a hyphen.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from federation.vocabulary.money import Money, to_decimal


@lru_cache(4096)
def money_in(money: Money, language: str) -> str:
    """An amount: `€1,234.50`. Pages show the same prices over and over, and Babel takes its time."""
    written: str = format_currency(Decimal(to_decimal(money)), money.currency, locale=language)
    return written.replace("-", "\N{MINUS SIGN}")


def day_in(moment: date | datetime, language: str) -> str:
    """A day: `22 Nov 2026`."""
    return format_date(moment, "d MMM y", locale=language)


def moment_in(moment: datetime, language: str) -> str:
    """A moment, in UTC until we know better: `22 Nov 2026, 14:05`."""
    return format_datetime(moment, "d MMM y, HH:mm", locale=language)


def value_in(value: object, language: str) -> object:
    """What is filled into a sentence: amounts, moments and days as the language writes them, anything else as it is."""
    match value:
        case Money():
            return money_in(value, language)
        case datetime():
            return moment_in(value, language)
        case date():
            return day_in(value, language)
    return value
