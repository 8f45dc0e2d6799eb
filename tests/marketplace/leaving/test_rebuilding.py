"""A hub whose listings were lost is made anew from its boutiques alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from federation.node import clock, database
from federation.service.catalogue import log_state
from federation.store import logs
from federation.tasks import heartbeats
from federation.vocabulary.ids import PartyId
from marketplace.leaving import rebuilding
from search.query import SearchRequest
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line
from tests.support.postgres import Server

PRODUCTS = 250
LOST = (
    "hub_variant", "hub_product", "hub_stock", "hub_quarantine", "hub_picture", "hub_index_event",
    "fed_leaf", "fed_node", "fed_checkpoint", "fed_log", "fed_register", "fed_stock", "fed_quarantine", "fed_replica",
)  # fmt: skip


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


async def shown(house: House, shop_id: PartyId) -> dict[str, Any]:
    """What the hub shows and knows of a boutique, and what its search finds."""
    with house.at_hub():
        products = await database.fetch(
            "SELECT product_id, body, seq, leaf_hash, stale FROM hub_product WHERE shop_id = $1 ORDER BY 1", shop_id
        )
        stock = await database.fetch(
            "SELECT variant_id, location, quantity, vseq FROM hub_stock WHERE shop_id = $1 ORDER BY 1, 2", shop_id
        )
        head = await logs.head(house.hub_id, shop_id)
        found = house.hub.catalog.search(SearchRequest(text="p17"), clock.now())
    assert head is not None
    return {
        "products": [tuple(row) for row in products],
        "stock": [tuple(row) for row in stock],
        "log": (head.size, head.peaks),
        "found": [hit.product_id for hit in found.hits],
        "total": found.total,
    }


async def stock_follows(house: House) -> None:
    """The shop's next word on its stock is said, and all that follows from it."""
    for _ in range(3):
        with house.at_shop():
            await database.execute("UPDATE fed_delivery SET last_stock_at = NULL")  # as if fifteen seconds had passed
            await heartbeats(house.shop_fed, clock.now())
        await house.work()


async def test_everything_is_equal_afterwards(running_house: House) -> None:
    """Listings, leaf hashes, stock, log and search are what they were, although the hub had lost all of them."""
    shop_id = await running_house.open_shop(profile("a"), [line(f"p{number}", number) for number in range(PRODUCTS)])
    await stock_follows(running_house)
    before = await shown(running_house, shop_id)
    assert len(before["products"]) == PRODUCTS
    with running_house.at_hub():
        for table in LOST:
            await database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
        running_house.hub.catalog.rebuild([])
        done = await rebuilding.rebuild(running_house.hub, lambda _done, _whole: None)
    assert [(item.shop_id, item.error) for item in done] == [(shop_id, "")]
    await running_house.work()
    await stock_follows(running_house)
    assert await shown(running_house, shop_id) == before
    with running_house.at_shop():
        assert done[0].size == (await log_state(shop_id)).size
