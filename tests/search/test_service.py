"""The catalogue search as the storefront sees it, on both engines."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from federation.vocabulary.money import Money
from search.adapters.memory import MemoryEngine
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS, documents_of
from search.query import Filters, SearchRequest
from search.service import Catalog
from tests.search.builders import all_in_stock, product, shop

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "tantivy"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Catalog:
    engine = MemoryEngine(LISTINGS) if request.param == "memory" else TantivyEngine(tmp_path, LISTINGS)
    made = Catalog(engine)
    articles = [
        ("s1", product("d1", "Silk evening dress", "dresses", ("red", "black"), price_minor=30_000)),
        ("s2", product("d2", "Linen day dress", "dresses", ("navy",), price_minor=14_000)),
        ("s3", product("b1", "Leather ankle boots", "boots", ("brown",), price_minor=25_000, sizes=("38", "39"))),
        ("s4", product("k1", "Wool jumper", "knitwear", ("red", "grey"), price_minor=12_000)),
    ]
    made.replace(
        [
            documents_of(
                article, shop(f"House {shop_id}"), shop_id, in_stock=all_in_stock(article), rev=1, first_seen=n
            )
            for n, (shop_id, article) in enumerate(articles)
        ]
    )
    return made


def ids(catalog: Catalog, **asked: object) -> list[str]:
    return [hit.product_id for hit in catalog.search(SearchRequest(**asked), NOW).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("red dress", "d1"),
        ("abito rosso", "d1"),
        ("blue dress", "d2"),
        ("jumpr", "k1"),
        ("anckle boot", "b1"),
        ("stivali", "b1"),
        ("house s4", "k1"),
        ("d2-navy-42", "d2"),
    ],
)
def test_the_piece_meant_comes_first(catalog: Catalog, text: str, first: str) -> None:
    """Words, typos, another language, a boutique's name and a SKU all find their piece."""
    assert ids(catalog, text=text)[0] == first


def test_a_price_in_words_binds(catalog: Catalog) -> None:
    """A ceiling leaves out what is dearer, and a clicked one goes before it."""
    assert set(ids(catalog, text="under 200")) == {"d2", "k1"}
    assert set(ids(catalog, text="under 200", filters=Filters(price_max=10**6))) == {"d1", "d2", "b1", "k1"}


@pytest.mark.parametrize("text", ["boots size 38", "stivali taglia 38", "boots IT 38", "boots 38 "])
def test_sizes_are_found_in_words(catalog: Catalog, text: str) -> None:
    """A size in stock may be asked for in the search box; one that nobody has relaxes the search, and says so."""
    page = catalog.search(SearchRequest(text=text), NOW)
    assert [hit.product_id for hit in page.hits] == ["b1"]
    assert not page.relaxed
    assert catalog.search(SearchRequest(text=text.replace("38", "58")), NOW).relaxed


def test_a_colour_of_a_piece_is_what_matched(catalog: Catalog) -> None:
    """A piece shows once, in the colour that was asked for, and only sizes of that colour count."""
    page = catalog.search(SearchRequest(text="dress", filters=Filters(colour=("black",))), NOW)
    assert [(hit.product_id, hit.colour) for hit in page.hits] == [("d1", "black")]
    assert page.total == 1


def test_words_that_match_nothing_are_dropped_and_said(catalog: Catalog) -> None:
    """An unknown word does not empty the page; the answer says that it was relaxed."""
    page = catalog.search(SearchRequest(text="zebrine boots"), NOW)
    assert [hit.product_id for hit in page.hits] == ["b1"]
    assert page.relaxed


def test_facets_keep_the_other_values_of_a_clicked_group(catalog: Catalog) -> None:
    """Clicking red still offers black, with counts under all other clicks."""
    page = catalog.search(SearchRequest(filters=Filters(colour=("red",), category=("dresses",))), NOW)
    colours = {value.value: (value.count, value.active) for value in page.facets["colour"]}
    assert colours == {"red": (1, True), "black": (1, False), "navy": (1, False), "blue": (1, False)}
    assert page.facets["size"][0].label == "IT 40"
    assert page.facets["category"][0].label == "Dresses"
    assert page.facets["category"][0].active


