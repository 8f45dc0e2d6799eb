"""Exact conversion through the euro."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from marketplace.currencies.domain.rates import CURRENCIES, RateSheet, is_current, read_rates
from tests.marketplace.currencies.sheets import DAY, NOW, sheet

amounts = st.integers(min_value=0, max_value=10**9)
currencies = st.sampled_from(CURRENCIES)
rates = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(1000), places=4)
sheets = st.builds(
    lambda found: RateSheet(
        day=DAY, source="ECB", per_euro=dict(zip(("GBP", "USD", "CHF", "JPY"), found, strict=True))
    ),
    st.tuples(rates, rates, rates, rates),
)


@pytest.mark.parametrize(
    ("money", "currency", "expected"),
    [
        (Money(10_000, "EUR"), "GBP", 8_412),
        (Money(10_000, "EUR"), "JPY", 17_843),
        (Money(20_000, "GBP"), "EUR", 23_776),
        (Money(20_000, "GBP"), "JPY", 42_423),
        (Money(42_423, "JPY"), "GBP", 20_000),
        (Money(0, "CHF"), "JPY", 0),
    ],
)
def test_crosses_go_through_the_euro(money: Money, currency: str, expected: int) -> None:
    """A cross rate is the quotient of two euro rates, and the yen has no minor unit."""
    assert sheet().convert(money, currency) == Money(expected, currency)


@pytest.mark.parametrize(("cents", "yen"), [(1, 2), (3, 4), (5, 8), (7, 10)])
def test_halves_go_to_the_even_unit(cents: int, yen: int) -> None:
    """1.5 becomes 2, 4.5 becomes 4: half to even, so that rounding favours nobody."""
    assert sheet(JPY="150").convert(Money(cents, "EUR"), "JPY").amount_minor == yen


@given(sheets, amounts, currencies, currencies)
@settings(max_examples=200, deadline=None)
def test_a_conversion_rounds_once(rates: RateSheet, minor: int, source: str, target: str) -> None:
    """The result is never further than half a minor unit from the exact quotient, however the cross runs."""
    money = Money(minor, source)
    exact = Fraction(minor, 10 ** CURRENCY_EXPONENTS[source]) / Fraction(rates.rate(source))
    exact *= Fraction(rates.rate(target)) * 10 ** CURRENCY_EXPONENTS[target]
    if exact > 10**15:
        return
    assert abs(rates.convert(money, target).amount_minor - exact) <= Fraction(1, 2)


@given(sheets, amounts, amounts, currencies, currencies)
@settings(max_examples=100, deadline=None)
def test_dearer_stays_dearer(rates: RateSheet, one: int, other: int, source: str, target: str) -> None:
    """Conversion keeps the order of prices and leaves a price in its own currency as it is."""
    low, high = sorted((one, other))
    shown = [rates.convert(Money(minor // 1000, source), target).amount_minor for minor in (low, high)]
    assert shown[0] <= shown[1]
    assert rates.convert(Money(one, source), source) == Money(one, source)


@pytest.mark.parametrize(("age_days", "usable"), [(-2, False), (-1, True), (0, True), (4, True), (5, False)])
def test_rates_serve_four_days(age_days: int, *, usable: bool) -> None:
    """Friday's rates serve until Tuesday; older ones and ones from the future do not."""
    assert is_current(sheet(NOW.date() - timedelta(days=age_days)), NOW) is usable


def test_rates_say_their_day_and_source() -> None:
    """A page shows what a price was converted by, when that was set, and by whom."""
    assert sheet(date(2026, 11, 20)).words(["EUR", "GBP"]) == "1 EUR = 0.8412 GBP, 20 Nov 2026, ECB"
    assert sheet().words(["JPY", "GBP"]) == "1 EUR = 0.8412 GBP, 1 EUR = 178.43 JPY, 20 Nov 2026, ECB"
    assert not sheet().words(["EUR"])


@pytest.mark.parametrize("text", ["", "1,2", "-1", "1e5", "NaN", "0", "9999999", "1.2.3"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """Only a plain positive decimal of a believable size is a rate."""
    with pytest.raises(RecordInvalidError):
        RateSheet(day=DAY, source="ECB", per_euro=read_rates({"GBP": text}))
