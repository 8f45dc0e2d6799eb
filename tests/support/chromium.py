"""Debian's Chromium, started one way wherever a test looks at a page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")


def executable() -> str:
    """Where Chromium lies; without it a browser test fails and says what to install."""
    found = shutil.which("chromium")
    assert found is not None, "the browser suite needs chromium: apt-get install chromium"
    return found


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """A browser for as long as the block lasts."""
    async with async_playwright() as tools:
        browser = await tools.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        await browser.close()
