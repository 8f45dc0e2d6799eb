"""Talking to an app in this process, as a browser or a machine would."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from federation.node.settings import NodeSettings
from federation.node.web import web_node
from tests.support.postgres import Urls

_CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
_DRAWN = re.compile(r'name="drawn" value="([0-9A-Z-]+)"')
SECRET_KEY = "test-secret-key-of-32-characters!"
BROWSER_HEADERS = {"accept": "text/html,*/*;q=0.8"}


def node_settings(urls: Urls, state_dir: Path, **changes: Any) -> NodeSettings:
    """Settings of a test node on the given database; nothing listens on its address."""
    values: dict[str, Any] = {
        "node_name": "Test node",
        "public_url": "http://127.0.0.1:7999",
        "database_url": urls.app,
        "broker_url": "none:",
        "state_dir": state_dir,
        "secret_key": SECRET_KEY,
        "environment": "test",
        "log_level": "CRITICAL",
    }
    return NodeSettings(**(values | changes))


@asynccontextmanager
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with its cookies, talking to `app` while its lifespan runs; redirects are not followed."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base_url = web_node(app).settings.public_url
    async with (
        running(app),
        httpx.AsyncClient(transport=transport, base_url=base_url, headers=BROWSER_HEADERS) as browser,
    ):
        yield browser


@asynccontextmanager
async def talking(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A machine that talks to an app which runs already."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=web_node(app).settings.public_url) as caller:
        yield caller


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """The app's lifespan in a task of its own: fixtures begin and end in different tasks, which a lifespan refuses."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    life = asyncio.create_task(live())
    starting = asyncio.create_task(started.wait())
    await asyncio.wait({life, starting}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    try:
        if not life.done():
            yield
    finally:
        stop.set()
        await life


def csrf_token(html: str) -> str:
    """The token in the first form of a page."""
    found = _CSRF.search(html)
    assert found is not None, "the page holds no form with a csrf_token"
    return found.group(1)


def drawn_in(html: str) -> str:
    """The code that a page's form makes if none is written into it."""
    found = _DRAWN.search(html)
    assert found is not None, "the page holds no form with a drawn code"
    return found.group(1)


async def form(
    browser: httpx.AsyncClient, url: str, data: Mapping[str, Any], *, action: str | None = None
) -> httpx.Response:
    """Open the page at `url`, take its token and post `data` to `action` (the page itself by default)."""
    shown = await browser.get(url)
    assert shown.status_code == httpx.codes.OK, shown.text
    return await browser.post(action or url, data={**data, "csrf_token": csrf_token(shown.text)})
