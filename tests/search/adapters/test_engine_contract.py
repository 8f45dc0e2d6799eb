"""Every search engine behind the port must pass these; the in-memory one is the oracle for the embedded one."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from search.adapters.memory import MemoryEngine
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS, documents_of
from search.errors import SearchUnavailableError
from search.ports import (
    AllOf,
    AnyOf,
    Between,
    Boost,
    EngineQuery,
    FacetAsk,
    Filter,
    In,
    Not,
    OwnerDocuments,
    SearchEngine,
    Sort,
    Term,
)
from tests.search.builders import all_in_stock, product, shop

MakeEngine = Callable[[Path], SearchEngine]

ENGINES: dict[str, MakeEngine] = {
    "memory": lambda _path: MemoryEngine(LISTINGS),
    "tantivy": lambda path: TantivyEngine(path, LISTINGS),
}

PRODUCTS = (
    product("p1", "Silk evening dress", "dresses", ("red", "black"), price_minor=30_000),
    product("p2", "Leather ankle boots", "boots", ("brown",), price_minor=25_000, sizes=("38",)),
    product("p3", "Wool jumper décolleté", "knitwear", ("navy", "grey"), price_minor=12_000),
    product("p4", "Dressing gown", "coats", ("white",), price_minor=9_000),
)


def owners(rev: int = 1) -> list[OwnerDocuments]:
    return [
        documents_of(article, shop(), "s1", in_stock=all_in_stock(article), rev=rev, first_seen=number)
        for number, article in enumerate(PRODUCTS)
    ]


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    made = ENGINES[request.param](tmp_path)
    made.replace(owners())
    return made


def found(engine: SearchEngine, query: EngineQuery) -> set[tuple[str, str]]:
    return {(hit.keywords["product"], hit.keywords["colour"]) for hit in engine.search(query).hits}


def test_every_term_must_match(engine: SearchEngine) -> None:
    """Terms are joined by AND, in any field."""
    assert found(engine, EngineQuery(terms=(Term(("silk",)), Term(("red",))))) == {("p1", "red")}
    assert found(engine, EngineQuery(terms=(Term(("silk",)), Term(("boots",))))) == set()


@pytest.mark.parametrize(("word", "typos"), [("dres", 1), ("derss", 1), ("xdress", 1), ("evenign", 1), ("lether", 1)])
def test_typos_are_forgiven_within_their_bound(engine: SearchEngine, word: str, typos: int) -> None:
    """A missing, added, changed or swapped letter still finds the piece, and only when typos are allowed."""
    assert found(engine, EngineQuery(terms=(Term((word,), typos),)))
    assert not found(engine, EngineQuery(terms=(Term((word,), 0),)))


def test_a_prefix_matches_only_when_asked(engine: SearchEngine) -> None:
    """The word being typed finds longer words; a finished one does not."""
    assert found(engine, EngineQuery(terms=(Term(("eveni",), prefix=True),))) == {("p1", "red"), ("p1", "black")}
    assert not found(engine, EngineQuery(terms=(Term(("eveni",)),)))


def test_exact_words_score_above_prefixes(engine: SearchEngine) -> None:
    """'dress' puts the dress before the dressing gown."""
    hits = engine.search(EngineQuery(terms=(Term(("dress",), prefix=True),))).hits
    assert [hit.keywords["product"] for hit in hits][-1] == "p4"
    assert {hit.keywords["product"] for hit in hits[:2]} == {"p1"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (In("colour", ("blue",)), {("p3", "navy")}),
        (In("colour", ()), set()),
        (Between("price", low=25_000), {("p1", "red"), ("p1", "black"), ("p2", "brown")}),
        (Between("price", 9_001, 12_000), {("p3", "navy"), ("p3", "grey")}),
        (AllOf((In("category", ("dresses",)), In("colour", ("red",)))), {("p1", "red")}),
        (AnyOf((In("category", ("boots",)), In("colour", ("grey",)))), {("p2", "brown"), ("p3", "grey")}),
        (AnyOf(()), set()),
        (AllOf((Not(In("department", ("clothing",))),)), {("p2", "brown")}),
        (In("size", ("shoes:IT:38",)), {("p2", "brown")}),
    ],
)
def test_filters_hold_exactly(engine: SearchEngine, where: Filter, expected: set[tuple[str, str]]) -> None:
    """A filter tree keeps exactly the documents that satisfy it."""
    assert found(engine, EngineQuery(where=where)) == expected


def test_sort_by_number_both_ways(engine: SearchEngine) -> None:
    """Sorting replaces relevance and is total on the number."""
    rising = engine.search(EngineQuery(sort=Sort("price"))).hits
    falling = engine.search(EngineQuery(sort=Sort("price", descending=True))).hits
    assert [hit.keywords["product"] for hit in rising] == ["p4", "p3", "p3", "p2", "p1", "p1"]
    assert [hit.keywords["product"] for hit in falling] == ["p1", "p1", "p2", "p3", "p3", "p4"]


def test_facets_count_with_their_own_filter(engine: SearchEngine) -> None:
    """A facet counts what the text matches under its own filter, whatever the query's filter hides."""
    ask = FacetAsk("colour", AllOf(()))
    result = engine.search(EngineQuery(where=In("colour", ("red",)), facets=(ask,)))
    assert result.total == 1
    assert result.facets["colour"] == {
        "black": 1, "blue": 1, "brown": 1, "grey": 1, "navy": 1, "red": 1, "white": 1,
    }  # fmt: skip


