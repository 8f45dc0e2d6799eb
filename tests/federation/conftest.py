"""Fixtures of the federation's I/O tests: two running nodes, linked or not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.federation.nodes import Pair, two_nodes
from tests.support.postgres import Server


@pytest.fixture
async def strangers(pg: Server, tmp_path: Path) -> AsyncIterator[Pair]:
    """A shop and a hub that have not met."""
    async with two_nodes(pg, tmp_path) as pair:
        yield pair


@pytest.fixture
async def pair(strangers: Pair) -> Pair:
    """A shop and a hub with an accepted link."""
    await strangers.link()
    return strangers
