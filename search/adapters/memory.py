"""A search engine in plain Python: the oracle of the contract suite and the fake for tests of what lies above.

Scores are simple (exact 1, prefix .5, typo .2 per field weight), so only membership, counts and sort order are
promised to equal the embedded engine's, not scores.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from search.ports import (
    AllOf,
    AnyOf,
    Between,
    EngineDocument,
    EngineHit,
    EngineQuery,
    EngineResult,
    EngineStats,
    FacetAsk,
    Filter,
    In,
    IndexSpec,
    Not,
    OwnerDocuments,
    Term,
    WriteTicket,
)

EXACT, PREFIX, FUZZY = 1.0, 0.5, 0.2


class MemoryEngine:
    """Everything in one dictionary; every write is visible at once."""

    def __init__(self, spec: IndexSpec) -> None:
        self._spec = spec
        self._documents: dict[str, EngineDocument] = {}
        self._generation = 0

    def exists(self) -> bool:
        return self._generation > 0

    def search(self, query: EngineQuery) -> EngineResult:
        matching = [document for document in self._documents.values() if _score(document, query, self._spec)]
        found = [document for document in matching if holds(document, query.where)]
        facets = {
            ask.field: _counts((document for document in matching if holds(document, ask.where)), ask, query.distinct)
            for ask in query.facets
        }
        stats = {name: _range([document.numbers[name] for document in found]) for name in query.stats}
        distinct = len({document.keywords[query.distinct] for document in found}) if query.distinct else len(found)
        page = self._ordered(found, query)[query.offset : query.offset + query.limit]
        hits = tuple(self._hit(document, query) for document in page)
        return EngineResult(hits, len(found), distinct, facets, stats)

    def _ordered(self, found: list[EngineDocument], query: EngineQuery) -> list[EngineDocument]:
        sort = query.sort
        if sort is not None:
            return sorted(found, key=lambda document: document.numbers[sort.field], reverse=sort.descending)
        return sorted(found, key=lambda document: -_score(document, query, self._spec))

    def _hit(self, document: EngineDocument, query: EngineQuery) -> EngineHit:
        score = 0.0 if query.sort else _score(document, query, self._spec)
        return EngineHit(document.id, score, {name: document.keywords[name][0] for name in self._spec.returned})

    def suggest(self, field: str, prefix: str, limit: int) -> list[str]:
        words = Counter(word for document in self._documents.values() for word in set(document.texts[field].split()))
        starting = [(word, count) for word, count in words.items() if word.startswith(prefix)]
        return [word for word, _ in sorted(starting, key=lambda item: (-item[1], item[0]))[:limit]]

    def replace(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        known = self.revisions([owner.owner for owner in owners])
        for owner in owners:
            if owner.rev >= known.get(owner.owner, owner.rev):
                self._documents = {key: kept for key, kept in self._documents.items() if kept.owner != owner.owner}
                self._documents |= {document.id: document for document in owner.documents}
        self._generation += 1
        return WriteTicket(self._generation)

    def delete_where(self, where: Filter) -> WriteTicket:
        self._documents = {key: kept for key, kept in self._documents.items() if not holds(kept, where)}
        self._generation += 1
        return WriteTicket(self._generation)

    def rebuild(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        self._documents = {document.id: document for owner in owners for document in owner.documents}
        self._generation += 1
        return WriteTicket(self._generation)

    def revisions(self, owners: Sequence[str]) -> dict[str, int]:
        wanted = set(owners)
        return {document.owner: document.rev for document in self._documents.values() if document.owner in wanted}

    def stats(self) -> EngineStats:
        return EngineStats(len(self._documents), 1, self._generation)


def holds(document: EngineDocument, where: Filter) -> bool:
    """Whether a document satisfies a filter tree."""
    match where:
        case In(field, values):
            return not set(document.keywords[field]).isdisjoint(values)
        case Between(field, low, high):
            value = document.numbers[field]
            return (low is None or value >= low) and (high is None or value <= high)
        case AllOf(parts):
            return all(holds(document, part) for part in parts)
        case AnyOf(parts):
            return any(holds(document, part) for part in parts)
        case Not(part):
            return not holds(document, part)


def _score(document: EngineDocument, query: EngineQuery, spec: IndexSpec) -> float:
    total = 1.0
    for term in query.terms:
        best = max(
            weight * _closeness(term, document.texts.get(field, "").split()) for field, weight in spec.texts.items()
        )
        if not best:
            return 0.0
        total += best
    return total + sum(boost.weight for boost in query.boosts if holds(document, boost.where))


def _closeness(term: Term, words: Sequence[str]) -> float:
    if not set(term.alternatives).isdisjoint(words):
        return EXACT
    if term.prefix and any(word.startswith(term.alternatives[0]) for word in words):
        return PREFIX
    if term.typos and any(_within(term.alternatives[0], word, term) for word in words):
        return FUZZY
    return 0.0


def _within(asked: str, word: str, term: Term) -> bool:
    if not term.prefix:
        return edits(asked, word) <= term.typos
    lengths = range(max(0, len(asked) - term.typos), min(len(word), len(asked) + term.typos) + 1)
    return any(edits(asked, word[:length]) <= term.typos for length in lengths)


def edits(left: str, right: str) -> int:
    """Optimal string alignment distance: insert, delete, replace, swap of neighbours each count one."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _counts(documents: Iterable[EngineDocument], ask: FacetAsk, distinct: str) -> dict[str, int]:
    seen = {
        (value, document.keywords[distinct] if distinct else document.id)
        for document in documents
        for value in document.keywords[ask.field]
    }
    counted = Counter(value for value, _ in seen)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[: ask.size])


def _range(values: Sequence[int]) -> tuple[int, int] | None:
    return (min(values), max(values)) if values else None
