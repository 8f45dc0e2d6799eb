"""The commission rules as people read them: for which pieces, and what the hub keeps. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from federation.node.pages import format_money
from federation.vocabulary.money import Money
from federation.vocabulary.product import CATEGORIES
from federation.vocabulary.wording import message
from marketplace.console.forms import percent_text
from marketplace.console.words import WORDING, say
from marketplace.orders.views import LineSplitView
from marketplace.terms.domain.rules import STANDARD, Rule, never_reached

DEPARTMENTS = {
    "clothing": message("All clothing"),
    "shoes": message("All shoes"),
    "bags": message("All bags"),
    "jewellery": message("All jewellery"),
    "accessories": message("All accessories"),
    "home": message("All for the home"),
}
VAT_WORDS = {
    "domestic": message("VAT of the hub’s country"),
    "reverse-charge": message("reverse charge: the boutique accounts for the VAT (Directive 2006/112/EC, art. 196)"),
    "no-vat-id": message("VAT of the hub’s country, as the boutique has no valid VAT id"),
    "outside-scope": message("outside the scope of VAT here"),
    "": message("not recorded"),
}
"""How the commission of a line is taxed, in words."""


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the list; `fits` says for which pieces it is, `keeps` what the hub keeps of each."""

    rule: Rule
    place: int
    fits: tuple[str, ...]
    keeps: str
    unreached: bool
    is_standard: bool
    is_first: bool
    is_last: bool


def rule_rows(rules: Sequence[Rule], names: Mapping[str, str]) -> list[RuleRow]:
    """The list in its order; `names` are boutiques' by id."""
    unreached = never_reached(rules)
    return [
        RuleRow(
            rule=rule,
            place=place,
            fits=fits_words(rule, names),
            keeps=keeps_words(rule),
            unreached=rule.id in unreached,
            is_standard=rule.id == STANDARD,
            is_first=place == 1,
            is_last=place >= len(rules) - 1,
        )
        for place, rule in enumerate(rules, start=1)
    ]


def fits_words(rule: Rule, names: Mapping[str, str]) -> tuple[str, ...]:
    """For which pieces a rule is, one phrase for each condition; empty for all."""
    words = []
    if rule.shop_id:
        words.append(names.get(rule.shop_id, rule.shop_id))
    if rule.category:
        words.append(category_words(rule.category))
    price = _band(rule)
    if price:
        words.append(price)
    elif rule.currency:
        words.append(say("priced in %(currency)s", currency=rule.currency))
    return tuple(words)


def category_words(path: str) -> str:
    """A category path for people."""
    department, _, code = path.partition("/")
    label = CATEGORIES[code][0] if code in CATEGORIES else DEPARTMENTS.get(department, path)
    return WORDING.said(label)


def _band(rule: Rule) -> str:
    low, high = (
        None if minor is None else format_money(Money(minor, rule.currency))
        for minor in (rule.price_from_minor, rule.price_below_minor)
    )
    if low and high:
        return say("from %(low)s to below %(high)s", low=low, high=high)
    if low:
        return say("from %(low)s", low=low)
    return say("below %(high)s", high=high) if high else ""


def keeps_words(rule: Rule) -> str:
    """What the hub keeps of a piece: `10 % + €0.50, at least €1.00, at most €40.00`."""
    words = f"{percent_text(rule.rate_bp)} %"
    if rule.fixed_minor:
        words += " + " + format_money(Money(rule.fixed_minor, rule.currency))
    if rule.floor_minor:
        words += ", " + say("at least %(amount)s", amount=format_money(Money(rule.floor_minor, rule.currency)))
    if rule.cap_minor is not None:
        words += ", " + say("at most %(amount)s", amount=format_money(Money(rule.cap_minor, rule.currency)))
    return words


def terms_words(line: LineSplitView) -> str:
    """By which terms a sold line was divided: the rule and its revision, rate, VAT, referral, and who gave what off."""
    words = [
        say(
            "rule %(rule)s of revision %(revision)s, %(percent)s %% of %(base)s",
            rule=line.rule_id,
            revision=line.rule_revision,
            percent=percent_text(line.commission_bp),
            base=format_money(line.commission_base),
        )
    ]
    amounts = ((line.fixed, "+ %(amount)s"), (line.floor, "at least %(amount)s"), (line.cap, "at most %(amount)s"))
    words += [say(pattern, amount=format_money(amount)) for amount, pattern in amounts if amount]
    words.append(say(VAT_WORDS.get(line.vat_treatment, "not recorded")))
    if line.referrer:
        words.append(
            say("%(percent)s %% to the boutique that sent the shopper", percent=percent_text(line.referral_bp))
        )
    if line.coupon:
        words.append(say("coupon of %(amount)s, paid by the hub", amount=format_money(line.coupon)))
    if line.discount:
        words.append(say("%(amount)s off the former price, given by the boutique", amount=format_money(line.discount)))
    return "; ".join(words)
