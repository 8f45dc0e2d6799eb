"""The indexer is killed while it writes, held by a lock at the worst moments: index and listings end up equal."""

import pytest

from tests.processes.books import adds_up
from tests.processes.goods import import_line, product
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

INDEXER = "hub-indexer"
BATCH = 40
BEFORE_WRITING = "LOCK TABLE hub_product IN ACCESS EXCLUSIVE MODE"
AFTER_WRITING = "SELECT rev FROM hub_index_event FOR UPDATE"


@pytest.mark.parametrize(("lock", "price_minor"), [(BEFORE_WRITING, 7_700), (AFTER_WRITING, 8_800)])
async def test_killed_during_a_batch(world: World, lock: str, price_minor: int) -> None:
    """Killed before the index was written, or after it and before that was noted: each change is found once."""
    world.freeze(INDEXER)
    await world.bring_in("cima", (import_line(product(f"indexed-{n:02d}", price_minor)) for n in range(BATCH)))

    async def all_wait() -> bool:
        waiting = await world.value(world.hub, "SELECT count(DISTINCT product_id) FROM hub_index_event")
        return int(waiting) >= BATCH

    async def is_held() -> bool:
        held = await world.value(
            world.hub,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        return int(held) > 0

    await until("every change waits for the index", all_wait)
    async with world.locked(world.hub, lock):
        world.thaw(INDEXER)
        await until("the indexer meets the lock", is_held, every_seconds=0.02)
        await world.kill(INDEXER)
    await adds_up(world)
    found = await world.http.get(f"{world.hub.url}/api/v1/search", params={"q": "indexed-07"})
    prices = {hit["product_id"]: hit["price"]["amount_minor"] for hit in found.json()["hits"]}
    assert prices["indexed-07"] == price_minor
