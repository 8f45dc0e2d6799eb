"""A bench for lives of a hub."""

from collections.abc import Iterator

import pytest

from federation.node import logs
from tests.machine.bench import Bench
from tests.support.postgres import Server


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """Provoked failures need no tracebacks in the tests' output."""
    logs.configure("CRITICAL")


@pytest.fixture(scope="module")
def bench(pg: Server) -> Iterator[Bench]:
    """One database and one loop for all lives of a module."""
    urls = pg.clone(("payouts.piccolo_app",))
    with Bench(urls) as made:
        yield made
    pg.drop(urls)
