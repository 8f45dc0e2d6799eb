"""The indexer is killed while it writes: the index ends up equal to the listings all the same."""

import asyncio

import pytest

from tests.processes.books import adds_up
from tests.processes.goods import import_line, import_lines, product
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

INDEXER = "hub-indexer"
BATCH = 60


async def test_killed_during_a_batch(world: World) -> None:
    """Changes that waited or were being written when the indexer died are found by search afterwards, once each."""
    importing = asyncio.create_task(world.bring_in("cima", import_lines("indexed", BATCH)))
    await until("changes for the index", lambda: _waiting(world), every_seconds=0.01)
    await world.kill(INDEXER)
    await importing
    await world.back(INDEXER)
    await world.bring_in("cima", (import_line(product(f"indexed-{n:03d}", 7_700)) for n in range(BATCH)))
    await until("changes for the index", lambda: _waiting(world), every_seconds=0.01)
    await world.kill(INDEXER)
    await adds_up(world)
    found = await world.http.get(f"{world.hub.url}/api/v1/search", params={"q": "indexed-007"})
    prices = {hit["product_id"]: hit["price"]["amount_minor"] for hit in found.json()["hits"]}
    assert prices["indexed-007"] == 7_700


async def _waiting(world: World) -> bool:
    return bool(await world.value(world.hub, "SELECT count(*) FROM hub_index_event"))
