"""A search as an address and back."""

import pytest

from federation.vocabulary.errors import RecordInvalidError
from marketplace.storefront.searching import Params, address_of, controls, read_request
from search.query import Filters, SearchRequest, Understood
from search.service import SearchPage


def test_an_address_says_the_same_search_again() -> None:
    """Writing a search down and reading it gives the same search."""
    asked = SearchRequest(
        text="silk & linen", filters=Filters(colour=("red", "navy"), price_max=20_050), sort="price-asc", page=2
    )
    address = address_of(asked, page=2)
    values: dict[str, list[str]] = {}
    for pair in address.partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append(value.replace("+%26+", " & ").replace("+", " "))
    assert read_request(Params(values)) == asked


def test_changing_a_search_goes_back_to_its_first_page() -> None:
    """A facet clicked on page three shows page one."""
    assert "page" not in address_of(SearchRequest(text="x", page=3), sort="newest")


@pytest.mark.parametrize("values", [{"min": ["-4"]}, {"colour": ["x" * 121]}])
def test_what_cannot_be_understood_is_refused(values: dict[str, list[str]]) -> None:
    """Faulty prices and endless values raise a refusal."""
    with pytest.raises(RecordInvalidError):
        read_request(Params(values))


def test_empty_values_are_no_filters() -> None:
    """A form sent with empty fields searches everything, and a link with an order that is none has the usual one."""
    assert read_request(Params({"q": [""], "min": [""], "colour": [""], "page": ["x"]})) == SearchRequest()
    assert read_request(Params({"sort": ["loudest"]})) == SearchRequest()


@pytest.mark.parametrize("written", ["€200", "200 €", "200,00", "200 EUR", " 200 euro "])
def test_a_price_is_read_as_people_write_it(written: str) -> None:
    """Signs, spaces and the currency's name do no harm."""
    assert read_request(Params({"max": [written]})).filters.price_max == 20_000


def test_a_bound_keeps_its_currency_in_the_address() -> None:
    """A link to pieces up to 200 pounds says pounds to whoever opens it; the same figure alone is in their own."""
    asked = SearchRequest(filters=Filters(price_max=20_000), currency="GBP")
    assert address_of(asked) == "/search?max=200&currency=GBP"
    assert read_request(Params({"max": ["200"], "currency": ["GBP"]}), "JPY") == asked
    assert read_request(Params({"max": ["20,000"]}), "JPY").filters.price_max == 20_000


def test_a_price_in_words_is_a_chip_in_its_own_currency() -> None:
    """What was written in pounds says pounds, and taking it away takes its words; a clicked bound stands for it."""
    found = SearchPage(
        hits=(),
        total=0,
        page=1,
        pages=1,
        facets={},
        price_range=None,
        understood=(Understood("price", "max:20000:GBP", "under £200"),),
        relaxed=False,
    )
    shown = controls(SearchRequest(text="dress under £200", currency="EUR"), found, {})
    assert [(chip.label, chip.url) for chip in shown.chips] == [("up to £200", "/search?q=dress")]
    assert shown.offers == ()
    clicked = SearchRequest(text="dress under £200", filters=Filters(price_max=30_000), currency="EUR")
    assert [chip.label for chip in controls(clicked, found, {}).chips] == ["up to €300"]
