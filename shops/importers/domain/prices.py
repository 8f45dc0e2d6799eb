"""A price cell read exactly, into minor units of the boutique's currency with VAT. Pure; no float anywhere."""

import re

import msgspec

from federation.vocabulary.money import CURRENCY_EXPONENTS, WHOLE_DIGITS_MAX
from shops.importers.domain.choices import FileRules

_NUMBER = re.compile(rf"^(\d{{1,{WHOLE_DIGITS_MAX}}})(?:([.,])(\d{{1,6}}))?$")
_BASIS_POINTS = 10_000


class ReadPrice(msgspec.Struct, frozen=True):
    """Minor units, or the code of why not, a sentence, and what stood there."""

    amount_minor: int
    code: str = ""
    sentence: str = ""
    raw: str = ""


def read_price(cell: str, rules: FileRules) -> ReadPrice:
    """The gross price that a cell says in the boutique's own way of writing numbers."""
    text = cell.strip()
    if not text:
        return ReadPrice(0, "price.missing", "there is no price")
    if text.startswith("-") and _NUMBER.match(text[1:]):
        return ReadPrice(0, "price.negative", f"the price {text} is below zero", text)
    written = _NUMBER.match(text)
    if written is None:
        return ReadPrice(
            0, "price.unreadable", f"{text[:20]!r} is not a price: write it like 189{rules.choices.decimal}00", text
        )
    whole, sign, fraction = written.groups()
    if sign is not None and sign != rules.choices.decimal:
        return ReadPrice(
            0,
            "price.decimal_sign",
            f"{text} has {sign!r} where this boutique's files have {rules.choices.decimal!r}",
            text,
        )
    return _in_minor_units(text, whole, fraction or "", rules)


def _in_minor_units(text: str, whole: str, fraction: str, rules: FileRules) -> ReadPrice:
    exponent = CURRENCY_EXPONENTS[rules.currency]
    rate = (rules.choices.vat_rate or 0) if rules.choices.vat == "excluded" else 0
    if len(fraction) == 3:  # noqa: PLR2004 - 2.500 may be thousands
        return ReadPrice(
            0, "price.unreadable", f"{text} may be in thousands: write it with the decimals of {rules.currency}", text
        )
    if not rate:
        if len(fraction.rstrip("0")) > exponent:
            return ReadPrice(0, "price.unreadable", f"{text} has more decimals than {rules.currency}", text)
        return ReadPrice(int(whole + fraction[:exponent].ljust(exponent, "0")))
    scale = 10 ** len(fraction) * _BASIS_POINTS
    gross = int(whole + fraction) * (_BASIS_POINTS + rate) * 10**exponent
    return ReadPrice((2 * gross + scale) // (2 * scale))
