"""A real Chromium at a hub behind a real server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server as WebServer
from playwright.async_api import Browser

from federation.node.database import Database
from tests.marketplace.gallery import Gallery
from tests.support.chromium import open_chromium
from tests.support.clients import running
from tests.support.loopback import free_port, listening
from tests.support.postgres import Urls


@pytest.fixture
async def hub(committed: Database, database_urls: Urls, tmp_path: Path) -> AsyncIterator[Gallery]:
    """A hub with six boutiques, listening."""
    port = free_port()
    gallery = await Gallery(database_urls, tmp_path, f"http://127.0.0.1:{port}").open(6)
    server = WebServer(gallery.app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL)
    async with running(gallery.app):
        serving = asyncio.create_task(server.serve())
        await listening(port)
        yield gallery
        server.stop()  # type: ignore[no-untyped-call]
        await serving


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with open_chromium() as browser:
        yield browser