def test_sorts_and_pages_hold_every_piece_once(catalog: Catalog) -> None:
    """Two pages of two hold the four pieces in order of price, none twice."""
    pages = [ids(catalog, sort="price-asc", page=page, per_page=2) for page in (1, 2)]
    assert pages == [["k1", "d2"], ["b1", "d1"]]
    assert ids(catalog, sort="price-asc", page=3, per_page=2) == []
    assert ids(catalog, sort="newest")[0] == "k1"


def test_similar_pieces_leave_out_the_piece_itself(catalog: Catalog) -> None:
    """A product page suggests others of its category, never itself."""
    assert [hit.product_id for hit in catalog.similar("s1", "d1", "dresses", "red", NOW)] == ["d2"]


def test_home_selections_show_only_what_can_be_bought(catalog: Catalog) -> None:
    """Newest and the day's mix hold pieces in stock, each once."""
    sold_out = product("x1", "Sold out coat", "coats", ("grey",))
    catalog.replace([documents_of(sold_out, shop(), "s5", in_stock=frozenset(), rev=1, first_seen=99)])
    for hits in (catalog.newest(10, NOW), catalog.mixed(10, NOW)):
        assert sorted(hit.product_id for hit in hits) == ["b1", "d1", "d2", "k1"]


def test_a_boutique_that_leaves_is_gone_at_once(catalog: Catalog) -> None:
    """Removing a shop removes all its pieces and nothing else."""
    catalog.remove_shop("s1")
    assert sorted(ids(catalog)) == ["b1", "d2", "k1"]


class TwoEuroPound:
    """A scale on which a pound is two euro and a yen half a cent."""

    def amount(self, money: Money) -> int:
        return int(money.amount_minor * {"EUR": 1, "GBP": 2, "JPY": 0.5}[money.currency])

    at_least = at_most = amount


def test_prices_of_several_currencies_are_filtered_and_ordered_as_one(catalog: Catalog) -> None:
    """A hundred pounds come after a hundred and forty euro, and "under" means the shopper's own currency."""
    ruler = TwoEuroPound()
    kilt = product("g1", "Wool kilt dress", "dresses", ("green",), price_minor=10_000, currency="GBP")
    catalog.replace([documents_of(kilt, shop(), "s9", in_stock=all_in_stock(kilt), rev=1, first_seen=9, ruler=ruler)])

    def found(**asked: object) -> list[str]:
        request = SearchRequest(**asked)  # type: ignore[arg-type]
        return [hit.product_id for hit in catalog.search(request, NOW, ruler).hits]

    dresses = Filters(category=("dresses",))
    assert found(filters=dresses, sort="price-asc") == ["d2", "g1", "d1"]
    under = Filters(category=("dresses",), price_max=10_000)
    assert found(filters=under, sort="price-asc", currency="GBP") == ["d2", "g1"]
    assert found(filters=under, sort="price-asc", currency="EUR") == []
    yen = Filters(category=("dresses",), price_min=30_000)
    assert found(filters=yen, sort="price-asc", currency="JPY") == ["g1", "d1"]
    assert sorted(found(text="dress under 110 pounds", currency="EUR")) == ["d2", "g1"]
    assert found(text="dress under 90 pounds", currency="EUR") == ["d2"]


def test_a_region_finds_the_boutiques_of_its_towns(catalog: Catalog) -> None:
    """Sicily, Sicilia and what is siciliano is what Palermo sells, before what only speaks of it."""
    near = product("p1", "Palm hat", "hats", ("beige",))
    far = product("p2", "Straw hat", "hats", ("beige",), description="As in Sicily, sicilia, siciliano")
    catalog.replace(
        [
            documents_of(one, shop("Casa", town), shop_id, in_stock=all_in_stock(one), rev=2, first_seen=9)
            for one, town, shop_id in ((near, "Palermo", "s8"), (far, "Reggio Calabria", "s9"))
        ]
    )
    for text in ("something from Sicily", "sicilia", "cappello siciliano", "Sicilian hat"):
        assert ids(catalog, text=text)[0] == "p1", text
