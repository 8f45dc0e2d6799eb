"""One comparable amount for prices of all currencies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from marketplace.currencies.domain.rates import CURRENCIES
from marketplace.currencies.domain.ruler import IndexRuler
from tests.marketplace.currencies.sheets import sheet


@given(st.integers(0, 10**8), st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES), st.integers(0, 10**7))
@settings(max_examples=200, deadline=None)
def test_a_bound_holds_exactly_what_reads_within_it(bound: int, shopper: str, own: str, piece: int) -> None:
    """A piece is under a bound exactly when the price shown for it is, whatever the two currencies."""
    ruler, rates, limit = IndexRuler(own, sheet()), sheet(), Money(bound, shopper)
    shown = rates.convert(Money(piece, own), shopper).amount_minor
    assert (piece <= ruler.at_most(limit)) is (shown <= bound)
    assert (piece >= ruler.at_least(limit)) is (shown >= bound)


@pytest.mark.parametrize(
    ("price", "amount"),
    [(Money(20_000, "GBP"), 23_776), (Money(20_000, "JPY"), 11_209), (Money(20_000, "EUR"), 20_000)],
)
def test_prices_are_measured_in_the_hubs_currency(price: Money, amount: int) -> None:
    """Two hundred pounds are more than two hundred euro, and twenty thousand yen are less."""
    assert IndexRuler("EUR", sheet()).amount(price) == amount


def test_without_rates_one_unit_counts_as_another() -> None:
    """A hub that never knew a rate still puts its pieces in some order."""
    assert IndexRuler("EUR").amount(Money(200, "JPY")) == 20_000
    assert IndexRuler("EUR").at_most(Money(200, "GBP")) == 200
