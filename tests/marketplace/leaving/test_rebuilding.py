"""A hub whose listings were lost is made anew from its boutiques alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from federation.node import clock, database
from federation.node.database import atomic
from federation.service.catalogue import log_state
from federation.service.order_comparing import Compared
from federation.store import logs
from federation.tasks import heartbeats
from federation.vocabulary.ids import PartyId
from marketplace.leaving import rebuilding, service
from search.query import SearchRequest
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line, order
from tests.support.clients import talking
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
            await heartbeats(clock.now())
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


async def test_pieces_are_shown_since_when_they_were(running_house: House) -> None:
    """Read anew, a piece is no news: since when it is here is kept, also when the first attempt was cut off."""
    shop_id = await running_house.open_shop(profile("a"), [line("p1", 1), line("p2", 2)])
    with running_house.at_hub():
        await database.execute("UPDATE hub_product SET first_seen_at = '2026-01-01' WHERE product_id = 'p1'")
        async with atomic():
            await service.start_over(running_house.hub_id, shop_id, clock.now())
        await rebuilding.rebuild(running_house.hub, lambda _done, _whole: None)
        rows = await database.fetch("SELECT product_id, first_seen_at::date AS day FROM hub_product ORDER BY 1")
        assert await database.fetch_value("SELECT count(*) FROM hub_since") == 0
    assert [(row["product_id"], row["day"].year, row["day"].month == 1) for row in rows] == [
        ("p1", 2026, True),
        ("p2", 2026, clock.now().month == 1),
    ]


async def test_orders_are_compared_with_the_boutiques(running_house: House) -> None:
    """Alike on both sides, all are the same; each kind of difference is named with its order."""
    shop_id = await running_house.open_shop(profile("a", order_acceptance="manual"), [line("p1", 9)])
    async with talking(running_house.hub_app) as shopper:
        for _ in range(3):
            bought = await shopper.post("/api/v1/checkout", json=order((shop_id, "p1", 1)))
            assert bought.status_code == 201, bought.text
    await running_house.money_arrives()
    await running_house.work()

    async def compared() -> Compared:
        with running_house.at_hub():
            (found,) = await rebuilding.compare_orders(running_house.hub, lambda _done, _whole: None)
        return found

    same = await compared()
    assert (same.orders, same.differing, same.error) == (3, (), "")
    assert same.here == same.there
    assert same.here.ordered == {"EUR": 3 * 10_690}
    with running_house.at_shop():
        first, second, third = (
            row["order_id"] for row in await database.fetch("SELECT order_id FROM fed_conversation ORDER BY order_id")
        )
        await database.execute("DELETE FROM fed_event_in WHERE order_id = $1", first)
        await database.execute(
            "UPDATE fed_conversation SET document = convert_to(replace(convert_from(document, 'UTF8'), 'Ada', 'Eva'), "
            "'UTF8') WHERE order_id = $1",
            second,
        )
        await database.execute("UPDATE fed_conversation SET document = '' WHERE order_id = $1", third)
    found = await compared()
    told = {item.order_id: " ".join(item.what) for item in found.differing}
    assert told.keys() == {first, second, third}
    assert "have not come to the boutique" in told[first]
    assert "is another" in told[second]
    assert "does not have it" in told[third]
    assert found.there.ordered == {"EUR": 2 * 10_690}
