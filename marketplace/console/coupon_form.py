"""The form of a coupon, as text and as a coupon. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS, parse_decimal
from federation.vocabulary.wording import sentence
from marketplace.console.rule_form import basis_points
from marketplace.coupons.domain.coupons import Coupon, normal_code
from marketplace.errors import CouponInvalidError, RulesInvalidError

FIELD_MAX = 120
DIGITS_MAX = 7


class CouponFields(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon as it was written, so that a form with a fault is shown again.

    `drawn` is the code it gets if none is written, drawn when the form was shown: a form sent twice makes one coupon.
    """

    code: str = ""
    drawn: str = ""
    words: str = ""
    off: str = ""
    kind: str = "percent"
    currency: str = ""
    minimum: str = ""
    starts: str = ""
    ends: str = ""
    uses: str = ""
    per_shopper: str = ""


def fields_of(form: Mapping[str, Any]) -> CouponFields:
    """What was written."""
    names = CouponFields.__struct_fields__
    return CouponFields(**{name: str(form.get(name, "")).strip()[:FIELD_MAX] for name in names})


def read_coupon(fields: CouponFields, made_by: str, now: datetime) -> Coupon:
    """The coupon that was written down. Raises CouponInvalidError with a sentence."""
    if fields.currency not in CURRENCY_EXPONENTS:
        raise CouponInvalidError("Choose the currency of the coupon.")
    percent = fields.kind == "percent"
    starts_at = _day(fields.starts)
    last = _day(fields.ends)
    return Coupon(
        code=normal_code(fields.code or fields.drawn),
        words=fields.words,
        kind="percent" if percent else "amount",
        amount_minor=0 if percent else _minor(fields.off, fields.currency),
        percent_bp=_percent(fields.off) if percent else 0,
        currency=fields.currency,
        minimum_minor=_minor(fields.minimum, fields.currency) if fields.minimum else 0,
        starts_at=now if starts_at is None else max(starts_at, now),
        ends_at=None if last is None else last + timedelta(days=1),
        uses_max=_count(fields.uses),
        per_shopper_max=_count(fields.per_shopper),
        made_by=made_by,
        made_at=now,
    )


def _percent(text: str) -> int:
    try:
        return basis_points(text)
    except RulesInvalidError as error:
        raise CouponInvalidError("Write the percentage like 12 or 12.5.") from error


def _minor(text: str, currency: str) -> int:
    try:
        return parse_decimal(text.replace(",", "."), currency).amount_minor
    except RecordInvalidError as error:
        raise CouponInvalidError(sentence("“%(text)s” is no amount; write it like 10.00.", text=text[:20])) from error


def _count(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        raise CouponInvalidError("Write how often as a whole number, or leave it empty.")
    return int(text)


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day == date.max:  # no day follows it
        raise CouponInvalidError("Write the day like 2026-12-31.")
    return datetime.combine(day, time(), UTC)
