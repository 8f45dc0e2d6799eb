"""Compression: pages and our style sheets travel small, signed answers and pictures as they are."""

from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import httpx
import pytest
from litestar import get

from federation.node.app import make_app
from federation.node.database import Database
from tests.support.clients import client, node_settings
from tests.support.postgres import Urls

LONG = "silk " * 1_000


@get("/page", media_type="text/html")
async def page() -> str:
    return LONG


@get("/fed/v1/x", media_type="application/json")
async def signed() -> str:
    return LONG


@pytest.fixture
async def browser(database_urls: Urls, tmp_path: Path, committed: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that takes brotli."""
    del committed
    app = make_app(settings=node_settings(database_urls, tmp_path), route_handlers=[page, signed])
    async with client(app) as browser:
        browser.headers["accept-encoding"] = "gzip, br"
        yield browser


async def test_pages_are_compressed_and_signed_answers_are_not(browser: httpx.AsyncClient) -> None:
    """A page says that it depends on Accept-Encoding; what a digest covers is sent byte for byte."""
    answer = await browser.get("/page")
    assert (answer.headers["content-encoding"], answer.text) == ("br", LONG)
    assert int(answer.headers["content-length"]) < len(LONG) / 10
    assert "Accept-Encoding" in ", ".join(answer.headers.get_list("vary"))
    assert "content-encoding" not in (await browser.get("/fed/v1/x")).headers


async def test_style_sheets_are_packed_once(browser: httpx.AsyncClient) -> None:
    """The same bytes come back whether or not the browser takes brotli."""
    packed = await browser.get("/static/any/galleria.css")
    assert packed.headers["content-encoding"] == "br"
    plain = await browser.get("/static/any/galleria.css", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
    assert len(brotli.compress(plain.content)) < len(plain.content) / 2
