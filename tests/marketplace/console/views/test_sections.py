"""The section of money: where each of its pages stands."""

from marketplace.console.handlers import ROUTES
from marketplace.console.views.sections import GROUPS, START, place_of

PAGES = [page for group in GROUPS for page in group.pages]


def test_every_page_of_the_section_is_there() -> None:
    """No name leads nowhere, and no address has two places."""
    addresses = {path for route in ROUTES for path in route.paths}
    assert [page.path for page in PAGES if page.path not in addresses] == []
    assert len({page.path for page in PAGES}) == len(PAGES)


def test_every_page_about_money_has_its_place() -> None:
    """Whatever is read below the section's address is found in it, lists as themselves."""
    about_money = {path for route in ROUTES for path in route.paths if path.startswith(START)}
    assert all(place_of(path) for path in about_money)
    lists = {path for path in about_money if path.count("/") == 3 and "{" not in path}
    at_the_start = {path for path in lists if (place := place_of(path)) is None or place.page.path == START}
    assert at_the_start == set()


def test_a_page_below_another_knows_which() -> None:
    """A dispute lies under the disputes, a rule under the rules; a boutique is no page about money."""
    place = place_of(f"{START}/disputes/0199-some")
    assert place is not None
    assert (place.page.path, place.below) == (f"{START}/disputes", True)
    start = place_of(START)
    assert start is not None
    assert not start.below
    assert place_of("/console/rules-of-thumb") is None
    assert place_of("/console/boutiques/a/terms") is None
