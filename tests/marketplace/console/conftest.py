"""The hub's console over a world with boutiques and a till, and an operator's browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.node.database import Database
from tests.marketplace.console.operator import sign_in, visiting
from tests.marketplace.orders.world import World
from tests.support.postgres import Urls


@pytest.fixture
async def world(committed: Database, tmp_path: Path) -> World:
    """A hub with the boutiques a, b and c, three dresses each."""
    made = World(tmp_path)
    await made.open()
    return made


@pytest.fixture
async def guest(world: World, database_urls: Urls) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with."""
    async with visiting(world, database_urls) as browser:
        yield browser


@pytest.fixture
async def desk(world: World, guest: httpx.AsyncClient) -> httpx.AsyncClient:
    """The operator's browser."""
    await sign_in(world, guest)
    return guest