def test_facets_count_pieces_when_distinct_is_asked(engine: SearchEngine) -> None:
    """A dress in two colours is one dress."""
    query = EngineQuery(facets=(FacetAsk("category", AllOf(())),), distinct="owner")
    assert engine.search(query).facets["category"] == {"boots": 1, "coats": 1, "dresses": 1, "knitwear": 1}


def test_totals_stats_and_distinct(engine: SearchEngine) -> None:
    """Total counts documents, distinct counts products, stats give the ends; an empty result has none."""
    result = engine.search(EngineQuery(stats=("price",), distinct="owner", limit=2))
    assert (len(result.hits), result.total, result.distinct) == (2, 6, 4)
    assert result.stats == {"price": (9_000, 30_000)}
    nothing = engine.search(EngineQuery(terms=(Term(("zebra",)),), stats=("price",), distinct="owner"))
    assert (nothing.total, nothing.distinct, nothing.stats) == (0, 0, {"price": None})


def test_distinct_is_exact_for_many(engine: SearchEngine) -> None:
    """Hundreds of products are counted one by one, never estimated, and anew after a write."""
    many = [product(f"m{number}", "Plain scarf", "scarves") for number in range(700)]
    engine.replace([documents_of(article, shop(), "s2", in_stock=frozenset(), rev=1, first_seen=0) for article in many])
    scarves = EngineQuery(where=In("category", ("scarves",)), distinct="owner", limit=1)
    assert engine.search(scarves).distinct == 700
    engine.replace([OwnerDocuments("s2/m0", 2, ())])
    assert engine.search(scarves).distinct == 699


def test_pages_do_not_overlap(engine: SearchEngine) -> None:
    """Offsets cut one order into disjoint pages."""
    ids = [hit.id for page in range(3) for hit in engine.search(EngineQuery(offset=page * 2, limit=2)).hits]
    assert len(set(ids)) == 6


def test_boosts_raise_but_never_admit(engine: SearchEngine) -> None:
    """A boost puts its documents first and lets nothing in that the terms refuse."""
    query = EngineQuery(terms=(Term(("silk",)),), boosts=(Boost(In("colour", ("black", "white")), 5.0),))
    assert [hit.keywords["colour"] for hit in engine.search(query).hits] == ["black", "red"]


