"""How a page is looked at: rules of axe, widths, what the browser complains of, and what every page must say."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response, Route

from tests.pages.visits import Visit

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
BY_DAY = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
LIGHT_AND_LANGUAGE = ("color-contrast", "link-in-text-block", "html-has-lang", "html-lang-valid", "valid-lang")
BY_NIGHT = {"runOnly": {"type": "rule", "values": list(LIGHT_AND_LANGUAGE)}, "resultTypes": ["violations"]}
"""Another language and light change words and colours, not what a page is built of."""

PLATE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"><path fill="#c9b896" d="M0 0h3v4H0z"/></svg>'
"""Stands for every picture: drawing two thousand plates would take longer than looking at the pages."""

WIDTHS = (390, 320)
HEIGHT = 844
MEASURE = """() => ({
  language: document.documentElement.lang,
  title: document.title,
  headings: document.querySelectorAll('h1').length,
  description: document.querySelector('meta[name=description]')?.content ?? '',
})"""
OVERFLOW = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return '';
  const held = one => { for (let at = one.parentElement; at; at = at.parentElement)
    if (getComputedStyle(at).overflowX !== 'visible' && at !== root && at !== document.body) return true; };
  const wide = [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > width + 1 && !held(one));
  return `${root.scrollWidth} wide: ${wide.slice(0, 4).map(one => one.outerHTML.slice(0, 90)).join(', ')}`;
}"""


class Sight(msgspec.Struct, frozen=True):
    """What was seen of a page in one language and light."""

    title: str
    faults: tuple[str, ...]


class Look(msgspec.Struct, frozen=True):
    """In which language and light pages are looked at."""

    language: str
    scheme: str


LOOKS = (Look("en", "light"), Look("it", "dark"))


class _Complaints:
    """What the browser itself complains of while a page is open; the page's own refusal is no complaint."""

    def __init__(self, page: Page, expected: int) -> None:
        self.found: list[str] = []
        self._expected = expected
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.found.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page itself went on
            self.found.append(f"request: {request.url} failed: {request.failure}")

    def _answered(self, response: Response) -> None:
        own = response.request.is_navigation_request() and response.status == self._expected
        if response.status >= 400 and not own:
            self.found.append(f"request: {response.url} answered {response.status}")


async def look_at(context: BrowserContext, visit: Visit, address: str, look: Look) -> Sight:
    """Open the page, do what the visit says, and note everything that is wrong."""
    page = await context.new_page()
    complaints = _Complaints(page, visit.status)
    statuses: list[int] = []
    page.on("response", lambda answer: _note(answer, statuses))
    await page.goto(address, wait_until="load")
    if visit.act is not None:
        await visit.act(page)
        await page.wait_for_load_state("load")
    faults = [] if statuses[-1] == visit.status else [f"answered {statuses[-1]}, not {visit.status}"]
    said = await page.evaluate(MEASURE)
    faults += _words(said, look)
    faults += await _violations(page, BY_DAY if look == LOOKS[0] else BY_NIGHT)
    faults += await _widths(page)
    await page.close()
    return Sight(said["title"], (*faults, *complaints.found))


def _note(answer: Response, statuses: list[int]) -> None:
    if answer.request.is_navigation_request():
        statuses.append(answer.status)


def _words(said: Mapping[str, Any], look: Look) -> list[str]:
    faults = []
    if said["language"] != look.language:
        faults.append(f"says it is written in {said['language']!r}, asked in {look.language!r}")
    if said["headings"] != 1:
        faults.append(f"has {said['headings']} first headings")
    if not said["title"].strip():
        faults.append("has no title")
    return faults


async def plain_pictures(context: BrowserContext) -> None:
    """Let every picture of a piece be the same small drawing."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=PLATE, content_type="image/svg+xml")

    await context.route("**/media/**", answer)


async def _violations(page: Page, options: Mapping[str, Any]) -> list[str]:
    found = (await Axe().run(page, options=dict(options))).response["violations"]
    return [
        f"axe {one['id']}: {' '.join(map(str, node['target']))} ({_why(node)})"
        for one in found
        for node in one["nodes"]
    ]


def _why(node: Mapping[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return checks[0]["message"] if checks else ""


async def _widths(page: Page) -> list[str]:
    faults = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        wide = await page.evaluate(OVERFLOW)
        if wide:
            faults.append(f"scrolls sideways at {width} pixels: {wide}")
    return faults


async def in_turn(limit: int, *works: Any) -> list[Any]:
    """Await all, so many at once."""
    gate = asyncio.Semaphore(limit)

    async def one(work: Any) -> Any:
        async with gate:
            return await work

    return await asyncio.gather(*(one(work) for work in works))
