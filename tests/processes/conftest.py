"""One small world of real processes for all kill tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.processes.world import World, running_world


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def world() -> AsyncIterator[World]:
    """The marketplace of this package's tests."""
    async with running_world() as running:
        yield running
