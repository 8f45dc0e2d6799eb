"""Choosing a boutique's shipping rate."""

from federation.vocabulary.money import Money
from federation.vocabulary.product import ShippingRate
from marketplace.orders.domain.shipping import choose_rate

RATES = (
    ShippingRate(("IT", "SM"), Money(690, "EUR"), 1, 3, Money(15_000, "EUR")),
    ShippingRate(("IT",), Money(690, "EUR"), 1, 2),
    ShippingRate(("FR",), Money(1_200, "EUR"), 2, 5),
    ShippingRate(("GB",), Money(1_500, "GBP"), 3, 6),
)


def test_the_quicker_of_equal_rates_wins() -> None:
    """At the same price the parcel that arrives sooner is taken."""
    choice = choose_rate(RATES, "IT", Money(5_000, "EUR"))
    assert choice is not None
    assert (choice.price, choice.days_max) == (Money(690, "EUR"), 2)


def test_shipping_is_free_from_the_threshold_on() -> None:
    """Exactly the threshold is enough, a cent less is not."""
    at = choose_rate(RATES, "SM", Money(15_000, "EUR"))
    below = choose_rate(RATES, "SM", Money(14_999, "EUR"))
    assert at is not None
    assert below is not None
    assert (at.price.amount_minor, below.price.amount_minor) == (0, 690)


def test_no_rate_is_said_never_guessed() -> None:
    """A country nobody named, or only in another currency, has no rate."""
    assert choose_rate(RATES, "DE", Money(5_000, "EUR")) is None
    assert choose_rate(RATES, "GB", Money(5_000, "EUR")) is None
