"""A boutique's node and a hub whose books a test writes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from federation.node.database import execute
from federation.service.accounts import Pair as Ends
from shops.worker import APPS
from tests.federation.nodes import Pair, two_nodes
from tests.shops.money.books import Books
from tests.support.postgres import Server


@pytest.fixture
async def pair(pg: Server, tmp_path: Path) -> AsyncIterator[Pair]:
    """A boutique linked with a hub."""
    async with two_nodes(pg, tmp_path, shop_apps=APPS) as made:
        await made.link()
        with made.shop.here():
            await execute(
                "INSERT INTO shop_boutique (shop_id, handle, profile, currency, vseq, recovery_file, opened_at) "
                "VALUES ($1, 'aurora', '', 'EUR', 0, '', now())",
                made.shop.party_id,
            )
        yield made


@pytest.fixture
def ends(pair: Pair) -> Ends:
    """The boutique and the hub."""
    return pair.shop.party_id, pair.hub.party_id


@pytest.fixture
def books(pair: Pair) -> Books:
    """What the hub has written about the boutique."""
    made = Books()
    pair.hub.fed.bookkeeper = made
    return made
