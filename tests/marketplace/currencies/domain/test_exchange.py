"""What a list price is for one shopper."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.vocabulary.money import Money, zero
from marketplace.currencies.domain.exchange import Exchange
from marketplace.currencies.domain.rates import CURRENCIES
from tests.marketplace.currencies.sheets import NOW, sheet


def test_without_rates_a_price_stays_as_written() -> None:
    """Nothing is converted at rates that are too old or unknown."""
    blind = Exchange("JPY")
    assert blind.shown(Money(10_000, "GBP")) == Money(10_000, "GBP")
    assert not blind.reaches("GBP")
    assert blind.reaches("JPY")
    assert blind.quote(NOW) is None
    assert not blind.words("GBP")


def test_a_quote_lasts_half_an_hour() -> None:
    """The rates promised to an order hold for thirty minutes."""
    quote = Exchange("JPY", sheet()).quote(NOW)
    assert quote is not None
    assert not quote.expired(NOW + timedelta(minutes=29, seconds=59))
    assert quote.expired(NOW + timedelta(minutes=30))


def test_words_name_what_was_converted_alone() -> None:
    """A shopper who pays what the boutique asks reads of no rate."""
    assert not Exchange("GBP", sheet()).words("GBP")
    assert Exchange("GBP", sheet()).words("EUR", "GBP") == "1 EUR = 0.8412 GBP, 20 Nov 2026, ECB"


pieces = st.lists(
    st.tuples(st.integers(1, 500_000), st.sampled_from(CURRENCIES), st.integers(1, 20)), min_size=1, max_size=8
)


@given(pieces, st.sampled_from(CURRENCIES))
@settings(max_examples=100, deadline=None)
def test_a_total_is_the_sum_of_what_was_shown(bought: list[tuple[int, str, int]], currency: str) -> None:
    """Converted first and multiplied then, the total never drifts from the prices a shopper can add up."""
    exchange = Exchange(currency, sheet())
    shown = [(exchange.shown(Money(minor, listed)), quantity) for minor, listed, quantity in bought]
    total = sum((price * quantity for price, quantity in shown), zero(currency))
    assert total.amount_minor == sum(price.amount_minor * quantity for price, quantity in shown)
    assert {price.currency for price, _ in shown} == {currency}
