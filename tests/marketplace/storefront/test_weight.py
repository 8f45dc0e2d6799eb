"""What a page weighs without its pictures, and that it is whole without its script."""

import re

import httpx
import pytest

from tests.marketplace.orders.world import APPS

pytestmark = pytest.mark.apps(*APPS)

PAGE_BYTES_MAX = 200_000
SCRIPT_BYTES_MAX = 10_000
FONT_BYTES_MAX = 4 * 25_000
"""A page of the hub uses two faces of the grotesque and one of the serif; a boutique brings one of its own."""


@pytest.mark.parametrize("path", ["/", "/search", "/boutiques", "/b/zagara-figlie"])
async def test_a_page_is_light(browser: httpx.AsyncClient, path: str) -> None:
    """Document, styles, script and fonts stay under 200 kB, the script under 10 kB; nothing is from elsewhere."""
    answer = await browser.get(path)
    linked = re.findall(r'(?:<link rel="stylesheet" href|<script type="module" src)="([^"]+)"', answer.text)
    assert linked
    sizes = {address: len((await browser.get(address)).content) for address in linked}
    assert all(address.startswith("/static/") for address in linked)
    assert sum(size for address, size in sizes.items() if address.endswith(".js")) < SCRIPT_BYTES_MAX
    assert len(answer.content) + sum(sizes.values()) + FONT_BYTES_MAX < PAGE_BYTES_MAX


async def test_pictures_enlarge_and_panels_open_without_a_script(browser: httpx.AsyncClient) -> None:
    """Zoom and the phone's search sheet are popovers that the browser opens itself; facets fold by themselves."""
    piece = (await browser.get("/b/zagara-figlie/p/orange-grove-shirt-dress")).text
    asked = re.findall(r'popovertarget="(large-\d)" aria-label="Enlarge', piece)
    assert asked
    assert all(f'id="{name}" popover' in piece for name in asked)
    search = (await browser.get("/search")).text
    assert 'popovertarget="narrowing"' in search
    assert 'id="narrowing" popover' in search
    assert search.count("<details") == search.count("<summary") > 5
