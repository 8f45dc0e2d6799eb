"""List pages: what an address asks for, and the addresses that ask for something else."""

import pytest

from federation.node.listing import Listing, Sorting, arranged, listing

NEWEST = Sorting("placed", descending=True)


def asked(**query: str) -> Listing:
    """A list of orders, the newest first by itself."""
    return listing(
        query, columns=("placed", "total"), own="-placed", filters=("state", "q"),
        descending_first=("placed", "total"), per_page=2,
    )  # fmt: skip


def test_a_bare_address_asks_for_the_pages_own_order() -> None:
    """Nothing asked is the first page, newest first, not narrowed, and its address says nothing."""
    plain = asked()
    assert (plain.page, plain.sorting, plain.narrowed, plain.wants_file) == (1, NEWEST, False, False)
    assert plain.address() == "?"


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30, "²"])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    """Whatever an address says, the page is a number from one up."""
    assert asked(page=page).page == 1


def test_what_the_page_does_not_know_is_passed_over() -> None:
    """An unknown column sorts by the page's own; an unknown filter is not kept; a long text is cut."""
    odd = asked(sort="-secret", colour="red", q="x" * 500)
    assert (odd.sorting, set(odd.filters), len(odd.filters["q"])) == (NEWEST, {"state", "q"}, 100)


def test_addresses_keep_what_was_asked() -> None:
    """Another page keeps filter and sorting; another sorting keeps the filter and begins at the first page."""
    here = asked(sort="-total", state="paid", q="a&b", page="3")
    assert here.address(page=4) == "?state=paid&q=a%26b&sort=-total&page=4"
    assert here.by("total") == "?state=paid&q=a%26b&sort=total"
    assert here.by("placed") == "?state=paid&q=a%26b"
    assert (here.aria("total"), here.aria("placed")) == ("descending", "none")
    assert here.address(**{"as": "csv"}) == "?state=paid&q=a%26b&sort=-total&as=csv"


def test_a_page_reads_one_row_more_than_it_shows() -> None:
    """So that it knows whether there is more; a file takes them all from the first."""
    second = asked(page="2")
    assert (second.offset, second.limit) == (2, 3)
    assert (second.part("abcdef"), second.shown("cde")) == ("cde", "cd")
    whole = asked(page="2", **{"as": "csv"})
    assert (whole.offset, whole.shown("abcdef")) == (0, "abcdef")


def test_rows_without_a_value_come_last_either_way() -> None:
    """Turning the order round does not put the unknown first."""
    keys = {"size": lambda row: row[1]}
    rows = [("a", None), ("b", 1), ("c", 2)]
    assert [name for name, _ in arranged(rows, Sorting("size"), keys)] == ["b", "c", "a"]
    assert [name for name, _ in arranged(rows, Sorting("size", descending=True), keys)] == ["c", "b", "a"]
