"""Listings that somebody spoilt on the hub's own disk are what the boutique published again after a look (I1)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from federation.node import clock, database
from federation.service import tending
from federation.store import repairs
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line
from tests.support.postgres import Server

SPOILT = (
    "DELETE FROM hub_product WHERE product_id = 'p3'",
    "DELETE FROM hub_variant WHERE product_id = 'p4'",
    (
        "UPDATE hub_product SET body = convert_to(replace(convert_from(body, 'UTF8'), 'p5', 'p5 '), 'UTF8')"
        " WHERE product_id = 'p5'"
    ),
    "UPDATE hub_product SET leaf_hash = repeat('0', 64) WHERE product_id = 'p6'",
    (
        "INSERT INTO hub_product"
        " (shop_id, product_id, body, seq, leaf_hash, category, stale, first_seen_at, updated_at)"
        " SELECT shop_id, 'ghost', body, seq, leaf_hash, category, stale, first_seen_at, updated_at FROM hub_product"
        " WHERE product_id = 'p7'"
    ),
    "UPDATE hub_shop SET profile = NULL, handle = NULL, profile_seq = NULL, profile_leaf_hash = NULL",
)


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


async def listed() -> list[tuple[object, ...]]:
    """What the hub lists, with its variants and its boutique."""
    rows = await database.fetch(
        """SELECT p.product_id, p.body, p.seq, p.leaf_hash, s.handle, s.profile, (
            SELECT string_agg(v.variant_id || v.price_minor, ' ' ORDER BY v.variant_id) FROM hub_variant v
            WHERE v.product_id = p.product_id) AS variants
        FROM hub_product p JOIN hub_shop s ON s.shop_id = p.shop_id ORDER BY p.product_id"""
    )
    return [tuple(row) for row in rows]


async def test_spoilt_listings_are_projected_again(running_house: House) -> None:
    """Lost, altered and left-over rows: nothing of it is shown any more, and what was lost can be found again."""
    shop_id = await running_house.open_shop(profile("a"), [line(f"p{number}", 1) for number in range(10)])
    ends = (running_house.hub_id, shop_id)
    with running_house.at_hub():
        await tending.tend(running_house.hub.federation, ends, clock.now())
        assert (await repairs.note(*ends)).repairs == 0
        before = await listed()
        assert len(before) == 10
        for statement in SPOILT:
            await database.execute(statement)
        await database.execute("DELETE FROM hub_index_event")
        await tending.tend(running_house.hub.federation, ends, clock.now())
        note = await repairs.note(*ends)
        assert (note.last_cause, note.last_records) == ("served", 6)
        assert await listed() == before
        events = await database.fetch("SELECT DISTINCT product_id FROM hub_index_event")
        assert {row["product_id"] for row in events} >= {"p3", "p4", "p5", "p6", "ghost"}
