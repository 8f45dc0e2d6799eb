"""What a list page was asked for: how it is narrowed and sorted, which page of it; and the addresses that ask so. Pure.

Invariants: a sort or filter that the page does not know is passed over; the page number and every text are bounded.
Addresses carry what differs from the page's own order only, so that one view has one address. Lists that grow go on
from a row (`span`, see `keyset`), short ones by the number of the page.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

Row = TypeVar("Row")
PER_PAGE = 100
EXPORT_ROWS_MAX = 20_000
"""The most rows that a download holds."""
CURSOR_CHARACTERS_MAX = 1_000
_FILTER_CHARACTERS_MAX = 100
_PAGE_MAX = 10_000


class Sorting(msgspec.Struct, frozen=True):
    """By which column, and which way."""

    column: str
    descending: bool = False

    @classmethod
    def of(cls, text: str) -> "Sorting":
        """`-total` is by total, the greatest first."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.column}" if self.descending else self.column


class Span(msgspec.Struct, frozen=True):
    """Which rows of a list are wanted: so many from its start, after a place in it, or before one (by cursors)."""

    limit: int
    sorting: Sorting
    after: str = ""
    before: str = ""

    @property
    def backwards(self) -> bool:
        """Whether the rows are read from a place towards the start."""
        return bool(self.before) and not self.after

    @property
    def cursor(self) -> str:
        """The place to go on from; empty at the start."""
        return self.after or self.before


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list page as it was asked for. `descending_first` are columns whose greatest is wanted first."""

    filters: Mapping[str, str]
    sorting: Sorting
    own_sorting: Sorting
    page: int
    wants_file: bool
    per_page: int = PER_PAGE
    descending_first: Collection[str] = ()
    after: str = ""
    before: str = ""

    @property
    def begins(self) -> bool:
        """Whether this is the start of the list."""
        return self.page == 1 and not self.after and not self.before

    @property
    def span(self) -> Span:
        """The rows of this page, or of the whole list as a file."""
        if self.wants_file:
            return Span(EXPORT_ROWS_MAX, self.sorting)
        return Span(self.per_page, self.sorting, self.after, self.before)

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return any(self.filters.values())

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return 0 if self.wants_file else (self.page - 1) * self.per_page

    @property
    def limit(self) -> int:
        """How many rows to read: one more than the page shows, to know whether there are more."""
        return EXPORT_ROWS_MAX if self.wants_file else self.per_page + 1

    def address(self, **changes: str | int) -> str:
        """The address of this list with something else asked for; sorting or filtering anew begins at its start."""
        asked: dict[str, str | int] = {**self.filters, "sort": str(self.sorting), **changes}
        own = {"sort": str(self.own_sorting), "page": 1}
        kept = {name: said for name, said in asked.items() if said != "" and own.get(name) != said}
        return f"?{urlencode(kept)}"

    def by(self, column: str) -> str:
        """The address that sorts by a column, the other way round when it does so already."""
        turned = not self.sorting.descending if self.sorting.column == column else column in self.descending_first
        return self.address(sort=str(Sorting(column, turned)))

    def aria(self, column: str) -> str:
        """How a column is sorted, in the words of `aria-sort`."""
        if self.sorting.column != column:
            return "none"
        return "descending" if self.sorting.descending else "ascending"

    def shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of this page out of those that `limit` read."""
        return rows if self.wants_file else rows[: self.per_page]

    def part(self, rows: Sequence[Row]) -> Sequence[Row]:
        """This page out of all rows, and one more if there is one."""
        return rows[self.offset : self.offset + self.limit]


def listing(
    query: Mapping[str, str],
    *,
    columns: Collection[str],
    own: str,
    filters: Collection[str] = (),
    descending_first: Collection[str] = (),
    per_page: int = PER_PAGE,
) -> Listing:
    """The list that a query asks for; `own` is how the page sorts when nothing is said, such as `-placed`."""
    asked = Sorting.of(query.get("sort", "")[:_FILTER_CHARACTERS_MAX])
    own_sorting = Sorting.of(own)
    return Listing(
        filters={name: query.get(name, "").strip()[:_FILTER_CHARACTERS_MAX] for name in filters},
        sorting=asked if asked.column in columns else own_sorting,
        own_sorting=own_sorting,
        page=_page(query.get("page", "")),
        wants_file=query.get("as") == "csv",
        per_page=per_page,
        descending_first=descending_first,
        after=query.get("after", "")[:CURSOR_CHARACTERS_MAX],
        before=query.get("before", "")[:CURSOR_CHARACTERS_MAX],
    )


def _page(text: str) -> int:
    return min(max(int(text), 1), _PAGE_MAX) if text.isascii() and text.isdigit() and len(text) <= 5 else 1  # noqa: PLR2004


def arranged(rows: Iterable[Row], sorting: Sorting, keys: Mapping[str, Callable[[Row], Any]]) -> list[Row]:
    """Rows in memory, sorted; rows without a value (None) come last either way, equals stay as they were."""
    key = keys[sorting.column]
    known = [(key(row), row) for row in rows]
    first = sorted((one for one in known if one[0] is not None), key=lambda one: one[0], reverse=sorting.descending)
    return [row for _, row in (*first, *(one for one in known if one[0] is None))]


def sql_order(sorting: Sorting, columns: Mapping[str, str]) -> str:
    """The same for a query: `columns` are expressions of our own, none of the words of an address gets in."""
    return f"{columns[sorting.column]} {'DESC' if sorting.descending else 'ASC'} NULLS LAST"
