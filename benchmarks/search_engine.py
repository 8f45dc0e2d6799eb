"""How much the catalogue search costs above the bare engine: ratios within one run, printed as a table.

Run: python -m benchmarks.search_engine [products]. The floor of a search is one tantivy term query with an exact
count over the same files; the floor of indexing is adding ready documents with the bare writer.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import tantivy

from federation.vocabulary.money import Money
from federation.vocabulary.product import (
    CATEGORIES,
    COLOUR_FAMILIES,
    Colour,
    Product,
    ShopProfile,
    Size,
    Theme,
    Variant,
)
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS, documents_of
from search.ports import OwnerDocuments
from search.query import Filters, SearchRequest
from search.service import Catalog

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = ("silk", "wool", "linen", "cashmere", "leather", "evening", "day", "long", "short", "pleated", "woven", "soft")
QUERIES = {
    "two words": SearchRequest(text="silk dress"),
    "typo": SearchRequest(text="cashmare jumprs"),
    "as typed": SearchRequest(text="ple"),
    "filters and facets": SearchRequest(filters=Filters(category=("dresses", "coats"), colour=("red", "blue"))),
    "browse all": SearchRequest(),
    "by price": SearchRequest(text="wool", sort="price-asc"),
}


def owners(count: int) -> list[OwnerDocuments]:
    chance = random.Random(7)
    return [_owner(chance, number) for number in range(count)]


def _owner(chance: random.Random, number: int) -> OwnerDocuments:
    category = chance.choice(sorted(CATEGORIES))
    colours = chance.sample(sorted(COLOUR_FAMILIES), 2)
    variants = tuple(
        Variant(
            id=f"{number}-{family}-{size}",
            sku=f"{number}-{family}-{size}",
            size=Size("IT", str(size), str(size)),
            colour=Colour(family, family),
            price=Money(chance.randrange(2_000, 90_000), "EUR"),
        )
        for family in colours
        for size in range(38, 48, 2)
    )
    title = f"{' '.join(chance.sample(WORDS, 3))} {category}"
    product = Product(id=f"p{number}", title={"en": title}, category=category, gender="women", variants=variants)
    theme = Theme("#ffffff", "#000000", "#6b1f2a", 1, "B")
    shop = ShopProfile(
        handle="bench",
        name=f"House {number % 150}",
        town="Como",
        country="IT",
        currency="EUR",
        theme=theme,
        shipping=(),
    )
    stock = frozenset(variant.id for variant in variants if chance.random() < 0.8)
    return documents_of(product, shop, f"shop{number % 150}", in_stock=stock, rev=1, first_seen=number)


def median_seconds(run: Callable[[], object], times: int = 60) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[times // 2]


def floor_of(root: Path) -> Callable[[], object]:
    name = (root / "listings.current").read_text("utf-8").partition("\n")[0]
    index = tantivy.Index.open(str(root / name))
    query = tantivy.Query.term_query(index.schema, "text_title", "silk")
    return lambda: index.searcher().search(query, 24)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000
    made = owners(count)
    documents = sum(len(owner.documents) for owner in made)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        engine = TantivyEngine(root, LISTINGS)
        started = time.perf_counter()
        engine.rebuild(made)
        rebuilt = time.perf_counter() - started
        print(f"rebuild: {documents} documents, {documents / rebuilt:,.0f} a second")
        floor = median_seconds(floor_of(root))
        print(f"floor (one bare term query, top 24 and count): {floor * 1e3:.2f} ms")
        fresh, kept = Catalog(TantivyEngine(root, LISTINGS, answers_kept=0)), Catalog(engine)
        for name, request in QUERIES.items():
            first = median_seconds(partial(fresh.search, request, NOW))
            again = median_seconds(partial(kept.search, request, NOW))
            print(f"{name:20} {first * 1e3:7.2f} ms {first / floor:6.1f} x floor; again {again * 1e3:6.2f} ms")
        one = made[:1]
        print(f"one product changed  {median_seconds(lambda: engine.replace(one), 15) * 1e3:7.2f} ms")


if __name__ == "__main__":
    main()
