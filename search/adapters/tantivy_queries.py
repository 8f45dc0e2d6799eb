"""Port queries as tantivy queries, built from constructors only: text never reaches a parser."""

from collections.abc import Sequence
from typing import Any

import tantivy

from search.ports import AllOf, AnyOf, Between, EngineQuery, Filter, In, IndexSpec, Not, Term

EXACT, PREFIX, FUZZY = 1.0, 0.5, 0.2
"""What a field's weight is multiplied by for each kind of match."""


def words_field(field: str) -> str:
    """The index field that holds a text field's tokens."""
    return f"text_{field}"


class QueryBuilder:
    """Turns port values into tantivy queries."""

    def __init__(self, schema: Any, spec: IndexSpec) -> None:
        self._schema = schema
        self._spec = spec

    def both(self, text: Any | None, where: Filter) -> Any:
        """Documents that match the text and the filter; the filter adds nothing to the score."""
        narrowed = tantivy.Query.const_score_query(self.where(where), 0.0)
        if text is None:
            return narrowed
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, text), (tantivy.Occur.Must, narrowed)])

    def boosted(self, matching: Any, query: EngineQuery) -> Any:
        if not query.boosts:
            return matching
        clauses = [(tantivy.Occur.Must, matching)]
        clauses += [
            (tantivy.Occur.Should, tantivy.Query.const_score_query(self.where(boost.where), boost.weight))
            for boost in query.boosts
        ]
        return tantivy.Query.boolean_query(clauses)

    def terms(self, terms: Sequence[Term]) -> Any | None:
        if not terms:
            return None
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, self._term(term)) for term in terms])

    def _term(self, term: Term) -> Any:
        ways = []
        for field, weight in self._spec.texts.items():
            name = words_field(field)
            ways += [self._weighted(self._exact(name, word), weight * EXACT) for word in term.alternatives]
            if term.prefix:
                starts = tantivy.Query.fuzzy_term_query(self._schema, name, term.alternatives[0], 0, prefix=True)
                ways.append(self._weighted(starts, weight * PREFIX))
            if term.typos:
                near = tantivy.Query.fuzzy_term_query(
                    self._schema, name, term.alternatives[0], term.typos, prefix=term.prefix
                )
                ways.append(self._weighted(near, weight * FUZZY))
        return tantivy.Query.disjunction_max_query(ways, 0.1)

    def _exact(self, name: str, word: str) -> Any:
        return tantivy.Query.term_query(self._schema, name, word)

    @staticmethod
    def _weighted(query: Any, weight: float) -> Any:
        return tantivy.Query.const_score_query(query, weight)

    def where(self, where: Filter) -> Any:
        match where:
            case In(field, values):
                return tantivy.Query.term_set_query(self._schema, field, list(values))
            case Between(field, low, high):
                return self._between(field, low, high)
            case AllOf(parts):
                return self._combined(tantivy.Occur.Must, parts) if parts else tantivy.Query.all_query()
            case AnyOf(parts):
                return self._combined(tantivy.Occur.Should, parts) if parts else tantivy.Query.empty_query()
            case Not(part):
                return tantivy.Query.boolean_query(
                    [(tantivy.Occur.Must, tantivy.Query.all_query()), (tantivy.Occur.MustNot, self.where(part))]
                )

    def _between(self, field: str, low: int | None, high: int | None) -> Any:
        if low is None and high is None:
            return tantivy.Query.all_query()
        return tantivy.Query.range_query(self._schema, field, tantivy.FieldType.Integer, low, high)

    def _combined(self, occur: Any, parts: Sequence[Filter]) -> Any:
        return tantivy.Query.boolean_query([(occur, self.where(part)) for part in parts])
