"""Money: exact, in one currency, and read and written without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import (
    AMOUNT_MINOR_MAX,
    CURRENCY_EXPONENTS,
    Money,
    parse_decimal,
    to_decimal,
    zero,
)

currencies = st.sampled_from(sorted(CURRENCY_EXPONENTS))
amounts = st.integers(-(10**13), 10**13)


@given(currencies, amounts, amounts)
def test_sums_are_those_of_integers(currency: str, one: int, two: int) -> None:
    """Adding, subtracting and negating amounts is integer arithmetic in the same currency."""
    a, b = Money(one, currency), Money(two, currency)
    assert a + b - b == a
    assert a - b == a + -b
    assert (a + b).amount_minor == one + two
    assert bool(a) == (one != 0)
    assert a * 3 == a + a + a
    assert zero(currency) + a == a


@given(currencies, st.integers(0, 10**12 - 1))
def test_decimal_text_keeps_every_cent(currency: str, amount: int) -> None:
    """What is written as decimal text is read back as the same amount."""
    money = Money(amount, currency)
    assert parse_decimal(to_decimal(money), currency) == money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("189.00", "EUR", 18900),
        (" 189 ", "EUR", 18900),
        ("0.05", "EUR", 5),
        ("12.5", "GBP", 1250),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("1.5000", "EUR", 150),
    ],
)
def test_plain_prices_are_read(text: str, currency: str, minor: int) -> None:
    """A plain decimal is read exactly; zeros beyond the currency's digits do no harm."""
    assert parse_decimal(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", ".", "1.", ".5", "-1", "+1", "1,50", "1.005", "1e3", "1 000", "NaN", "٣", "1.٣", "9" * 13, "0x10", "1_0"],
)
def test_anything_else_is_refused(text: str) -> None:
    """Signs, groups, other digits, more digits than the currency has: refused, not guessed."""
    with pytest.raises(RecordInvalidError):
        parse_decimal(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency"), [("2.500", "EUR"), ("1.000", "EUR"), ("1.500", "JPY"), ("12.000", "JPY")]
)
def test_a_group_of_thousands_is_never_read_as_cents(text: str, currency: str) -> None:
    """`2.500` is 2500 to an Italian and 2.50 to an Englishman: nobody's price is guessed."""
    with pytest.raises(RecordInvalidError):
        parse_decimal(text, currency)


def test_currencies_never_meet() -> None:
    """Two currencies have no sum, and an unknown one is refused at the border."""
    with pytest.raises(RecordInvalidError, match="cannot combine"):
        Money(1, "EUR") + Money(1, "GBP")
    with pytest.raises(RecordInvalidError):
        Money(1, "ZZZ")
    with pytest.raises(RecordInvalidError):
        parse_decimal("1", "eur")


def test_amounts_stay_exact_for_every_reader() -> None:
    """An amount that a JSON reader could round is refused, also when a sum would reach it."""
    top = Money(AMOUNT_MINOR_MAX, "EUR")
    with pytest.raises(RecordInvalidError):
        top + Money(1, "EUR")
    with pytest.raises(RecordInvalidError):
        Money(-AMOUNT_MINOR_MAX - 1, "EUR")


def test_negative_text() -> None:
    """A refund is written with its sign before the whole amount."""
    assert [to_decimal(Money(minor, "EUR")) for minor in (-5, -1250, 0)] == ["-0.05", "-12.50", "0.00"]
