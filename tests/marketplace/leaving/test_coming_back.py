"""A boutique that left and comes back while the hub still keeps the copy of its log sends only what is new."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from federation.node import clock, database
from federation.node.database import atomic
from federation.service import links, tending
from shops.importers.service import import_jsonl
from tests.marketplace.house import House, house
from tests.marketplace.leaving.test_rebuilding import shown, stock_follows
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line
from tests.support.postgres import Server

PRODUCTS = 30


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


async def lines_written(house: House) -> list[tuple[int, int]]:
    """(place, transaction that wrote it) of every line the hub keeps."""
    with house.at_hub():
        rows = await database.fetch("SELECT seq, xmin::text::bigint AS writer FROM fed_leaf ORDER BY seq")
    return [(row["seq"], row["writer"]) for row in rows]


async def test_only_what_is_new_is_sent(running_house: House) -> None:
    """The lines of the kept copy stay as they were written; all of it is on show again, with the stock of today."""
    shop_id = await running_house.open_shop(profile("a"), [line(f"p{number}", number) for number in range(PRODUCTS)])
    await stock_follows(running_house)
    before, written = await shown(running_house, shop_id), await lines_written(running_house)
    with running_house.at_shop():
        async with atomic():
            await links.end_link(running_house.shop_fed, shop_id, running_house.hub_id, clock.now())
    await running_house.work()
    assert (await shown(running_house, shop_id))["products"] == []
    with running_house.at_shop():
        added = [msgspec.json.encode(line("p17", 17)), msgspec.json.encode(line("pnew", 3))]
        await import_jsonl(running_house.shop_settings, shop_id, iter(added), clock.now())
    await running_house.link(shop_id)
    with running_house.at_hub():
        assert await tending.tend_due(running_house.hub.federation, clock.now()) == 1
    await running_house.work()
    await stock_follows(running_house)
    after, rewritten = await shown(running_house, shop_id), await lines_written(running_house)
    assert rewritten[: len(written)] == written
    assert {row[0] for row in after["products"]} == {row[0] for row in before["products"]} | {"pnew"}
    assert {row[:3] for row in after["stock"]} >= {row[:3] for row in before["stock"]}
    assert after["total"] >= before["total"]
