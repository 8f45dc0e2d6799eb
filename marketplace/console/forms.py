"""Figures that people type into the console's forms, read exactly: amounts, percentages, whole numbers, days."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.wording import sentence
from payouts.errors import AmountInvalidError

LENGTH_MAX = 20
NUMBER_MAX = 10**10
"""No figure in a form is larger."""


def text_in(form: Mapping[str, Any], name: str, length: int) -> str:
    """What stands in a field, without blanks around it and not longer than `length`."""
    return str(form.get(name, "")).strip()[:length]


def whole_in(form: Mapping[str, Any], name: str) -> int:
    """A whole number from a field. Raises AmountInvalidError."""
    text = text_in(form, name, LENGTH_MAX)
    if not text.isascii() or not text.isdigit():
        raise AmountInvalidError(sentence("Write a whole number, like 30."))
    return int(text)


def percent_in(form: Mapping[str, Any], name: str) -> int:
    """A percentage from a field, in basis points. Raises AmountInvalidError."""
    return _exact(form, name, 2)


def percent_text(basis_points: int) -> str:
    """A percentage as a field shows it: `20`, `12.5`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def amount_in(form: Mapping[str, Any], name: str, currency: str) -> Money:
    """An amount from a field, `12.50` or `12,50` or `-12.50`. Raises AmountInvalidError."""
    return Money(_exact(form, name, CURRENCY_EXPONENTS[currency]), currency)


def _exact(form: Mapping[str, Any], name: str, digits: int) -> int:
    text = text_in(form, name, LENGTH_MAX).replace(",", ".").replace("−", "-")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > NUMBER_MAX or number != number.quantize(Decimal(1).scaleb(-digits)):
        raise AmountInvalidError(sentence("Write a number with at most %(digits)s decimals.", digits=digits))
    return int(number.scaleb(digits))


def day_in(form: Mapping[str, Any], name: str) -> date:
    """A day from a field, `2026-11-30`. Raises AmountInvalidError."""
    try:
        return date.fromisoformat(text_in(form, name, LENGTH_MAX))
    except ValueError as error:
        raise AmountInvalidError(sentence("Choose a day.")) from error
