"""One town and one browser for all tests of pages, and everything that was seen on one walk through it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from tests.pages.looking import HEIGHT, LOOKS, WIDTHS, Look, Sight, in_turn, look_at, plain_pictures
from tests.pages.season import AUTOMATIC, DARK, MANUAL, trade
from tests.pages.town import Town, open_town
from tests.pages.visits import VISITS, Visit, boutique_pages
from tests.support.chromium import open_chromium
from tests.support.postgres import Server

AT_ONCE = 3
"""How many pages are looked at side by side."""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def town(pg: Server, made_fonts: Path) -> AsyncIterator[Town]:
    """The town with its season behind it."""
    folder = Path(tempfile.mkdtemp(prefix="galleria-pages-"))
    try:
        async with open_town(pg, folder, made_fonts / "fonts") as opened:
            await trade(opened)
            opened.names["dark_product"] = opened.world[DARK].products[0].id
            opened.names["hub_link"] = (await opened.hub_link()).removeprefix(opened.bases["hub"])
            opened.names["shop_link"] = (await opened.shop_link()).removeprefix(opened.bases["shop"])
            yield opened
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with open_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def seen(town: Town, chromium: Browser) -> dict[str, tuple[Sight, ...]]:
    """Every visit by day in English; what guests of the hub see also by night in Italian, for looking takes time."""
    visits = (*VISITS, *boutique_pages(tuple(town.shops)))
    shown = tuple(visit for visit in VISITS if visit.who == "guest" and visit.node == "hub")
    by_day, by_night = [
        await _walk(town, chromium, chosen, look) for look, chosen in zip(LOOKS, (visits, shown), strict=True)
    ]
    return {visit.name: (by_day[visit.name], *filter(None, [by_night.get(visit.name)])) for visit in visits}


async def _walk(town: Town, chromium: Browser, visits: tuple[Visit, ...], look: Look) -> dict[str, Sight]:
    people = await people_of(town, chromium, look)
    bases = town.bases
    for context in people.values():
        await plain_pictures(context)
    sights = await in_turn(
        AT_ONCE,
        *(
            look_at(people[visit.who], visit, bases[visit.node] + visit.path.format_map(town.names), look)
            for visit in visits
        ),
    )
    for context in people.values():
        await context.close()
    return {visit.name: sight for visit, sight in zip(visits, sights, strict=True)}


async def people_of(town: Town, chromium: Browser, look: Look) -> dict[str, BrowserContext]:
    """A guest, a shopper with pieces of two boutiques in the basket, the operator, and an owner of two boutiques."""
    people = {
        who: await chromium.new_context(
            viewport={"width": WIDTHS[0], "height": HEIGHT},
            locale=look.language,
            color_scheme=look.scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        for who in ("guest", "shopper", "operator", "owner")
    }
    for handle in (AUTOMATIC, MANUAL):
        await put_in_basket(people["shopper"], town, handle)
    await sign_in(people["operator"], await town.hub_link())
    await sign_in(people["owner"], await town.shop_link())
    return people


async def put_in_basket(context: BrowserContext, town: Town, handle: str) -> None:
    """Put a piece of a boutique in the basket, in its first size that can be had."""
    page = await context.new_page()
    product = town.world[handle].products[1]
    await page.goto(f"{town.bases['hub']}/b/{handle}/p/{product.id}")
    sizes = page.locator(".size-grid input:not(:disabled)")
    if await sizes.count():
        await sizes.first.check()
    async with page.expect_navigation():
        await page.click("form[action='/basket/add'] button")
    await page.close()


async def sign_in(context: BrowserContext, link: str) -> None:
    """Open a one-time link and press its button."""
    page = await context.new_page()
    await page.goto(link)
    async with page.expect_navigation():
        await page.click("form[action*='/sign-in/'] button")
    await page.close()
