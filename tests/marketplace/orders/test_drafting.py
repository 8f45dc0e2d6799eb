"""Writing a basket down as an order."""

import pytest

from federation.vocabulary.money import Money
from federation.vocabulary.product import ShippingRate
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import BasketInvalidError
from marketplace.orders.domain.pricing import PricedPart, price_basket
from marketplace.orders.drafting import list_currency_of
from tests.marketplace.currencies.sheets import sheet
from tests.marketplace.orders.domain.test_pricing import wanted


def part_of(*currencies: str, shipping: str) -> PricedPart:
    """One boutique's part, with a piece in each of `currencies` and its parcel in another."""
    rates = {"a": (ShippingRate(("IT",), Money(690, shipping), 1, 3),)}
    lines = [wanted("a", 10_000 + place, currency=currency) for place, currency in enumerate(currencies)]
    return price_basket(lines, rates, "IT", Exchange("EUR", sheet())).parts[0]


def test_a_part_keeps_its_boutiques_own_prices_in_one_currency() -> None:
    """What the boutique signs for is of one currency, whatever the shopper pays in."""
    assert list_currency_of(part_of("GBP", "GBP", shipping="GBP")) == "GBP"


@pytest.mark.parametrize(("pieces", "shipping"), [(("GBP",), "EUR"), (("GBP", "EUR"), "GBP")])
def test_prices_of_two_currencies_make_no_part(pieces: tuple[str, ...], shipping: str) -> None:
    """A parcel or pieces in different currencies are refused: one figure would be taken for another."""
    with pytest.raises(BasketInvalidError, match="EUR and GBP"):
        list_currency_of(part_of(*pieces, shipping=shipping))
