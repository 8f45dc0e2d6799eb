"""A shopper on a phone without JavaScript, a boutique owner and the operator, each at their own pages, in Chromium."""

import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.journeys.demo import Demo, base_port
from tests.support.chromium import ARGUMENTS, executable

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WAIT_MS = 20_000


@pytest.fixture(scope="module")
def links() -> Iterator[dict[str, str]]:
    """A running demo's links."""
    folder = Path(tempfile.mkdtemp(prefix="galleria-browser-"))
    folder.chmod(0o711)
    demo = Demo(folder / "state", "--boutiques", "12", "--port", str(base_port()))
    try:
        yield demo.links()
    finally:
        demo.end(signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Page]:
    """A desktop browser."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def sign_in(page: Page, link: str) -> None:
    """Open a one-time link and press its button."""
    page.goto(link)
    page.locator("form[action*='/sign-in/'] button").click()


def buy(page: Page, storefront: str, words: str) -> str:
    """From the front page to a paid order; returns the order page's address."""
    page.goto(storefront)
    page.get_by_role("searchbox").first.fill(words)
    page.get_by_role("button", name="Search").first.click()
    page.locator("main a[href*='/p/']").first.click()
    sizes = page.locator(".size-grid input:not(:disabled)")
    if sizes.count():
        sizes.first.check()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("link", name="To checkout").click()
    for name, value in {
        "name": "Ada Esempio",
        "line1": "Via dei Mille 12",
        "postcode": "90141",
        "town": "Palermo",
        "email": "ada@shopper.example",
    }.items():
        page.locator(f"main form [name={name}]").fill(value)
    page.get_by_role("button", name="Ask the boutique").click()
    if "/held" in page.url:
        page.locator("form[action*='/held'] button").first.click()
    page.locator("form[action*='/pay/'] button").first.click()
    expect(page).to_have_url(re.compile("/order/"))
    return page.url


def test_a_piece_is_bought_sent_and_followed(links: dict[str, str], phone: Page, desk: Page) -> None:
    """Found, held, paid without a script; the owner accepts and ships in the portal; the shopper reads it."""
    order = buy(phone, links["storefront"], "coat")
    until_reads(phone, order, "Paid")
    told = phone.inner_text("main")
    sign_in(desk, next(link for name, link in links.items() if name.partition(" (")[0] in told))
    desk.locator("a[href*='/orders']").first.click()
    until_shows(desk, "main a[href*='/orders/']").click()
    if desk.locator("form[action$='/accept']").count():
        desk.locator("form[action$='/accept'] button").click()
    desk.locator("form[action$='/ship'] [name=carrier]").fill("Poste Italiane")
    desk.locator("form[action$='/ship'] button").click()
    until_reads(phone, order, "On its way")


def until_reads(page: Page, address: str, words: str) -> None:
    """Load a page again and again until it says the words: there is no script that would."""
    for _ in range(WAIT_MS // 500):
        page.goto(address)
        if words in page.inner_text("main"):
            return
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text(words)


def until_shows(page: Page, selector: str) -> Locator:
    """Load the page again and again until there is such a thing on it; the first one."""
    found = page.locator(selector)
    for _ in range(WAIT_MS // 500):
        if found.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    return found.first


def test_the_operator_sees_orders_and_balanced_books(links: dict[str, str], phone: Page, desk: Page) -> None:
    """An order just paid stands in the console, and every page of the console opens."""
    order = buy(phone, links["storefront"], "boots")
    until_reads(phone, order, "Paid")
    sign_in(desk, links["console (operator@galleria.example)"])
    for path in ("console", "console/boutiques", "console/orders", "console/money", "console/trial-balance"):
        answer = desk.goto(f"{links['storefront']}{path}")
        assert answer is not None
        assert answer.status == 200, path
    desk.goto(f"{links['storefront']}console/orders")
    expect(desk.locator("main")).to_contain_text("ada@shopper.example")


@pytest.mark.parametrize("path", ["", "boutiques", "search?q=silk", "b/zagara-figlie", "basket", "how-ranking-works"])
def test_pages_fit_a_small_phone(links: dict[str, str], chromium: Browser, path: str) -> None:
    """No page scrolls sideways at 320 pixels, each has one first heading, and every picture has words."""
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{links['storefront']}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("h1").count() == 1
    assert page.locator("img:not([alt])").count() == 0
    assert faults == []
    context.close()
