"""How papers write amounts, rates, days and periods in each language they are written in. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from federation.vocabulary.money import CURRENCY_EXPONENTS
from payouts.domain.papers import Period, month_of

MINUS = "\u2212"
_MONTHS: Mapping[str, Sequence[str]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
           "novembre", "dicembre"),
}  # fmt: skip
_SHORT_LENGTH = 3
"""So many letters of a month's name tell it from the others, in every language above."""


def amount_text(minor: int, currency: str, language: str) -> str:
    """An amount without its currency: 1,234.50 or 1.234,50, below zero with a minus sign."""
    exponent = CURRENCY_EXPONENTS[currency]
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, part = (digits[:-exponent], digits[-exponent:]) if exponent else (digits, "")
    grouped = f"{int(whole):,}"
    if language == "it":
        grouped = grouped.replace(",", ".")
    point = "," if language == "it" else "."
    return (MINUS if minor < 0 else "") + grouped + (point + part if part else "")


def day_text(time: str, language: str, zone: tzinfo = UTC) -> str:
    """The day of a document's time in full: 30 November 2026."""
    return _day(_local(datetime.fromisoformat(time), zone), language)


def short_day_text(time: str, language: str, zone: tzinfo = UTC) -> str:
    """The day of a document's time for a narrow column: 30 Nov 2026."""
    day = _local(datetime.fromisoformat(time), zone)
    return f"{day.day} {_MONTHS[language][day.month - 1][:_SHORT_LENGTH]} {day.year}"


def period_text(start: str, end: str, language: str, zone: tzinfo = UTC) -> str:
    """A period whose end is not part of it: a whole month by its name, else the first and the last day."""
    period = Period(datetime.fromisoformat(start), datetime.fromisoformat(end))
    first, last = period.start.astimezone(zone), (period.end - timedelta(seconds=1)).astimezone(zone)
    if period == month_of(period.start, zone):
        return f"{_MONTHS[language][first.month - 1]} {first.year}"
    days = dict.fromkeys((_day(first, language), _day(last, language)))
    return " \u2013 ".join(days)


def rate_text(basis_points: int, language: str) -> str:
    """A rate: 22 %, 25.5 %."""
    whole, part = divmod(basis_points, 100)
    digits = f"{part:02d}".rstrip("0")
    point = "," if language == "it" else "."
    return f"{whole}{point + digits if digits else ''}\u00a0%"


def zone_text(name: str) -> str:
    """A time zone's name for people: America/New York."""
    return name.replace("_", " ")


def _day(day: datetime, language: str) -> str:
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def _local(moment: datetime, zone: tzinfo) -> datetime:
    """A moment in a zone; a bare day, which a bank says, is that day everywhere."""
    return moment if moment.tzinfo is None else moment.astimezone(zone)
