"""A boutique that may move, for every test here that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shops.moving.houses import Quarter, quarter
from tests.support.postgres import Server


@pytest.fixture
async def town(pg: Server, tmp_path: Path) -> AsyncIterator[Quarter]:
    """Two shop nodes and a hub; a boutique lives at the old one."""
    async with quarter(pg, tmp_path) as found:
        yield found
