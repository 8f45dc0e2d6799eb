"""The world of the hub's order tests."""

from pathlib import Path

import pytest

from federation.node.database import Database
from tests.marketplace.orders.world import World


@pytest.fixture
async def world(committed: Database, tmp_path: Path) -> World:
    """A hub with the boutiques a, b and c, three dresses each."""
    made = World(tmp_path)
    await made.open()
    return made
