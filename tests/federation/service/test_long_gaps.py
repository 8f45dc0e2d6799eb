"""A copy with a long gap, or without what is made of it: nothing is begun again and again, nothing waits for a shop."""

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.service import bootstrap, pull, snapshots, tending
from federation.service.replica_moves import state_of
from federation.store import replicas
from federation.store import snapshots as store
from tests.federation.goods import product
from tests.federation.memory_nodes import memory_pair
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append
from tests.federation.several import copy_of

COUNT = 30
CUT = snapshots.Cut(lines_max=8, hashes_max=10)


@pytest.fixture
async def pair() -> Pair:
    """A hub whose copy of a shop has COUNT lines; a gap of half as many is to be loaded from a snapshot from now on."""
    pair = await memory_pair()
    await pair.link()
    await append(pair.shop, *(product(number) for number in range(COUNT)))
    await pair.settle()
    assert (await copy_of(pair.hub, pair.shop)).size == COUNT
    pair.hub.fed.log_gap_max = COUNT // 2
    return pair


async def offered(pair: Pair) -> None:
    """Let the shop offer a snapshot of its log as it is now."""
    with pair.shop.here():
        assert await snapshots.make(pair.shop.party_id, pair.shop.party_id, clock.now(), cut=CUT)


async def test_a_snapshot_that_leads_no_further_is_left_for_the_log(pair: Pair) -> None:
    """A shop may offer what is here already, whatever it is asked for: the log is read instead of that once more."""
    await offered(pair)
    shop_id = pair.shop.party_id
    with pair.shop.here():
        made = await store.made(shop_id, shop_id)
        assert made is not None
        await store.offer(shop_id, shop_id, msgspec.structs.replace(made, size=100 * COUNT))
    await append(pair.shop, *(product(number) for number in range(COUNT, 2 * COUNT)))
    with pair.hub.here() as fed:
        ends = (pair.hub.party_id, shop_id)
        assert await pull.pull(fed, ends, clock.now()) == COUNT
        assert await state_of(ends) == "live"


async def test_a_throttled_copy_loads_on_as_well(pair: Pair) -> None:
    """What may not be mended may be loaded, and is not begun anew whenever somebody looks."""
    await append(pair.shop, *(product(number) for number in range(COUNT, 2 * COUNT)))
    await offered(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        async with atomic():
            await replicas.set_state(*ends, "throttled")
        await pull.pull(fed, ends, clock.now())
        assert await state_of(ends) == "snapshotting"
        assert await bootstrap.go_on(fed, ends, clock.now(), chunks_max=1)
        await pull.pull(fed, ends, clock.now())
        load = await store.load(*ends)
    assert load is not None
    assert load.taken == 1


async def test_what_is_served_does_not_wait_for_the_shop(pair: Pair) -> None:
    """Where the log is whole and nothing of it shown, it is shown, though the shop cannot compare its log with ours."""
    desk = pair.hub.hub_desk
    before = dict(desk.records)
    desk.records.clear()
    pair.way.only, pair.way.lose_requests = "/recon/", 1_000
    with pair.hub.here() as fed:
        await tending.tend(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
    assert desk.records == before
    assert pair.way.lose_requests < 1_000
