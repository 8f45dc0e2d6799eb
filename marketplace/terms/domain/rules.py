"""The hub's commission rules: an ordered list; the first that fits a piece says what the hub keeps of it. Pure.

Invariants: the last rule is the standard one, which fits everything; a rule that names amounts names their currency and
fits only pieces priced in it; ids are unique and never given twice. A rule is chosen by the boutique's own price, and
its fixed part, floor and cap are meant for each piece. Nothing here knows what was sold before: the parts of the rule
that was chosen are frozen on the order line.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.errors import RulesInvalidError

RULES_MAX = 200
"""The most rules in one list."""

RATE_BP_MAX = 5_000
"""No rule takes more than half of a price."""

AMOUNT_MINOR_MAX = 100_000_000
"""The greatest fixed part, floor, cap or price that a rule names, in minor units."""

STANDARD = "standard"
"""The id of the last rule, which is changed but never moved or retired."""

Amount = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub keeps of the pieces that fit: empty conditions fit all.

    `category` is a path or its beginning (`clothing`, `clothing/dresses`); a price fits from `price_from_minor` and
    below `price_below_minor`. Of each piece the hub keeps `rate_bp` of its price and `fixed_minor`, at least
    `floor_minor` and at most `cap_minor`.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?(?!\n)$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    shop_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    category: Annotated[str, msgspec.Meta(max_length=80, pattern=r"^([a-z]+(/[a-z]+)*)?(?!\n)$")] = ""
    currency: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{3})?(?!\n)$")] = ""
    price_from_minor: Amount | None = None
    price_below_minor: Amount | None = None
    rate_bp: Annotated[int, msgspec.Meta(ge=0, le=RATE_BP_MAX)]
    fixed_minor: Amount = 0
    floor_minor: Amount = 0
    cap_minor: Amount | None = None

    @property
    def names_amounts(self) -> bool:
        """Whether any part of it is an amount of money, which needs a currency."""
        amounts = (self.price_from_minor, self.price_below_minor, self.cap_minor)
        return any(amount is not None for amount in amounts) or bool(self.fixed_minor or self.floor_minor)

    @property
    def fits_all(self) -> bool:
        """Whether it has no condition at all."""
        return not (self.shop_id or self.category or self.currency or self.names_amounts)


class Piece(msgspec.Struct, frozen=True):
    """What a rule looks at: whose piece it is, its category as a path, and its price at the boutique."""

    shop_id: str
    category: str
    price: Money


def fits(rule: Rule, piece: Piece) -> bool:
    """Whether every condition of the rule holds for the piece."""
    price = piece.price.amount_minor
    return (
        rule.shop_id in {"", piece.shop_id}
        and _within(piece.category, rule.category)
        and rule.currency in {"", piece.price.currency}
        and (rule.price_from_minor is None or price >= rule.price_from_minor)
        and (rule.price_below_minor is None or price < rule.price_below_minor)
    )


def rule_for(rules: Sequence[Rule], piece: Piece) -> Rule:
    """The first rule that fits; a checked list always has one."""
    return next(rule for rule in rules if fits(rule, piece))


def standard_rule(rate_bp: int) -> Rule:
    """The rule for everything that no other rule is about."""
    return Rule(id=STANDARD, name="Standard", rate_bp=rate_bp)


def checked(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The list, if it can be used. Raises RulesInvalidError saying which rule is wrong, and in what."""
    if not rules or len(rules) > RULES_MAX:
        raise RulesInvalidError(sentence("A list has 1 to %(num)s rules.", num=RULES_MAX))
    if rules[-1].id != STANDARD or not rules[-1].fits_all:
        raise RulesInvalidError("The standard rule stands last and has no conditions and no amounts.")
    if len({rule.id for rule in rules}) != len(rules):
        raise RulesInvalidError("Two rules have the same id.")
    for rule in rules:
        _check(rule)
    return tuple(rules)


def _check(rule: Rule) -> None:
    try:
        msgspec.convert(msgspec.to_builtins(rule), Rule)
    except msgspec.ValidationError as error:
        raise RulesInvalidError(
            sentence("The rule “%(name)s” is beyond its bounds: %(fault)s", name=rule.name[:80], fault=str(error))
        ) from error
    if rule.names_amounts and not rule.currency:
        raise RulesInvalidError(sentence("%(name)s: say in which currency its amounts are.", name=rule.name))
    low, high = rule.price_from_minor, rule.price_below_minor
    if low is not None and high is not None and low >= high:
        raise RulesInvalidError(
            sentence("%(name)s: the price it ends below must be above the one it begins at.", name=rule.name)
        )
    if rule.cap_minor is not None and rule.cap_minor < rule.floor_minor:
        raise RulesInvalidError(sentence("%(name)s: the most it takes is less than the least.", name=rule.name))


def placed(rules: Sequence[Rule], rule: Rule) -> tuple[Rule, ...]:
    """The list with `rule` in the place of the one of its id; a new one comes just before the standard rule."""
    if any(one.id == rule.id for one in rules):
        return checked([rule if one.id == rule.id else one for one in rules])
    return checked([*rules[:-1], rule, rules[-1]])


def retired(rules: Sequence[Rule], rule_id: str) -> tuple[Rule, ...]:
    """The list without a rule. Raises RulesInvalidError for the standard one, or when there is none of that id."""
    if rule_id == STANDARD:
        raise RulesInvalidError("The standard rule cannot be retired: it is for everything else.")
    _index(rules, rule_id)
    return checked([rule for rule in rules if rule.id != rule_id])


def moved(rules: Sequence[Rule], rule_id: str, step: Literal[-1, 1]) -> tuple[Rule, ...]:
    """The list with a rule one place up (-1) or down (1); at the end of its way it stays."""
    at = _index(rules, rule_id)
    to = at + step
    if rule_id == STANDARD or not 0 <= to < len(rules) - 1:
        return checked(rules)
    order = list(rules)
    order[at], order[to] = order[to], order[at]
    return checked(order)


def _index(rules: Sequence[Rule], rule_id: str) -> int:
    for index, rule in enumerate(rules):
        if rule.id == rule_id:
            return index
    raise RulesInvalidError("There is no such rule any more; look at the list again.")


def never_reached(rules: Sequence[Rule]) -> frozenset[str]:
    """The ids of rules for which an earlier one always comes first."""
    return frozenset(
        later.id for index, later in enumerate(rules) if any(_covers(earlier, later) for earlier in rules[:index])
    )


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether everything that fits `later` fits `earlier` as well."""
    return (
        earlier.shop_id in {"", later.shop_id}
        and _within(later.category, earlier.category)
        and earlier.currency in {"", later.currency}
        and (earlier.price_from_minor or 0) <= (later.price_from_minor or 0)
        and (
            earlier.price_below_minor is None
            or (later.price_below_minor is not None and later.price_below_minor <= earlier.price_below_minor)
        )
    )


def _within(category: str, path: str) -> bool:
    return not path or category == path or category.startswith(f"{path}/")
