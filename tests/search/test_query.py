"""A query is understood as its author meant it, and stays within its bounds."""

from datetime import date

import msgspec
import pytest

from search.errors import SearchInvalidError
from search.lexicon import covers_vocabulary
from search.ports import AllOf, Between, In, Sort, Term
from search.query import Filters, SearchRequest, filter_of, sort_of, typos_allowed, understand, without_price


def test_words_are_recognised_in_two_languages() -> None:
    """Colours, categories and wearers are named in English and Italian alike."""
    for text in ("red handbag women ", "borsa rossa donna "):
        read = understand(text)
        assert {(part.kind, part.value) for part in read.understood} == {
            ("colour", "red"),
            ("category", "handbags"),
            ("gender", "women"),
        }
        assert len(read.boosts) == 3


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("dress under 200", "max:20000:EUR", "dress"),
        ("dress under € 200", "max:20000:EUR", "dress"),
        ("abito meno di 150 euro", "max:15000:EUR", "abito"),
        ("over 90€ dress", "min:9000:EUR", "dress"),
        ("dress under £200", "max:20000:GBP", "dress"),
        ("dress under 200 pounds", "max:20000:GBP", "dress"),
        ("abito sotto 300 franchi", "max:30000:CHF", "abito"),
        ("coat over $400", "min:40000:USD", "coat"),
        ("dress under 30000 yen", "max:30000:JPY", "dress"),
        ("dress under ¥ 30000", "max:30000:JPY", "dress"),
        ("orecchini sotto i 100 franchi", "max:10000:CHF", "orecchini"),
        ("borsa fino ai 1.000 euro", "max:100000:EUR", "borsa"),
        ("coat under £1,500", "max:150000:GBP", "coat"),
    ],
)
def test_price_phrases_become_a_bound_and_leave_the_words(text: str, value: str, words: str) -> None:
    """A price in words is read as minor units and not searched as text."""
    read = understand(text)
    assert [part.value for part in read.understood if part.kind == "price"] == [value]
    assert [term.alternatives[0] for term in read.terms] == [words]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("dress between 200 and 400", "min:20000:EUR", "max:40000:EUR"),
        ("dress between £200 and £400", "min:20000:GBP", "max:40000:GBP"),
        ("tra i 200 e i 400 franchi dress", "min:20000:CHF", "max:40000:CHF"),
        ("dress da 200 a 400 euro", "min:20000:EUR", "max:40000:EUR"),
        ("dress over 200 under 400", "min:20000:EUR", "max:40000:EUR"),
    ],
)
def test_two_prices_bound_on_both_sides(text: str, least: str, most: str) -> None:
    """A range in words is two bounds, in the currency that stands beside either, and no word to look for."""
    read = understand(text)
    assert {part.value for part in read.understood if part.kind == "price"} == {least, most}
    assert [term.alternatives[0] for term in read.terms] == ["dress"]
    assert (read.low, read.high) == (20_000, 40_000)


def test_the_words_of_a_price_can_be_taken_away() -> None:
    """What stays is what was asked for besides the price."""
    (price,) = (part for part in understand("Scarf under € 80 in silk").understood if part.kind == "price")
    assert without_price("Scarf under € 80 in silk", price) == "scarf in silk"


def test_a_price_without_a_currency_is_in_the_shoppers() -> None:
    """Somebody who looks at yen means yen."""
    assert [part.value for part in understand("dress under 30000", "JPY").understood if part.kind == "price"] == [
        "max:30000:JPY"
    ]
    assert [part.value for part in understand("under 200 eur", "JPY").understood] == ["max:20000:EUR"]


def test_the_last_word_is_a_prefix_until_a_space_follows() -> None:
    """While typing the last word is open; a space closes it."""
    assert understand("silk dre").terms == (Term(("silk",), 0), Term(("dre",), 0, prefix=True))
    assert understand("silk dre ").terms[-1].prefix is False


def test_long_queries_are_cut_and_stop_words_ignored() -> None:
    """Only ten words are read, and little words are not among them."""
    assert len(understand(" ".join(f"word{n}" for n in range(50))).terms) == 10
    assert [term.alternatives[0] for term in understand("the dress of the day ").terms] == ["dress", "day"]


@pytest.mark.parametrize(
    ("word", "allowed"), [("silk", 0), ("dress", 1), ("cashmere", 1), ("turtleneck", 2), ("ab1234", 0)]
)
def test_typos_by_length(word: str, allowed: int) -> None:
    """Short words and codes must be exact, long words may err twice."""
    assert typos_allowed(word) == allowed


def test_filters_join_groups_and_can_leave_one_out() -> None:
    """Groups are ANDed; leaving one out is how its own other values are counted."""
    clicked = Filters(colour=("red", "blue"), category=("boots",), price_max=5_000, in_stock_only=True)
    whole = filter_of(clicked)
    assert isinstance(whole, AllOf)
    assert In("colour", ("red", "blue")) in whole.parts
    assert Between("price", None, 5_000) in whole.parts
    without = filter_of(clicked, without="colour")
    assert isinstance(without, AllOf)
    assert In("colour", ("red", "blue")) not in without.parts


def test_browsing_without_words_rotates_by_day() -> None:
    """Without words relevance has nothing to say, so the day's shuffle orders."""
    orders = {sort_of("relevance", has_terms=False, today=date(2026, 11, day)) for day in range(1, 9)}
    assert len(orders) == 4
    assert sort_of("relevance", has_terms=True, today=date(2026, 11, 1)) is None
    assert sort_of("price-desc", has_terms=True, today=date(2026, 11, 1)) == Sort("price", descending=True)


def test_requests_are_bounded() -> None:
    """Too deep a page, too long a text, too many values are refused before any work."""
    with pytest.raises(SearchInvalidError):
        SearchRequest(page=50, per_page=24)
    for bad in ({"text": "x" * 401}, {"page": 0}, {"per_page": 500}, {"filters": {"colour": ["x"] * 201}}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, SearchRequest)


def test_every_category_and_colour_has_words() -> None:
    """The lexicon knows everything the vocabulary knows."""
    assert covers_vocabulary()
