"""The form of a voucher: what was written, and the voucher it describes. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from federation import limits
from federation.conversations.vouchers import PERCENT_BP_MAX, VOUCHER_CODE_PATTERN, Voucher
from federation.documents.times import text_of
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.money import parse_decimal
from federation.vocabulary.wording import message, sentence

FIELDS = ("code", "drawn", "words", "kind", "off", "minimum", "starts", "ends", "uses", "products")
FIELD_MAX = 8_000
WORDS_MAX = 120
DIGITS_MAX = 7
PERCENT_DIGITS_MAX = 6


class Written(msgspec.Struct, frozen=True):
    """A voucher as far as the form alone tells it; `articles` are codes that are still to be looked up."""

    terms: Voucher
    words: str
    articles: tuple[str, ...]


def read_voucher(fields: Mapping[str, str], currency: str, now: datetime) -> Written:
    """What was written down. Raises RecordInvalidError with one fault; its pointer is the field's name.

    Without a code it gets the one that was `drawn` when the form was shown: a form sent twice makes one voucher.
    """
    code = "".join((fields.get("code") or fields.get("drawn", "")).split()).upper()
    if re.fullmatch(VOUCHER_CODE_PATTERN, code, re.ASCII) is None:
        raise _fault("code", message("A code has 4 to 30 letters, digits and hyphens."))
    percent = fields.get("kind", "percent") != "amount"
    first = _day(fields, "starts")
    last = _day(fields, "ends")
    begins = now if first is None else max(first, now)
    ends = None if last is None else last + timedelta(days=1)
    if ends is not None and ends <= begins:
        raise _fault("ends", message("It must end after it begins, and not in the past."))
    terms = Voucher(
        code=code,
        currency=currency,
        percent_bp=_percent(fields) if percent else 0,
        amount=0 if percent else _minor(fields, "off", currency),
        minimum=_minor(fields, "minimum", currency) if fields.get("minimum") else 0,
        starts_at=text_of(begins),
        ends_at=None if ends is None else text_of(ends),
        uses_max=_count(fields),
    )
    if not terms.is_sound:
        raise _fault("minimum", message("The pieces must come to more than the voucher takes off: raise the minimum."))
    return Written(terms, fields.get("words", "")[:WORDS_MAX], _articles(fields))


def _articles(fields: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", fields.get("products", "")) if part))
    if len(found) > limits.VOUCHER_PRODUCTS_MAX:
        raise _fault(
            "products",
            sentence("At most %(num)s articles; leave it empty for all of them.", num=limits.VOUCHER_PRODUCTS_MAX),
        )
    return found


def unknown_articles(codes: list[str]) -> RecordInvalidError:
    """The refusal of articles that the boutique does not have."""
    return _fault("products", sentence("You have no article %(codes)s.", codes=", ".join(codes[:5])))


def _percent(fields: Mapping[str, str]) -> int:
    text = fields.get("off", "").strip("% ").replace(",", ".")
    try:
        points = Decimal(text[:PERCENT_DIGITS_MAX]) * 100
    except InvalidOperation:
        points = Decimal(0)
    if points != points.to_integral_value() or not 0 < points <= PERCENT_BP_MAX:
        raise _fault("off", message("Write a percentage from 0.01 to 90, such as 10 or 12.5."))
    return int(points)


def _minor(fields: Mapping[str, str], name: str, currency: str) -> int:
    text = fields.get(name, "").strip("€ ").replace(",", ".")
    try:
        amount = parse_decimal(text, currency)
    except RecordInvalidError as error:
        raise _fault(name, message("Write an amount such as 10.00.")) from error
    if not 0 <= amount.amount_minor <= limits.VOUCHER_AMOUNT_MINOR_MAX:
        raise _fault(name, message("Write an amount such as 10.00."))
    return amount.amount_minor


def _count(fields: Mapping[str, str]) -> int | None:
    text = fields.get("uses", "")
    if not text:
        return None
    fits = text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
    if not fits or not 0 < int(text) <= limits.VOUCHER_USES_MAX:
        raise _fault("uses", message("Write how often as a whole number, or leave it empty."))
    return int(text)


def _day(fields: Mapping[str, str], name: str) -> datetime | None:
    text = fields.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day == date.max:  # no day follows it
        raise _fault(name, message("Choose a day, or leave it empty."))
    return datetime.combine(day, time(), tzinfo=UTC)


def _fault(name: str, words: str) -> RecordInvalidError:
    return RecordInvalidError(words, errors=(FieldError(name, "invalid", words),))
