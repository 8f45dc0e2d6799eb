"""The catalogue search: one request in, one page of card references with facets out. Engine behind a port.

Owns the order of attempts (exact and prefix first, typos when few match, then fewer words) and cuts pages from
re-ranked blocks. Holds no state of its own, so any number of processes may answer.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from federation.vocabulary.product import CATEGORIES
from search.documents import ROTATIONS, size_label
from search.ports import (
    AllOf,
    Boost,
    EngineQuery,
    EngineResult,
    EngineStats,
    FacetAsk,
    In,
    OwnerDocuments,
    SearchEngine,
    Sort,
    Term,
    WriteTicket,
)
from search.prices import ONE_CURRENCY, Ruler
from search.query import (
    FACETS,
    RESULTS_MAX,
    Filters,
    SearchRequest,
    Understanding,
    Understood,
    filter_of,
    measured,
    sort_of,
    understand,
)
from search.ranking import BLOCK, Candidate, one_card_each, spread

ENOUGH_EXACT = 20
"""Hits from which typo matching is not tried: exact matches suffice and cost a third."""


class Hit(msgspec.Struct, frozen=True):
    """A card to show: which shop's which product, in which colour family it matched."""

    shop_id: str
    product_id: str
    colour: str


class FacetValue(msgspec.Struct, frozen=True):
    """One clickable value: its code, how it reads, how many documents it would show, whether it is clicked."""

    value: str
    label: str
    count: int
    active: bool


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results. The price range is on the index's scale; `relaxed` says that words had to be dropped."""

    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int
    facets: dict[str, tuple[FacetValue, ...]]
    price_range: tuple[int, int] | None
    understood: tuple[Understood, ...]
    relaxed: bool


def nothing_found(request: SearchRequest) -> SearchPage:
    """The page of a search that cannot be answered: nothing, with what was clicked still there to be taken away."""
    return SearchPage(
        hits=(),
        total=0,
        page=request.page,
        pages=1,
        facets={name: _facet(name, {}, request) for name in FACETS},
        price_range=None,
        understood=(),
        relaxed=False,
    )


