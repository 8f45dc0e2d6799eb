"""The list of commission rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from marketplace.errors import RulesInvalidError
from marketplace.terms.domain.rules import (
    STANDARD,
    Piece,
    Rule,
    checked,
    fits,
    moved,
    never_reached,
    placed,
    retired,
    rule_for,
    standard_rule,
)

LAST = standard_rule(1000)
OWN = Rule(id="own", name="One boutique", shop_id="a", rate_bp=500)
DRESSES = Rule(id="dresses", name="Dresses", category="clothing/dresses", rate_bp=1200)
CLOTHES = Rule(id="clothes", name="Clothes", category="clothing", rate_bp=1100)
DEAR = Rule(id="dear", name="Dear", currency="EUR", price_from_minor=50_000, rate_bp=800, cap_minor=10_000)
RULES = (OWN, DRESSES, CLOTHES, DEAR, LAST)


@pytest.mark.parametrize(
    ("piece", "rule_id"),
    [
        (Piece("a", "clothing/dresses", Money(100, "EUR")), "own"),
        (Piece("b", "clothing/dresses", Money(99_999, "EUR")), "dresses"),
        (Piece("b", "clothing/coats", Money(99_999, "EUR")), "clothes"),
        (Piece("b", "clothing", Money(1, "EUR")), "clothes"),
        (Piece("b", "jewellery/rings", Money(50_000, "EUR")), "dear"),
        (Piece("b", "jewellery/rings", Money(49_999, "EUR")), STANDARD),
        (Piece("b", "jewellery/rings", Money(50_000, "GBP")), STANDARD),
        (Piece("b", "clothingx/dresses", Money(1, "EUR")), STANDARD),
    ],
)
def test_the_first_rule_that_fits_is_the_one(piece: Piece, rule_id: str) -> None:
    """Boutique, category by its path, price from and below, and currency decide; else the standard rule."""
    assert rule_for(checked(RULES), piece).id == rule_id


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ((), "1 to 200"),
        ((OWN,), "stands last"),
        ((LAST, OWN), "stands last"),
        ((OWN, OWN, LAST), "same id"),
        ((Rule(id="x", name="X", rate_bp=1, fixed_minor=5), LAST), "which currency"),
        ((Rule(id="x", name="X", rate_bp=1, currency="EUR", floor_minor=9, cap_minor=5), LAST), "less than"),
        (
            (Rule(id="x", name="X", rate_bp=1, currency="EUR", price_from_minor=9, price_below_minor=9), LAST),
            "must be above",
        ),
        ((Rule(id="x", name="X", rate_bp=5001), LAST), "bounds"),
        ((Rule(id="x", name="X", rate_bp=1, currency="EUR", fixed_minor=10**9), LAST), "bounds"),
        ((Rule(id="X Y", name="X", rate_bp=1), LAST), "bounds"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(rules: tuple[Rule, ...], word: str) -> None:
    """Order, ids, bounds and amounts without a currency are refused with a sentence."""
    with pytest.raises(RulesInvalidError, match=word):
        checked(rules)


def test_rules_are_placed_moved_and_retired() -> None:
    """A new rule comes before the standard one, keeps its place when changed, and never passes the standard one."""
    rules = placed((OWN, LAST), CLOTHES)
    assert [rule.id for rule in rules] == ["own", "clothes", STANDARD]
    assert [rule.id for rule in moved(rules, "clothes", -1)] == ["clothes", "own", STANDARD]
    assert moved(rules, "clothes", 1) == rules
    assert moved(rules, "own", -1) == rules
    assert moved(rules, STANDARD, -1) == rules
    changed = Rule(id="own", name="Own", shop_id="a", rate_bp=400)
    assert placed(rules, changed)[0] == changed
    assert [rule.id for rule in retired(rules, "own")] == ["clothes", STANDARD]
    for unknown in (STANDARD, "gone"):
        with pytest.raises(RulesInvalidError):
            retired(rules, unknown)


RULES_OF_ANY_KIND = st.builds(
    lambda number, shop, category, band, rate: Rule(
        id=f"r{number}",
        name="R",
        shop_id=shop,
        category=category,
        currency="EUR" if band else "",
        price_from_minor=band[0] if band else None,
        price_below_minor=band[0] + band[1] if band else None,
        rate_bp=rate,
    ),
    st.integers(0, 10**6),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "clothing", "clothing/dresses", "shoes"]),
    st.none() | st.tuples(st.integers(0, 500), st.integers(1, 500)),
    st.integers(0, 5000),
)
PIECES = st.builds(
    Piece,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["clothing/dresses", "clothing/coats", "shoes/boots"]),
    st.builds(Money, st.integers(0, 1200), st.sampled_from(["EUR", "GBP"])),
)


@given(st.lists(RULES_OF_ANY_KIND, max_size=6, unique_by=lambda rule: rule.id), st.lists(PIECES, max_size=30))
def test_a_rule_called_unreached_is_never_the_one(rules: list[Rule], pieces: list[Piece]) -> None:
    """Every piece has a rule, the first that fits, and no rule of which the page says so is ever chosen."""
    book = checked([*rules, LAST])
    unreached = never_reached(book)
    for piece in pieces:
        chosen = rule_for(book, piece)
        assert fits(chosen, piece)
        assert not any(fits(rule, piece) for rule in book[: book.index(chosen)])
        assert chosen.id not in unreached
