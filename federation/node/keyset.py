"""Pages of a list that grows while it is read: each begins after a row or ends before one, never at a count. Pure.

A place in a list is what its row is sorted by, the row's id last, so that no two rows share one. Addresses name it by a
cursor, which is checked before it meets a query. Rows that come, change or go push no other row onto another page.

Invariants: a cursor of another list, or of another order of this one, is refused; of a cursor only parameters get into
a query, each of the type its column has; no column that a list is sorted by is ever NULL.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from federation.node.listing import Sorting, Span
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message

Row = TypeVar("Row")
_WHOLE_MAX = 2**63 - 1
_YEARS = range(1970, 9_000)
_BASE64_GROUP = 4
_REFUSAL = message("this list has no such place: go back to its start")


class PlaceInvalidError(GalleriaError):
    """The address names a place that this list does not have."""

    slug = "bad-request"


class Key(msgspec.Struct, frozen=True):
    """A column that a list is sorted by: its name in the rows, what its values are, and its SQL where that differs."""

    name: str
    kind: type[datetime | int | str | UUID]
    expression: str = ""

    @property
    def sql(self) -> str:
        """The column in a query."""
        return self.expression or self.name


Keys = tuple[Key, ...]
"""The columns of one order, the most significant first; the last one tells every row from every other."""


class Window(msgspec.Struct, frozen=True):
    """A span as SQL: a condition with `{}` for each of its parameters, what to order by, how many rows to read.

    One row more is read than the span has, to know whether there are more.
    """

    condition: str
    values: tuple[object, ...]
    columns: tuple[str, ...]
    descending: bool
    limit: int

    @property
    def order(self) -> str:
        """What to order by."""
        return ", ".join(f"{column} {'DESC' if self.descending else 'ASC'}" for column in self.columns)

    def numbered(self, first: int) -> str:
        """The condition with its parameters numbered from `first` up."""
        return self.condition.format(*(f"${first + index}" for index in range(len(self.values))))


class Leaf(msgspec.Struct, Generic[Row], frozen=True):
    """A page of rows with the cursors of the pages before it and after it; empty where there is none."""

    rows: Sequence[Row]
    before: str = ""
    after: str = ""


def window(span: Span, orders: Mapping[str, Keys]) -> Window:
    """The rows of a span for a query.

    Raises PlaceInvalidError for a cursor that is none of this list in this order.
    """
    keys = orders[span.sorting.column]
    descending = span.sorting.descending != span.backwards
    columns = tuple(key.sql for key in keys)
    values = _place(span, keys) if span.cursor else ()
    condition = "true"
    if values:
        condition = f"({', '.join(columns)}) {'<' if descending else '>'} ({', '.join('{}' for _ in values)})"
    return Window(condition, values, columns, descending, span.limit + 1)


def leaf(span: Span, orders: Mapping[str, Keys], found: Sequence[Row], read: Callable[[Row, str], Any]) -> Leaf[Row]:
    """The page that a query of `window` found; `read` reads a column of a row by its name."""
    keys = orders[span.sorting.column]
    rows, more = found[: span.limit], len(found) > span.limit
    rows = rows[::-1] if span.backwards else rows
    if not rows:
        return Leaf(rows)
    is_first, is_last = (not more, False) if span.backwards else (not span.after, not more)
    before, after = [cursor(span.sorting, [read(row, key.name) for key in keys]) for row in (rows[0], rows[-1])]
    return Leaf(rows, "" if is_first else before, "" if is_last else after)


def cursor(sorting: Sorting, values: Sequence[object]) -> str:
    """The name of a place in a list that is sorted so: what its row has in the columns of that order."""
    place = [str(sorting), *(str(one) if isinstance(one, UUID) else one for one in values)]
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _place(span: Span, keys: Keys) -> tuple[object, ...]:
    text = span.cursor
    try:
        read = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % _BASE64_GROUP)), type=list[str | int])
        named, *values = read
        place = tuple(msgspec.convert(one, key.kind) for one, key in zip(values, keys, strict=True))
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise PlaceInvalidError(_REFUSAL) from error
    if named != str(span.sorting) or not all(map(_is_storable, place)):
        raise PlaceInvalidError(_REFUSAL)
    return place


def _is_storable(value: object) -> bool:
    """Whether a database takes this value: bounded, a moment of a known zone, a text without a zero byte."""
    match value:
        case datetime():
            return value.tzinfo is not None and value.year in _YEARS
        case int():
            return abs(value) <= _WHOLE_MAX
        case str():
            return "\0" not in value
    return True