class Catalog:
    """Search and write the listings index through an engine."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine

    def search(self, request: SearchRequest, now: datetime, ruler: Ruler = ONE_CURRENCY) -> SearchPage:
        """Answer one page; facet counts of a group leave out that group's own clicks. Raises SearchUnavailableError.

        `ruler` is what the documents were measured with: it puts the shopper's bounds on the same scale.
        """
        understanding = understand(request.text, request.currency, ruler)
        today = now.date()
        sort = sort_of(request.sort, has_terms=bool(understanding.terms or understanding.boosts), today=today)
        query = _first_query(measured(request, understanding, ruler), understanding, sort)
        query, result = self._widen(query)
        found = self._cut(query, result, request, today)
        total = min(result.distinct, RESULTS_MAX)
        return SearchPage(
            hits=tuple(Hit(card.shop, card.product, card.colour) for card in found),
            total=result.distinct,
            page=request.page,
            pages=max(1, -(-total // request.per_page)),
            facets={name: _facet(name, result.facets.get(name, {}), request) for name in FACETS},
            price_range=result.stats.get("price"),
            understood=understanding.understood,
            relaxed=len(query.terms) < len(understanding.terms),
        )

    def _widen(self, query: EngineQuery) -> tuple[EngineQuery, EngineResult]:
        exact = msgspec.structs.replace(query, terms=tuple(_exact(term) for term in query.terms))
        result = self._engine.search(exact)
        if result.distinct >= ENOUGH_EXACT or not query.terms:
            return exact, result
        result = self._engine.search(query)
        if result.total == 0 and len(query.terms) > 1:
            known = tuple(term for term in query.terms if self._matches(term))
            query = msgspec.structs.replace(query, terms=known or query.terms[:1])
            result = self._engine.search(query)
        while result.total == 0 and len(query.terms) > 1:
            query = msgspec.structs.replace(query, terms=query.terms[:-1])
            result = self._engine.search(query)
        return query, result

    def _matches(self, term: Term) -> bool:
        return self._engine.search(EngineQuery(terms=(term,), limit=1)).total > 0

    def _cut(self, query: EngineQuery, first: EngineResult, request: SearchRequest, today: date) -> list[Candidate]:
        end = request.page * request.per_page
        placed: list[Candidate] = []
        result, offset = first, 0
        while result.hits:
            block = one_card_each([_candidate(hit.id, hit.score, hit.keywords) for hit in result.hits], placed)
            named = bool(request.filters.shop)
            placed += block if query.sort else spread(block, placed, today=today, named_shop=named)
            offset += BLOCK
            if len(placed) >= end or offset >= min(result.total, RESULTS_MAX):
                break
            result = self._engine.search(
                msgspec.structs.replace(query, offset=offset, facets=(), stats=(), distinct="")
            )
        return placed[end - request.per_page : end]

    def suggest(self, prefix: str, limit: int = 8) -> list[str]:
        """Words of titles that begin like `prefix`."""
        return self._engine.suggest("title", prefix, limit)

    def similar(self, shop_id: str, product_id: str, category: str, colour: str, now: datetime) -> list[Hit]:
        """Pieces of the same category, nearest colour first, other boutiques welcome; never the piece itself."""
        where = AllOf((In("category", (category,)), In("in_stock", ("yes",))))
        boosts = (Boost(In("colour", (colour,)), 2.0),)
        result = self._engine.search(EngineQuery(where=where, boosts=boosts, limit=48))
        cards = one_card_each([_candidate(hit.id, hit.score, hit.keywords) for hit in result.hits])
        others = [card for card in cards if (card.shop, card.product) != (shop_id, product_id)]
        return [Hit(card.shop, card.product, card.colour) for card in spread(others, today=now.date())[:8]]

    def newest(self, limit: int, now: datetime) -> list[Hit]:
        """The latest arrivals in stock, no boutique more than three times."""
        query = EngineQuery(where=In("in_stock", ("yes",)), sort=Sort("first_seen", descending=True), limit=BLOCK)
        return self._shown(query, limit, now)

    def mixed(self, limit: int, now: datetime) -> list[Hit]:
        """A day's selection across all boutiques."""
        field = f"rotation_{now.date().toordinal() % ROTATIONS}"
        query = EngineQuery(where=In("in_stock", ("yes",)), sort=Sort(field), limit=BLOCK)
        return self._shown(query, limit, now)

    def _shown(self, query: EngineQuery, limit: int, now: datetime) -> list[Hit]:
        result = self._engine.search(query)
        ranked = [_candidate(hit.id, 1.0, hit.keywords) for hit in result.hits]
        cards = spread(one_card_each(ranked), today=now.date())
        return [Hit(card.shop, card.product, card.colour) for card in cards[:limit]]

    def replace(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        """Write products as they now are; only the indexer process may call this."""
        return self._engine.replace(owners)

    def remove_shop(self, shop_id: str) -> WriteTicket:
        """Take a whole boutique out of the index."""
        return self._engine.delete_where(In("shop", (shop_id,)))

    def rebuild(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        """Replace the whole index from the database; readers keep the old one until the swap."""
        return self._engine.rebuild(owners)

    def exists(self) -> bool:
        """Whether there is an index to read; a lost one, or one of another shape, must be rebuilt."""
        return self._engine.exists()

    def stats(self) -> EngineStats:
        """Health figures for the console."""
        return self._engine.stats()


def _first_query(filters: Filters, understanding: Understanding, sort: Sort | None) -> EngineQuery:
    return EngineQuery(
        terms=understanding.terms,
        where=filter_of(filters),
        boosts=() if sort else understanding.boosts,
        sort=sort,
        facets=tuple(FacetAsk(name, filter_of(filters, without=name), size=200) for name in FACETS),
        stats=("price",),
        distinct="owner",
        limit=BLOCK,
    )


def _exact(term: Term) -> Term:
    return Term(term.alternatives, 0, term.prefix)


def _candidate(document_id: str, score: float, keywords: dict[str, str]) -> Candidate:
    return Candidate(document_id, keywords["shop"], keywords["product"], keywords["colour"], score)


def _facet(name: str, counts: dict[str, int], request: SearchRequest) -> tuple[FacetValue, ...]:
    active = set(request.filters.group(name))
    for value in active - counts.keys():
        counts = {**counts, value: 0}
    ordered = sorted(counts.items(), key=lambda item: (item[0] not in active, -item[1], item[0]))
    return tuple(FacetValue(value, _label(name, value), count, value in active) for value, count in ordered)


def _label(name: str, value: str) -> str:
    if name == "size":
        return size_label(value)
    if name == "category":
        return CATEGORIES[value][0] if value in CATEGORIES else value
    return value.capitalize() if name in {"department", "colour"} else value
