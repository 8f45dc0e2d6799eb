"""The storefront by keyboard alone: focus is seen, follows the reading, opens and closes; motion can be refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.pages.conftest import put_in_basket
from tests.pages.season import HOME
from tests.pages.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

STOPS_MAX = 60
WALKED = ("/", "/search?q=dress", "/b/{handle}/p/{product}", "/checkout")
FOLDS = (
    ("/search?q=dress", 390, "[popovertarget=narrowing]", "#narrowing:popover-open"),
    ("/b/{handle}/p/{product}", 1440, "[popovertarget=large-1]", "#large-1:popover-open"),
    ("/", 1440, ".chooser summary", ".chooser[open]"),
    ("/b/{handle}/p/{product}", 1440, ".elsewhere summary", ".elsewhere[open]"),
    ("/search?q=dress", 1440, ".panel-fold summary", ".panel-fold[open]"),
)
"""What opens: on which page, how wide, by what, and how one sees that it is open."""

REMEMBER_ORDER = """() => { window.stops = [...document.querySelectorAll('*')]; window.last = -1; }"""
STEP = """() => {
  const at = document.activeElement;
  if (at === document.body || at === document.documentElement) return null;
  const shown = at.closest('.size, label') ?? at;
  const outlined = [at, shown].some(one => { const style = getComputedStyle(one);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0; });
  const box = shown.getBoundingClientRect();
  const place = window.stops.indexOf(at), backwards = place < window.last;
  window.last = place;
  return { what: at.outerHTML.slice(0, 120), outlined, backwards,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight };
}"""
REORDERED = """() => [...document.querySelectorAll('body *')].filter(one => {
  const style = getComputedStyle(one), within = one.matches('a, button, input, select, summary, textarea') ||
    one.querySelector('a, button, input, select, summary, textarea');
  return within && (style.order !== '0' || style.flexDirection.endsWith('reverse') || one.tabIndex > 0);
}).map(one => one.outerHTML.slice(0, 120))"""
MOVING = """() => {
  const seconds = text => Math.max(...text.split(',').map(one => parseFloat(one) * (one.includes('ms') ? 0.001 : 1)));
  return [...document.querySelectorAll('*')].flatMap(one => ['', '::before', '::after'].map(part => {
    const style = getComputedStyle(one, part || null);
    const still = seconds(style.transitionDuration) <= 0.01 &&
      (style.animationName === 'none' || seconds(style.animationDuration) <= 0.01);
    return still ? null : one.outerHTML.slice(0, 80) + part;
  })).filter(Boolean);
}"""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def desk(town: Town, chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A shopper at a desk, with a piece in the basket, who wants nothing to move."""
    context = await chromium.new_context(
        base_url=town.bases["hub"], viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    await put_in_basket(context, town, HOME)
    yield context
    await context.close()


async def open_page(context: BrowserContext, town: Town, path: str) -> Page:
    """A page of the hub."""
    page = await context.new_page()
    await page.goto(path.format_map(town.names))
    return page


@pytest.mark.parametrize("path", WALKED)
async def test_focus_is_seen_and_follows_the_reading(desk: BrowserContext, town: Town, path: str) -> None:
    """Each stop is outlined and in sight, none goes back in the document, and nothing is shown in another order."""
    page = await open_page(desk, town, path)
    await page.evaluate(REMEMBER_ORDER)
    stops: list[dict[str, Any]] = []
    for _ in range(STOPS_MAX):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(STEP)
        if stop is None:
            break
        stops.append(stop)
    assert len(stops) > 10
    assert [stop["what"] for stop in stops if not (stop["outlined"] and stop["seen"]) or stop["backwards"]] == []
    assert await page.evaluate(REORDERED) == []
    await page.close()


@pytest.mark.parametrize("path", WALKED)
async def test_the_first_stop_skips_to_the_content(desk: BrowserContext, town: Town, path: str) -> None:
    """Enter on the first stop leads past the masthead; the next stop stands in the content."""
    page = await open_page(desk, town, path)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('main') !== null")
    await page.close()


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold[3])
async def test_what_opens_closes_by_keyboard(desk: BrowserContext, town: Town, fold: tuple[str, int, str, str]) -> None:
    """Enter opens; Escape (for what lies over the page) or Enter closes, and the focus stays where it was."""
    path, width, opener, opened = fold
    page = await open_page(desk, town, path)
    await page.set_viewport_size({"width": width, "height": 844})
    await page.locator(opener).first.focus()
    await page.keyboard.press("Enter")
    assert await page.locator(opened).count() == 1
    await page.keyboard.press("Escape" if "popover" in opened else "Enter")
    assert await page.locator(opened).count() == 0
    assert await page.locator(opener).first.evaluate("one => one === document.activeElement")
    await page.close()


@pytest.mark.parametrize("path", [*WALKED, "/basket", "/boutiques", "/b/{handle}"])
async def test_nothing_moves_for_who_asks_for_stillness(desk: BrowserContext, town: Town, path: str) -> None:
    """Under reduced motion no element has a transition or an animation, and pages change without one."""
    page = await open_page(desk, town, path)
    assert await page.evaluate(MOVING) == []
    await page.close()
