"""Every page of the product, looked at in a real browser: axe, widths, complaints, language, headings, titles."""

from collections import defaultdict

import pytest
from litestar import Litestar

from tests.pages.looking import LOOKS, Sight
from tests.pages.town import HOUSES, Town
from tests.pages.visits import BOUTIQUE, NOT_PAGES, VISITS, Node, boutique_pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="package")]

Seen = dict[str, tuple[Sight, ...]]


def routes_of(app: Litestar) -> set[str]:
    """The templates of all addresses that answer GET."""
    return {route.path for route in app.routes if "GET" in getattr(route, "methods", ())}


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
async def test_a_page_is_sound(seen: Seen, visit: object) -> None:
    """Axe finds nothing by day or night, nothing scrolls sideways, the browser complains of nothing."""
    name = getattr(visit, "name", "")
    found = {(look.language, look.scheme): sight.faults for look, sight in zip(LOOKS, seen[name], strict=False)}
    assert {look: list(faults) for look, faults in found.items() if faults} == {}


async def test_every_house_is_sound(seen: Seen, town: Town) -> None:
    """All five layouts and eight type pairings pass as the hub's own pages do."""
    assert len(town.shops) == len(HOUSES)
    pages = boutique_pages(tuple(town.shops))
    faults = {visit.name: [fault for sight in seen[visit.name] for fault in sight.faults] for visit in pages}
    assert {name: found for name, found in faults.items() if found} == {}


async def test_titles_tell_pages_apart(seen: Seen, town: Town) -> None:
    """No two pages that one person sees share a title; addresses of one route that differ by a key may."""
    named: dict[tuple[Node, str, str], set[str]] = defaultdict(set)
    for visit in (*VISITS, *boutique_pages(tuple(town.shops))):
        if visit.status < 400:
            address = visit.route or visit.path.format_map(town.names).partition("?")[0]
            named[visit.node, visit.who, seen[visit.name][0].title].add(address)
    assert {title: paths for title, paths in named.items() if len(paths) > 1} == {}


async def test_every_page_is_visited(town: Town) -> None:
    """A GET route is visited, or named with the reason why it is no page; no such name is left over."""
    house = town.house
    apps: dict[Node, Litestar] = {"hub": house.hub_app, "shop": house.shop_app, "standin": town.standin_app}
    visited = {(visit.node, visit.route) for visit in VISITS} | {("hub", BOUTIQUE)}
    used = set()
    missing = []
    for node, app in apps.items():
        for route in routes_of(app):
            reasons = [start for start in NOT_PAGES if route.startswith(start)]
            used |= set(reasons)
            if not reasons and (node, route) not in visited:
                missing.append((node, route))
    known = {(node, route) for node, app in apps.items() for route in routes_of(app)}
    assert missing == []
    assert set(NOT_PAGES) == used
    assert {one for one in visited if one[1]} - known == set()
