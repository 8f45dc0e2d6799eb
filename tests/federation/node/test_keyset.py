"""Pages that go on from a row: the SQL they are read by, the cursors that name a place, and what is no cursor."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from operator import getitem
from uuid import UUID

import msgspec
import pytest

from federation.node.keyset import Key, Leaf, PlaceInvalidError, cursor, leaf, window
from federation.node.listing import Sorting, Span

NEWEST, CHEAPEST = Sorting("begun", descending=True), Sorting("price")
BEGUN, ID = Key("begun", datetime, "o.created_at"), Key("id", UUID)
ORDERS = {"begun": (BEGUN, ID), "price": (Key("price", int), Key("name", str))}
AT = datetime(2026, 11, 22, 14, 5, 6, 789_001, UTC)
PLACE = (AT, UUID(int=7))
SEVEN = str(UUID(int=7))
HERE = cursor(NEWEST, PLACE)


def test_a_list_begins_without_a_condition() -> None:
    """Its first page is read in its order, by the columns' own SQL, and one row more than it shows."""
    first = window(Span(10, NEWEST), ORDERS)
    assert (first.condition, first.values, first.limit) == ("true", (), 11)
    assert first.order == "o.created_at DESC, id DESC"


@pytest.mark.parametrize(
    ("span", "condition", "order"),
    [
        (Span(10, NEWEST, after=HERE), "(o.created_at, id) < ($3, $4)", "o.created_at DESC, id DESC"),
        (Span(10, NEWEST, before=HERE), "(o.created_at, id) > ($3, $4)", "o.created_at ASC, id ASC"),
        (Span(10, NEWEST, after=HERE, before=HERE), "(o.created_at, id) < ($3, $4)", "o.created_at DESC, id DESC"),
    ],
)
def test_a_page_goes_on_from_a_place(span: Span, condition: str, order: str) -> None:
    """Towards the end or, in the order turned round, towards the start; the place comes back as it went in."""
    found = window(span, ORDERS)
    assert (found.numbered(3), found.order, found.values) == (condition, order, PLACE)


def _leaf(span: Span, numbers: str) -> Leaf[str]:
    """The page made of what a query found, each row a letter."""
    rows = [{"price": ord(one), "name": one} for one in numbers]
    made = leaf(span, ORDERS, rows, getitem)
    return Leaf("".join(str(row["name"]) for row in made.rows), made.before, made.after)


def test_a_page_says_where_its_neighbours_begin() -> None:
    """The row read too many shows that there is more; read backwards, a page stands in the list's own order."""
    place = {one: cursor(CHEAPEST, (ord(one), one)) for one in "abcdef"}
    assert _leaf(Span(2, CHEAPEST), "abc") == Leaf("ab", "", place["b"])
    assert _leaf(Span(2, CHEAPEST), "ab") == Leaf("ab")
    assert _leaf(Span(2, CHEAPEST, after=place["b"]), "cde") == Leaf("cd", place["c"], place["d"])
    assert _leaf(Span(2, CHEAPEST, after=place["b"]), "cd") == Leaf("cd", place["c"], "")
    assert _leaf(Span(2, CHEAPEST, before=place["e"]), "dcb") == Leaf("cd", place["c"], place["d"])
    assert _leaf(Span(2, CHEAPEST, before=place["c"]), "ba") == Leaf("ab", "", place["b"])
    assert _leaf(Span(2, CHEAPEST, after=place["f"]), "") == Leaf("")


def _forged(*place: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode()


@pytest.mark.parametrize(
    "forged",
    [
        "never", "%00", "ü", "=", "A", HERE[:-3], HERE + HERE, _forged(), _forged("-begun"), _forged("-begun", AT),
        _forged("-begun", AT, SEVEN, 1), _forged("begun", AT, SEVEN), _forged("-price", 1, "a"),
        _forged("-begun", "yesterday", SEVEN), _forged("-begun", "2026-11-22T14:05:06", SEVEN),
        _forged("-begun", "0001-01-01T00:00:00+14:00", SEVEN), _forged("-begun", "9999-12-31T23:59:59-14:00", SEVEN),
        _forged("-begun", AT, 7), _forged("-begun", 7, 7),
    ],
)  # fmt: skip
def test_what_names_no_place_is_refused(forged: str) -> None:
    """Whatever stands in the address is either a place of this list in this order, or refused before any query."""
    with pytest.raises(PlaceInvalidError) as refusal:
        window(Span(10, NEWEST, after=forged), ORDERS)
    assert (refusal.value.slug, "go back to its start" in refusal.value.detail) == ("bad-request", True)


@pytest.mark.parametrize("place", [(2**63, "a"), (-(2**70), "a"), (1, "a\0b"), ("1", "a"), (1.5, "a"), (None, "a")])
def test_what_no_database_takes_is_refused(place: tuple[object, object]) -> None:
    """Numbers beyond a column's, texts with a zero byte and values of another type never reach a query."""
    with pytest.raises(PlaceInvalidError):
        window(Span(10, CHEAPEST, before=_forged("price", *place)), ORDERS)
