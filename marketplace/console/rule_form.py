"""The forms of the commission rules: one rule as it is written down, and a piece to try the rules with. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money, parse_decimal, to_decimal
from federation.vocabulary.product import CATEGORIES
from federation.vocabulary.wording import sentence
from marketplace.console.forms import percent_text
from marketplace.errors import RulesInvalidError
from marketplace.terms.domain.rules import Rule

FIELD_MAX = 120
PERCENT_DIGITS = 2


class RuleFields(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as text, so that a form with a fault is shown again as it was written."""

    name: str = ""
    shop: str = ""
    category: str = ""
    currency: str = ""
    price_from: str = ""
    price_below: str = ""
    percent: str = ""
    fixed: str = ""
    floor: str = ""
    cap: str = ""
    effective: str = ""
    note: str = ""


def fields_of(form: Mapping[str, Any]) -> RuleFields:
    """What was written."""
    names = RuleFields.__struct_fields__
    return RuleFields(**{name: str(form.get(name, "")).strip()[:FIELD_MAX] for name in names})


def fields_from(rule: Rule) -> RuleFields:
    """A rule as its form shows it."""

    def amount(minor: int | None) -> str:
        return "" if minor is None or not rule.currency else to_decimal(Money(minor, rule.currency))

    return RuleFields(
        name=rule.name,
        shop=rule.shop_id,
        category=rule.category,
        currency=rule.currency,
        price_from=amount(rule.price_from_minor),
        price_below=amount(rule.price_below_minor),
        percent=percent_text(rule.rate_bp),
        fixed=amount(rule.fixed_minor or None),
        floor=amount(rule.floor_minor or None),
        cap=amount(rule.cap_minor),
    )


def read_rule(fields: RuleFields, rule_id: str) -> Rule:
    """The rule that was written down. Raises RulesInvalidError with a sentence."""
    if not fields.name:
        raise RulesInvalidError("Give the rule a name, so that people know what it is for.")
    amounts = (fields.price_from, fields.price_below, fields.fixed, fields.floor, fields.cap)
    if any(amounts) and fields.currency not in CURRENCY_EXPONENTS:
        raise RulesInvalidError("Choose the currency in which the amounts are.")
    low, high, fixed, floor, cap = (_minor(text, fields.currency) for text in amounts)
    return Rule(
        id=rule_id,
        name=fields.name[:80],
        shop_id=fields.shop,
        category=fields.category,
        currency=fields.currency,
        price_from_minor=low,
        price_below_minor=high,
        rate_bp=basis_points(fields.percent),
        fixed_minor=fixed or 0,
        floor_minor=floor or 0,
        cap_minor=cap,
    )


def effective_from(fields: RuleFields) -> datetime | None:
    """The day from which a change holds, at its beginning (UTC); None for at once. Raises RulesInvalidError."""
    if not fields.effective:
        return None
    try:
        return datetime.combine(date.fromisoformat(fields.effective), time(), UTC)
    except ValueError as error:
        raise RulesInvalidError("Write the day like 2026-12-31.") from error


def basis_points(text: str) -> int:
    """A percentage such as `12.5` or `12,5` in basis points. Raises RulesInvalidError."""
    whole, dot, part = text.strip().removesuffix("%").strip().replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit()) or (dot and not (part.isascii() and part.isdigit())):
        raise RulesInvalidError("Write the percentage like 12 or 12.5.")
    if len(whole) > 3 or len(part) > PERCENT_DIGITS:  # noqa: PLR2004 - a percentage has three digits at the most
        raise RulesInvalidError("Write the percentage like 12 or 12.5.")
    return int(whole) * 100 + int(part.ljust(PERCENT_DIGITS, "0"))


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A piece to try the rules with: whose, of which category, at which price of the boutique, sent where."""

    shop: str
    category: str
    price: str
    country: str = ""


def read_trial(query: Mapping[str, Any]) -> Trial | None:
    """What is to be tried, None when nothing is."""
    shop, price = str(query.get("shop", ""))[:64], str(query.get("price", "")).strip()[:20]
    category = str(query.get("category", ""))
    known = category if category in CATEGORIES else next(iter(CATEGORIES))
    country = str(query.get("country", ""))[:2].upper()
    return Trial(shop=shop, category=known, price=price, country=country) if shop and price else None


def price_of(trial: Trial, currency: str) -> Money:
    """The price that was written. Raises RulesInvalidError."""
    minor = _minor(trial.price, currency)
    if not minor:
        raise RulesInvalidError("Write a price above zero.")
    return Money(minor, currency)


def _minor(text: str, currency: str) -> int | None:
    if not text:
        return None
    try:
        return parse_decimal(text.replace(",", "."), currency).amount_minor
    except RecordInvalidError as error:
        raise RulesInvalidError(sentence("“%(text)s” is no amount; write it like 189.00.", text=text[:20])) from error
