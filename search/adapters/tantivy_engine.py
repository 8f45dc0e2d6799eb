"""The embedded engine: tantivy behind the `SearchEngine` port, nothing to install, one directory of files.

Invariants: the directory's name carries a hash of the schema, so a changed schema never opens an old index; a pointer
file names the current directory and is replaced atomically; one process writes, and each write opens the index anew
and waits for its merges, so that no segment is orphaned. Text never reaches a query parser: every query is built from
constructors. Not for network file systems (memory maps and locks).
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tantivy

from search.adapters.tantivy_queries import QueryBuilder, words_field
from search.errors import SearchUnavailableError
from search.ports import (
    EngineDocument,
    EngineHit,
    EngineQuery,
    EngineResult,
    EngineStats,
    FacetAsk,
    Filter,
    IndexSpec,
    OwnerDocuments,
    WriteTicket,
)

WRITER_HEAP_BYTES = 64_000_000
DISTINCT_MAX = 65_000
"""Values counted at most; more products than this want another engine."""

ANSWERS_KEPT = 512
"""Answers remembered until the next write; each is at most a block of hits and a page of counts."""

VERSION = 2
"""Raised when the meaning of the indexed bytes changes without the schema changing."""


class _Opened(msgspec.Struct, frozen=True):
    """An index as this process last opened it, with the pointer text it was opened for."""

    pointer: str
    index: Any
    schema: Any


class TantivyEngine:
    """One index under `root`. `search` and the other reads may run in any process; the writes in one only."""

    def __init__(self, root: Path, spec: IndexSpec, *, answers_kept: int = ANSWERS_KEPT) -> None:
        self._root = root
        self._answers_kept = answers_kept
        self._spec = spec
        self._pointer_path = root / f"{spec.name}.current"
        self._opened: _Opened | None = None
        self._answered_for = ""
        self._answers: dict[EngineQuery, EngineResult] = {}

    # ---- reads

    def exists(self) -> bool:
        try:
            self._open()
        except SearchUnavailableError:
            return False
        return True

    def search(self, query: EngineQuery) -> EngineResult:
        opened = self._open()
        if self._answered_for != opened.pointer or len(self._answers) >= self._answers_kept:
            self._answered_for, self._answers = opened.pointer, {}
        if query not in self._answers:
            self._answers[query] = self._answer(opened, query)
        return self._answers[query]

    def _answer(self, opened: _Opened, query: EngineQuery) -> EngineResult:
        searcher = opened.index.searcher()
        build = QueryBuilder(opened.schema, self._spec)
        text = build.terms(query.terms)
        matching = build.both(text, query.where)
        hits, total = self._hits(searcher, build.boosted(matching, query), query)
        return EngineResult(
            hits=hits,
            total=total,
            distinct=_distinct(searcher, matching, query.distinct) if query.distinct and total else total,
            facets={
                ask.field: _facet_counts(searcher, build.both(text, ask.where), ask, query.distinct)
                for ask in query.facets
            },
            stats={name: _range(searcher, matching, name) if total else None for name in query.stats},
        )

    def _hits(self, searcher: Any, scored: Any, query: EngineQuery) -> tuple[tuple[EngineHit, ...], int]:
        sort = query.sort
        order = tantivy.Order.Desc if sort is None or sort.descending else tantivy.Order.Asc
        field = sort.field if sort is not None else None
        found = searcher.search(scored, query.limit, True, field, query.offset, order)  # noqa: FBT003 - library order
        hits = []
        for score, address in found.hits:
            stored = searcher.doc(address)
            keywords = {name: str(stored.get_first(name) or "") for name in self._spec.returned}
            hits.append(EngineHit(str(stored.get_first("id")), 0.0 if sort else float(score), keywords))
        return tuple(hits), int(found.count)

    def suggest(self, field: str, prefix: str, limit: int) -> list[str]:
        searcher = self._open().index.searcher()
        words = searcher.terms_with_prefix(words_field(field), prefix, None, None)
        return [word for word, _ in sorted(words, key=lambda item: (-item[1], item[0]))[:limit]]

    def revisions(self, owners: Sequence[str]) -> dict[str, int]:
        if not owners:
            return {}
        opened = self._open()
        return _revisions(opened.index.searcher(), opened.schema, owners)

    def stats(self) -> EngineStats:
        opened = self._open()
        searcher = opened.index.searcher()
        return EngineStats(int(searcher.num_docs), int(searcher.num_segments), self._generation(opened.pointer))

    # ---- writes

    def replace(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        path = self._current(create=True)
        with _writing(path, self._schema()) as (index, writer):
            known = _revisions(index.searcher(), index.schema, [owner.owner for owner in owners])
            for owner in owners:
                if owner.rev >= known.get(owner.owner, owner.rev):
                    writer.delete_documents_by_term("owner", owner.owner)
                    for document in owner.documents:
                        writer.add_document(_document(document))
        return self._written(path)

    def delete_where(self, where: Filter) -> WriteTicket:
        path = self._current(create=True)
        with _writing(path, self._schema()) as (index, writer):
            writer.delete_documents_by_query(QueryBuilder(index.schema, self._spec).where(where))
        return self._written(path)

    def rebuild(self, owners: Sequence[OwnerDocuments]) -> WriteTicket:
        old = self._current(create=True)
        number = int(old.name.rpartition("-")[2]) + 1
        path = self._root / f"{self._spec.name}-{_schema_hash(self._spec)}-{number}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        with _writing(path, self._schema()) as (_, writer):
            for owner in owners:
                for document in owner.documents:
                    writer.add_document(_document(document))
        ticket = self._written(path)
        self._drop_all_but(path, old)
        return ticket

    # ---- files

    def _schema(self) -> Any:
        return _schema(self._spec)

    def _open(self) -> _Opened:
        pointer = self._read_pointer()
        if self._opened is None or self._opened.pointer != pointer:
            path = self._current(create=False)
            try:
                index = tantivy.Index(self._schema(), str(path))
                index.config_reader("manual")
                index.reload()
            except ValueError as error:
                raise SearchUnavailableError(f"the search index cannot be opened: {error}") from error
            self._opened = _Opened(pointer, index, index.schema)
        return self._opened

    def _read_pointer(self) -> str:
        try:
            return self._pointer_path.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def _current(self, *, create: bool) -> Path:
        name = self._read_pointer().partition("\n")[0]
        path = self._root / name
        if name.startswith(f"{self._spec.name}-{_schema_hash(self._spec)}-") and (path / "meta.json").is_file():
            return path
        if not create:
            raise SearchUnavailableError("the search index has not been built yet: try again in a moment")
        path = self._root / f"{self._spec.name}-{_schema_hash(self._spec)}-1"
        path.mkdir(parents=True, exist_ok=True)
        tantivy.Index(self._schema(), str(path))
        self._point_at(path)
        return path

    def _point_at(self, path: Path, generation: int = 0) -> None:
        _replace_file(self._pointer_path, f"{path.name}\n{generation}\n")

    def _written(self, path: Path) -> WriteTicket:
        generation = self._generation(self._read_pointer()) + 1
        self._point_at(path, generation)
        return WriteTicket(generation)

    def _generation(self, pointer: str) -> int:
        return int(pointer.split("\n")[1]) if pointer else 0

    def _drop_all_but(self, *kept: Path) -> None:
        for path in self._root.glob(f"{self._spec.name}-*"):
            if path.is_dir() and path not in kept:
                shutil.rmtree(path, ignore_errors=True)


def _schema(spec: IndexSpec) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in spec.texts:
        builder.add_text_field(words_field(name), tokenizer_name="whitespace", index_option="freq")
    for name in spec.keywords:
        stored = name in spec.returned
        builder.add_text_field(name, stored=stored, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("rev", *spec.numbers):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def _schema_hash(spec: IndexSpec) -> str:
    return hashlib.sha256(msgspec.json.encode((VERSION, spec))).hexdigest()[:12]


def _document(document: EngineDocument) -> Any:
    fields: dict[str, Any] = {"id": document.id, "rev": document.rev, **document.numbers}
    fields |= {words_field(name): text for name, text in document.texts.items()}
    fields |= {name: list(values) for name, values in document.keywords.items() if values}
    return tantivy.Document(**fields)


@contextlib.contextmanager
def _writing(path: Path, schema: Any) -> Iterator[tuple[Any, Any]]:
    index = tantivy.Index(schema, str(path))
    try:
        writer = index.writer(WRITER_HEAP_BYTES, 1)
    except ValueError as error:
        raise SearchUnavailableError(f"another process is writing the search index: {error}") from error
    try:
        yield index, writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


def _revisions(searcher: Any, schema: Any, owners: Sequence[str]) -> dict[str, int]:
    if not owners or not searcher.num_docs:
        return {}
    query = tantivy.Query.term_set_query(schema, "owner", list(owners))
    asked = {
        "owners": {
            "terms": {"field": "owner", "size": len(owners), "segment_size": len(owners)},
            "aggs": {"rev": {"max": {"field": "rev"}}},
        }
    }
    buckets = searcher.aggregate(query, asked)["owners"]["buckets"]
    return {bucket["key"]: int(bucket["rev"]["value"]) for bucket in buckets}


def _distinct(searcher: Any, query: Any, field: str) -> int:
    """Counted value by value: tantivy's own figure is an estimate, and shoppers read this one."""
    asked = {"values": {"terms": {"field": field, "size": DISTINCT_MAX, "segment_size": DISTINCT_MAX}}}
    return len(searcher.aggregate(query, asked)["values"]["buckets"])


def _facet_counts(searcher: Any, query: Any, ask: FacetAsk, distinct: str) -> dict[str, int]:
    values: dict[str, Any] = {"terms": {"field": ask.field, "size": ask.size, "segment_size": ask.size * 10}}
    if distinct:
        values["aggs"] = {"distinct": {"cardinality": {"field": distinct}}}
    buckets = searcher.aggregate(query, {"values": values})["values"]["buckets"]
    counted = {bucket["key"]: _bucket_count(bucket) for bucket in buckets}
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _bucket_count(bucket: dict[str, Any]) -> int:
    documents = int(bucket["doc_count"])
    return min(documents, round(bucket["distinct"]["value"])) if "distinct" in bucket else documents


def _range(searcher: Any, query: Any, field: str) -> tuple[int, int] | None:
    asked = {"low": {"min": {"field": field}}, "high": {"max": {"field": field}}}
    ends = searcher.aggregate(query, asked)
    low, high = ends["low"]["value"], ends["high"]["value"]
    return (int(low), int(high)) if low is not None and high is not None else None


def _replace_file(path: Path, text: str) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
