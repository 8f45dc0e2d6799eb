"""The gallery and a browser in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.node.database import Database
from tests.marketplace.gallery import Gallery
from tests.support.clients import client, form
from tests.support.postgres import Urls


@pytest.fixture
async def gallery(committed: Database, database_urls: Urls, tmp_path: Path) -> Gallery:
    """A hub with the demo's first four boutiques."""
    return await Gallery(database_urls, tmp_path).open()


@pytest.fixture
async def browser(gallery: Gallery) -> AsyncIterator[httpx.AsyncClient]:
    """A shopper's browser at the gallery."""
    async with client(gallery.app) as opened:
        yield opened


@pytest.fixture
async def operator(gallery: Gallery, browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser signed in as the operator."""
    signed_in = await form(browser, await gallery.sign_in_path(), {})
    assert signed_in.headers["location"] == "/console"
    return browser