def test_a_replaced_owner_loses_its_old_documents(engine: SearchEngine) -> None:
    """A colour that is gone leaves the index with the same write that brings the rest."""
    fewer = product("p1", "Silk evening dress", "dresses", ("red",))
    engine.replace([documents_of(fewer, shop(), "s1", in_stock=frozenset(), rev=2, first_seen=0)])
    assert found(engine, EngineQuery(where=In("product", ("p1",)))) == {("p1", "red")}
    assert engine.revisions(["s1/p1", "s1/none"]) == {"s1/p1": 2}


def test_an_older_revision_is_ignored(engine: SearchEngine) -> None:
    """A late write with a lower revision changes nothing."""
    engine.replace([documents_of(PRODUCTS[0], shop(), "s1", in_stock=frozenset(), rev=5, first_seen=0)])
    engine.replace([OwnerDocuments("s1/p1", 4, ())])
    assert engine.revisions(["s1/p1"]) == {"s1/p1": 5}


def test_no_documents_means_gone(engine: SearchEngine) -> None:
    """An owner without documents disappears."""
    engine.replace([OwnerDocuments("s1/p2", 2, ())])
    assert not found(engine, EngineQuery(where=In("product", ("p2",))))


def test_delete_where_and_rebuild(engine: SearchEngine) -> None:
    """A boutique can be taken out whole; a rebuild holds exactly what it was given, at a higher generation."""
    before = engine.stats().generation
    engine.delete_where(In("shop", ("s1",)))
    assert engine.search(EngineQuery()).total == 0
    ticket = engine.rebuild(owners(rev=9)[:2])
    assert engine.search(EngineQuery(distinct="owner")).distinct == 2
    assert ticket.generation > before + 1


def test_suggest_words_by_prefix(engine: SearchEngine) -> None:
    """Suggestions are indexed words, most frequent first."""
    assert engine.suggest("title", "dres", 5) == ["dress", "dressing"]


def test_readers_in_another_object_see_a_write(tmp_path: Path) -> None:
    """A second reader of the same files answers from the newest commit and from a swapped index."""
    writer, reader = TantivyEngine(tmp_path, LISTINGS), TantivyEngine(tmp_path, LISTINGS)
    writer.replace(owners()[:1])
    assert reader.search(EngineQuery()).total == 2
    writer.replace(owners()[1:2])
    assert reader.search(EngineQuery()).total == 3
    writer.rebuild(owners()[2:3])
    assert reader.search(EngineQuery(distinct="owner")).distinct == 1


def test_before_the_first_write_reads_are_refused(tmp_path: Path) -> None:
    """An index that was never built says so instead of answering that nothing exists."""
    engine = TantivyEngine(tmp_path, LISTINGS)
    assert not engine.exists()
    with pytest.raises(SearchUnavailableError):
        engine.search(EngineQuery())
    engine.rebuild([])
    assert engine.exists()
    assert engine.search(EngineQuery()).total == 0


def test_a_lost_index_is_seen_to_be_lost(tmp_path: Path) -> None:
    """Files taken away, or of another shape, are no index: whoever writes knows to build it anew."""
    TantivyEngine(tmp_path, LISTINGS).replace(owners())
    assert TantivyEngine(tmp_path, LISTINGS).exists()
    other = TantivyEngine(tmp_path, msgspec.structs.replace(LISTINGS, numbers=(*LISTINGS.numbers, "weight")))
    assert not other.exists()
    for path in tmp_path.glob("listings-*/meta.json"):
        path.unlink()
    assert not TantivyEngine(tmp_path, LISTINGS).exists()


def test_many_writes_leave_no_orphans(tmp_path: Path) -> None:
    """After many small writes the directory holds only files of live segments."""
    engine = TantivyEngine(tmp_path, LISTINGS)
    for rev in range(1, 25):
        engine.replace(owners(rev))
    assert engine.search(EngineQuery()).total == 6
    assert engine.stats().segments <= 8
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) < 120
