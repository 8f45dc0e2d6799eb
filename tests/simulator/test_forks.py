"""What must come of a shop that tells two hubs two histories, once the hubs are left alone."""

import asyncio

from federation.node.database import atomic
from federation.service import catalogue
from federation.store import forks, replicas
from tests.federation.goods import product, with_title
from tests.simulator import loop
from tests.simulator.chance import Dice
from tests.simulator.invariants import seen_from
from tests.simulator.machine import Machine
from tests.simulator.simulation import quiet
from tests.simulator.world import Shape, World, base_of

SHAPE = Shape(2, 1)
GOSSIP_SECONDS = 900.0


async def publish(machine: Machine, title: str) -> None:
    """Publish a product under a title, and have the time to push it."""

    async def append() -> None:
        async with atomic():
            await catalogue.append(machine.party_id, [with_title(product(0), title)], machine.now())

    process = machine.process or machine.start()
    await asyncio.wait({process.spawn(append())})
    await asyncio.sleep(5)


async def two_histories(world: World) -> None:
    """One hub hears the shop, the other its twin; then both ways are open."""
    world.start()
    (shop,), twin_disk = world.shops, world.shops[0].disk.backup()
    world.network.cut = frozenset({"hub-b"})
    await publish(shop, "The one")
    shop.kill()
    twin = Machine("shop-a-twin", "shop", twin_disk, shop.around)
    twin.party_id = shop.party_id
    world.network.cut = frozenset({"hub-a"})
    await publish(twin, "The other")
    twin.kill()
    world.network.cut = frozenset()
    world.checks.forked.add(shop.party_id)
    world.process(shop)


def standing(hub: Machine, shop: Machine) -> tuple[str, int]:
    """How a hub follows a shop, and how many proofs it keeps against it."""
    replica = seen_from(hub, lambda: replicas.replica(hub.party_id, shop.party_id))
    proofs = seen_from(hub, lambda: forks.forks(hub.party_id, shop.party_id))
    return "" if replica is None else replica.state, len(proofs)


def test_two_histories_freeze_a_shop_at_both_hubs() -> None:
    """Both hubs end with the same proof, and neither follows the shop any more: also the one told only one history."""
    found: list[tuple[str, int]] = []

    async def live() -> None:
        world = World(Dice(1), SHAPE, base_of(SHAPE))
        await two_histories(world)
        await asyncio.sleep(GOSSIP_SECONDS)
        world.check()
        found.extend(standing(hub, world.shops[0]) for hub in world.hubs)
        world.stop()

    with quiet([]):
        loop.run(live(), base_of(SHAPE).at)
    assert found == [("frozen", 1), ("frozen", 1)]
