"""The storefront as a shopper with a browser, a phone or a keyboard meets it."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from federation.node.database import fetch_value
from tests.marketplace.gallery import Gallery
from tests.marketplace.orders.world import APPS

pytestmark = [pytest.mark.apps(*APPS), pytest.mark.browser]

PIECE = "/b/zagara-figlie/p/orange-grove-shirt-dress"
PAGES = (
    "/",
    "/search",
    "/search?q=zzqx",
    "/boutiques",
    PIECE,
    "/basket",
    "/how-ranking-works",
    "/sign-in",
    "/b/nobody",
)
HOUSES = ("zagara-figlie", "tombolo-quattro", "ombra-corta", "nove-gelsi", "ines-cammarota", "forma-trentotto")
CONSOLE = ("/console", "/console/boutiques", "/console/orders", "/console/money", "/console/trial-balance",
           "/console/dead-letters", "/console/mails")  # fmt: skip
FOCUS_SHOWN = """() => {
  const at = document.activeElement;
  return at === document.body || getComputedStyle(at.closest('.size') || at).outlineStyle !== 'none';
}"""
MEASURE_CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const seen = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = rgb => { const [r, g, b] = rgb.slice(0, 3).map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b; };
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    if (element.closest('[aria-hidden=true], .visually-hidden, option, desc')) continue;
    const box = element.getBoundingClientRect();
    if (!box.width || getComputedStyle(element).clipPath !== 'none') continue;
    let behind = element, ground = null;
    while (behind && !ground) {
      const colour = seen(getComputedStyle(behind).backgroundColor);
      if (colour[3] === 255) ground = colour;
      behind = behind.parentElement;
    }
    const style = getComputedStyle(element);
    const fill = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
    const [high, low] = [light(seen(fill)), light(ground || [255, 255, 255])].sort((a, b) => b - a);
    const ratio = (high + .05) / (low + .05);
    if (ratio < 4.5 && !element.closest(':disabled')) faults.push(`${text}: ${ratio.toFixed(2)}`);
  }
  return faults;
}"""


async def opened(chromium: Browser, hub: Gallery, **options: Any) -> Page:
    """A fresh page whose complaints fail the test at its end."""
    context = await chromium.new_context(base_url=hub.hub.settings.public_url, **options)
    return await context.new_page()


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


async def choose_a_size(page: Page) -> None:
    """Take the first size there is; a piece of one size asks nothing."""
    sizes = page.locator(".size-grid input:not(:disabled)")
    if await sizes.count():
        await sizes.first.check()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
async def test_a_shopper_buys_from_two_boutiques(chromium: Browser, hub: Gallery, *, script: bool) -> None:
    """From the front page to the order's page by clicks and forms alone, with scripts and without."""
    page = await opened(chromium, hub, java_script_enabled=script, viewport={"width": 390, "height": 844})
    await page.goto("/")
    await page.fill("#seek", "orange dress")
    await page.press("#seek", "Enter")
    await page.click(".card a >> nth=0")
    await choose_a_size(page)
    await page.click(".buy button")
    await page.goto("/b/ines-cammarota")
    await page.click(".card a >> nth=1")
    await choose_a_size(page)
    await page.click(".buy button")
    assert await page.locator(".parcel").count() == 2
    await page.click("text=To checkout")
    for field, value in {"name": "Ada Lovelace", "line1": "Via Roma 1", "postcode": "90133", "town": "Palermo"}.items():
        await page.fill(f"#{field}", value)
    await page.fill("#email", "ada@example.com")
    await page.route("**/till.example/**", lambda route: route.fulfill(body="pay here"))
    await page.click(".pay button", no_wait_after=True)
    await page.wait_for_timeout(1500)
    token = str(await fetch_value("SELECT token FROM hub_order"))
    await hub.world.money_arrives(token)
    await page.goto(f"/order/{token}")
    assert "2 houses are packing" in await page.inner_text("h1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_is_wider_than_a_phone_and_all_text_can_be_read(
    chromium: Browser, hub: Gallery, scheme: Any
) -> None:
    """At 390 pixels nothing scrolls sideways and every text stands out at least 4.5 to 1, in daylight and at night."""
    page = await opened(chromium, hub, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    for path in (*PAGES, *(f"/b/{house}" for house in HOUSES)):
        await page.goto(path)
        assert await overflow(page) <= 0, path
        assert await page.evaluate(MEASURE_CONTRAST) == [], path


async def test_no_console_page_is_wider_than_a_phone(chromium: Browser, hub: Gallery) -> None:
    """The operator can look from a telephone."""
    page = await opened(chromium, hub, viewport={"width": 390, "height": 844})
    await page.goto(await hub.sign_in_path())
    await page.click("main button")
    for path in CONSOLE:
        await page.goto(path)
        assert await overflow(page) <= 0, path
        assert await page.evaluate(MEASURE_CONTRAST) == [], path


async def test_a_keyboard_reaches_what_matters(chromium: Browser, hub: Gallery) -> None:
    """The first stop skips to the content; the sizes and the button are reached and seen to be."""
    page = await opened(chromium, hub, viewport={"width": 1440, "height": 900})
    await page.goto(PIECE)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.name || document.activeElement.innerText"))
        assert await page.evaluate(FOCUS_SHOWN), await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    assert {"q", "variant_id", "Add to basket"} <= reached


async def test_pages_ask_nothing_of_strangers_and_complain_of_nothing(chromium: Browser, hub: Gallery) -> None:
    """No request leaves for another origin, no policy is broken, nothing is missing; a page weighs below 200 kB."""
    page = await opened(chromium, hub, viewport={"width": 1440, "height": 900})
    complaints: list[str] = []
    weight = {"bytes": 0}
    own = (hub.hub.settings.public_url, "data:")

    def listen(message: Any) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def watch(request: Any) -> None:
        if not request.url.startswith(own):
            complaints.append(request.url)

    async def weigh(response: Any) -> None:
        if response.status >= 400:
            complaints.append(f"{response.status} {response.url}")
        if "image" not in response.headers.get("content-type", ""):
            weight["bytes"] += len(await response.body())

    page.on("console", listen)
    page.on("request", watch)
    page.on("response", weigh)
    for path in ("/", PIECE, "/b/ines-cammarota", "/search?q=dress"):
        weight["bytes"] = 0
        await page.goto(path)
        await page.wait_for_load_state("networkidle")
        assert weight["bytes"] < 200_000, path
    assert complaints == []


async def test_a_picture_opens_large(chromium: Browser, hub: Gallery) -> None:
    """A click enlarges a picture in a popover that Escape closes."""
    page = await opened(chromium, hub, viewport={"width": 1440, "height": 900})
    await page.goto(PIECE)
    await page.click("[popovertarget=large-1] >> nth=0")
    assert await page.locator("#large-1").is_visible()
    await page.keyboard.press("Escape")
    assert not await page.locator("#large-1").is_visible()
