"""Scenes for the money tests."""

import pytest

from federation.node import clock, logs
from federation.node.database import Database
from payouts.adapters.memory import MemoryProvider
from tests.payouts.real_stripe import pytest_collection_modifyitems, pytest_terminal_summary
from tests.payouts.scene import MemoryScene
from tests.payouts.shopper import Shopper

__all__ = ["pytest_collection_modifyitems", "pytest_terminal_summary", "quiet_logs", "scene", "shopper"]


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """Provoked failures need no tracebacks in the tests' output."""
    logs.configure("CRITICAL")


@pytest.fixture
def scene(committed: Database) -> MemoryScene:
    """A hub's money on a database of its own, with real commits and a provider in memory."""
    return MemoryScene(MemoryProvider(clock.now()))


@pytest.fixture
def shopper(scene: MemoryScene) -> Shopper:
    """The shopper of the worked example."""
    return Shopper(scene)
