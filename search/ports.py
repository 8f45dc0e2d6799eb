"""The `SearchEngine` port: what any engine must do, in terms that hold no language and no marketplace rule.

Text arrives as tokens (see `search.analysis`), filters as a small syntax tree, never as a string. A write returns a
ticket that tells when readers see it. Two engines stand behind it: tantivy, embedded, and a plain in-memory one that
is the oracle of the contract suite; Meilisearch takes the same place by URL.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class In(msgspec.Struct, frozen=True, tag=True):
    """The keyword field holds at least one of `values`; empty `values` match nothing."""

    field: str
    values: tuple[str, ...]


class Between(msgspec.Struct, frozen=True, tag=True):
    """The number lies in [low, high]; an end that is None is open."""

    field: str
    low: int | None = None
    high: int | None = None


class AllOf(msgspec.Struct, frozen=True, tag=True):
    """Every part holds; no parts hold always."""

    parts: "tuple[Filter, ...]"


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    """At least one part holds."""

    parts: "tuple[Filter, ...]"


class Not(msgspec.Struct, frozen=True, tag=True):
    """The part does not hold."""

    part: "Filter"


Filter = In | Between | AllOf | AnyOf | Not


class Term(msgspec.Struct, frozen=True):
    """One word of a query: any alternative may match, within `typos` edits, as a prefix if `prefix`."""

    alternatives: tuple[str, ...]
    typos: int = 0
    prefix: bool = False


class Boost(msgspec.Struct, frozen=True):
    """Adds `weight` to the score of documents that satisfy `where`; never makes a document match."""

    where: Filter
    weight: float


class Sort(msgspec.Struct, frozen=True):
    """Order by one number field instead of relevance."""

    field: str
    descending: bool = False


class FacetAsk(msgspec.Struct, frozen=True):
    """Count the values of keyword `field` among documents matching the text and `where` (not the query's filter)."""

    field: str
    where: Filter
    size: int = 50


class EngineQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that match every term and `where`, scored by text and boosts or sorted by a number."""

    terms: tuple[Term, ...] = ()
    where: Filter = AllOf(())
    boosts: tuple[Boost, ...] = ()
    sort: Sort | None = None
    facets: tuple[FacetAsk, ...] = ()
    stats: tuple[str, ...] = ()
    distinct: str = ""
    offset: int = 0
    limit: int = 24


class EngineDocument(msgspec.Struct, frozen=True):
    """What is indexed: analysed texts, exact keywords, numbers. `owner` groups documents replaced together."""

    id: str
    owner: str
    rev: int
    texts: dict[str, str]
    keywords: dict[str, tuple[str, ...]]
    numbers: dict[str, int]


class EngineHit(msgspec.Struct, frozen=True):
    """A matching document: its id, score (0 when sorted) and the keywords the spec asks to bring back."""

    id: str
    score: float
    keywords: dict[str, str]


class EngineResult(msgspec.Struct, frozen=True):
    """Hits with their exact total, and what was counted over all matches.

    `distinct` is exactly how many values of the asked field they have (the total if none was asked). `facets` counts
    per field: those distinct values if asked (engines may estimate above some hundreds), else documents. `stats`
    gives (minimum, maximum) per field.
    """

    hits: tuple[EngineHit, ...]
    total: int
    distinct: int
    facets: dict[str, dict[str, int]]
    stats: dict[str, tuple[int, int] | None]


class IndexSpec(msgspec.Struct, frozen=True):
    """The shape of an index: text fields with their weights, keyword and number fields, keywords returned with hits."""

    name: str
    texts: dict[str, float]
    keywords: tuple[str, ...]
    numbers: tuple[str, ...]
    returned: tuple[str, ...]


class OwnerDocuments(msgspec.Struct, frozen=True):
    """All documents of one owner at revision `rev`; none means the owner is gone from the index."""

    owner: str
    rev: int
    documents: tuple[EngineDocument, ...]


class WriteTicket(msgspec.Struct, frozen=True):
    """Names a durable write; `generation` rises with every write of this index."""

    generation: int


class EngineStats(msgspec.Struct, frozen=True):
    """Health figures: documents readers see, segments, generation."""

    documents: int
    segments: int
    generation: int


class SearchEngine(Protocol):
    """One index. Reads may come from many processes, writes from exactly one."""

    def exists(self) -> bool:
        """Whether there is an index that can be read; if not, it wants to be built from the truth."""
        ...

    def search(self, query: EngineQuery) -> EngineResult: ...

    def suggest(self, field: str, prefix: str, limit: int) -> list[str]:
        """Indexed words of a text field that begin with `prefix`, most frequent first."""
        ...

    def replace(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        """Make the index hold exactly these documents for these owners, atomically; an older rev is ignored."""
        ...

    def delete_where(self, where: Filter) -> WriteTicket:
        """Drop every matching document, for example all of a shop that left."""
        ...

    def rebuild(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        """Build a new index from `owners` beside the old one, then swap; readers see the old one until then."""
        ...

    def revisions(self, owners: Sequence[str]) -> dict[str, int]:
        """The indexed revision of each of these owners; absent owners are left out."""
        ...

    def stats(self) -> EngineStats: ...
