"""What a basket costs."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from federation.vocabulary.product import ShippingRate
from marketplace.currencies.domain.exchange import Exchange
from marketplace.listings.views import Offer
from marketplace.orders.domain.basket import BasketItem
from marketplace.orders.domain.pricing import PricedBasket, Wanted, price_basket
from tests.marketplace.currencies.sheets import sheet

RATES = {
    "a": (ShippingRate(("IT",), Money(690, "EUR"), 1, 3),),
    "b": (ShippingRate(("IT", "FR"), Money(990, "EUR"), 1, 3, Money(20_000, "EUR")),),
}
FRESH = Offer(5, "fresh", in_stock=True)


def wanted(shop: str, price_minor: int | None = 10_000, quantity: int = 1, **changes: object) -> Wanted:
    """One piece wanted, at today's price; `seen` and `offer` may differ."""
    seen = changes.get("seen", price_minor)
    item = BasketItem(shop, "p", f"v{price_minor}", quantity, int(str(seen or 0)))
    offer = changes.get("offer", FRESH)
    price = None if price_minor is None else Money(price_minor, str(changes.get("currency", "EUR")))
    return Wanted(item, price, offer if isinstance(offer, Offer) else None)


def price(*lines: Wanted, country: str = "IT") -> PricedBasket:
    """Price these lines."""
    return price_basket(lines, RATES, country, Exchange("EUR"))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 50_000), st.integers(1, 5)), max_size=8))
def test_the_total_is_the_sum_of_what_is_shown(lines: list[tuple[str, int, int]]) -> None:
    """Goods and one parcel per boutique, nothing else, to the cent."""
    basket = price(*(wanted(shop, minor, quantity) for shop, minor, quantity in lines))
    goods = sum(minor * quantity for _, minor, quantity in lines)
    parcels = sum(part.shipping.price.amount_minor for part in basket.parts if part.shipping)
    assert basket.total.amount_minor == goods + parcels
    assert len(basket.parts) == len({shop for shop, _, _ in lines})


def test_a_piece_that_cannot_be_had_counts_nowhere_and_says_why() -> None:
    """Withdrawn, sold out, too many, other currency: each a sentence, none in the total."""
    lines = [
        wanted("a", 10_000),
        wanted("a", None, seen=4_000),
        wanted("a", 7_000, offer=Offer(0, "fresh", in_stock=False)),
        wanted("a", 8_000, quantity=3, offer=Offer(2, "fresh", in_stock=True)),
        wanted("a", 9_000, currency="GBP"),
    ]
    basket = price(*lines)
    assert basket.total == Money(10_690, "EUR")
    assert len(basket.problems) == 4
    assert any("Only 2 left" in problem for problem in basket.problems)


def test_a_boutique_that_does_not_ship_there_stops_the_checkout() -> None:
    """The problem is the boutique's, and its shipping is not guessed."""
    basket = price(wanted("a"), wanted("b"), country="FR")
    assert [part.shipping is None for part in basket.parts] == [True, False]
    assert basket.problems == ("This boutique does not ship to FR; please remove its pieces.",)


def test_a_moved_price_is_told_and_changes_the_quote() -> None:
    """What the shopper saw before is named, and the form made for the old price fits no more."""
    before, after = price(wanted("a", 10_000)), price(wanted("a", 12_000, seen=10_000))
    assert after.changed
    assert after.parts[0].lines[0].price_was == Money(10_000, "EUR")
    assert before.quote != after.quote


def test_the_quote_covers_all_that_is_agreed_to() -> None:
    """Quantity, destination and shipping each change the quote; looking again does not."""
    base = price(wanted("a"))
    assert base.quote == price(wanted("a")).quote
    assert base.quote != price(wanted("a", quantity=2)).quote
    dearer = {"a": (msgspec.structs.replace(RATES["a"][0], price=Money(700, "EUR")),)}
    assert base.quote != price_basket([wanted("a")], dearer, "IT", Exchange("EUR")).quote
    assert price(wanted("b")).quote != price(wanted("b"), country="FR").quote


LONDON = {"b": (ShippingRate(("IT",), Money(1_200, "GBP"), 3, 6, Money(20_000, "GBP")),)}


def test_boutiques_of_several_currencies_are_one_charge() -> None:
    """Each unit price is converted once and then multiplied; goods, parcels and total are in the shopper's currency."""
    lines = [wanted("a", 12_345, 3), wanted("b", 5_999, 2, currency="GBP")]
    basket = price_basket(lines, RATES | LONDON, "IT", Exchange("JPY", sheet()))
    euro, sterling = (part.lines[0] for part in basket.parts)
    assert (euro.unit_price, euro.total) == (Money(22_027, "JPY"), Money(66_081, "JPY"))
    assert (sterling.unit_price, sterling.total) == (Money(12_725, "JPY"), Money(25_450, "JPY"))
    assert sterling.list_price == Money(5_999, "GBP")
    parcels = [part.shipping for part in basket.parts]
    assert [parcel and parcel.price for parcel in parcels] == [Money(1_231, "JPY"), Money(2_545, "JPY")]
    assert basket.total == Money(66_081 + 25_450 + 1_231 + 2_545, "JPY")
    assert basket.exchange.words(*basket.listed_in) == ("1 EUR = 0.8412 GBP, 1 EUR = 178.43 JPY, 20 Nov 2026, ECB")


def test_a_free_parcel_begins_where_the_page_says() -> None:
    """The threshold is converted once like a price, and compared with the goods as they are shown."""
    shown = Exchange("EUR", sheet())
    below = price_basket([wanted("b", 19_999, currency="GBP")], LONDON, "IT", shown)
    at = price_basket([wanted("b", 20_000, currency="GBP")], LONDON, "IT", shown)
    assert below.shipping_total == Money(1_427, "EUR")
    assert at.shipping_total == Money(0, "EUR")
    assert at.total == shown.shown(Money(20_000, "GBP"))


def test_without_rates_a_basket_is_priced_as_its_first_boutique_lists() -> None:
    """Nothing stale is charged: what is listed in another currency goes into an order of its own."""
    basket = price_basket([wanted("b", 5_000, currency="GBP"), wanted("a")], RATES | LONDON, "IT", Exchange("JPY"))
    assert basket.total == Money(5_000 + 1_200, "GBP")
    assert basket.problems == ("This piece is priced in EUR; please buy it in an order of its own.",)


def test_a_new_rate_is_a_new_quote_but_no_moved_price() -> None:
    """A form made at yesterday's rate fits no more, though the boutique's price never moved."""
    lines = [wanted("b", 5_000, currency="GBP")]
    before = price_basket(lines, LONDON, "IT", Exchange("USD", sheet()))
    after = price_basket(lines, LONDON, "IT", Exchange("USD", sheet(USD="1.2")))
    assert before.quote != after.quote
    assert not after.changed
