"""Twenty seeds on real processes: people buy and publish, messages get lost, processes are killed; all adds up.

What the simulator does to thousands of small worlds in a time of its own is done here to one real one, a few seconds
each; after every ten the world is left in peace until everybody agrees.
"""

import asyncio
import random

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import MANY, import_line, product
from tests.processes.invariants import Watch
from tests.processes.wire import Fault, Trouble
from tests.processes.world import Shelf, World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

TROUBLES: tuple[Trouble, ...] = ("lose", "lose_answer", "repeat", "late")
PATHS = ("/log/", "/inv ", "/reservations ", "/confirm", "/orders ", "/events", "/checkpoint")
PROCESSES = ("hub-web", "hub-worker", "shops-1-web", "shops-1-worker", "shops-2-web", "shops-2-worker")
HANDLES = ("alba", "brina", "cima")
SEEDS_TOGETHER = 10
SEEDS_A_SHELF = 4
"""Of nine pieces two buyers a seed take eight at most: nobody is told that there are none left."""
STORM_SECONDS = 1.5


@pytest.mark.parametrize("first", [1, 11])
async def test_ten_seeds(world: World, first: int) -> None:
    """Each storm keeps every invariant that can be seen from outside, and after ten of them all books agree."""
    watch, buyers = Watch(world), list[Buyer]()
    shelves: list[Shelf] = []
    for seed in range(first, first + SEEDS_TOGETHER):
        if (seed - first) % SEEDS_A_SHELF == 0:
            shelves = [world.shelf(handle) for handle in HANDLES]
        buyers += await _storm(world, shelves, seed)
        await watch.look()
    for wire in world.fleet.wires.values():
        wire.trouble()
    await world.back(*PROCESSES)
    for buyer in buyers:
        await buyer.check_out()
        await buyer.walk_away()
    hurrying = asyncio.create_task(_hurry(world))
    await adds_up(world)
    hurrying.cancel()
    await watch.look()
    watch.leave()


async def _hurry(world: World) -> None:
    """Let nobody wait for a second attempt or for the lease of a dead worker."""
    while True:
        for node in (world.hub, *world.shop_nodes):
            await world.leases_end(node)
        await asyncio.sleep(3)


async def _storm(world: World, shelves: list[Shelf], seed: int) -> list[Buyer]:
    """Bad seconds drawn from a seed; returns those who tried to buy."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test
    for wire in world.fleet.wires.values():
        wire.trouble(*(Fault(chance.choice(TROUBLES), path, 1, 1.0) for path in chance.sample(PATHS, 4)))
    buyers = [Buyer(world, *(shelf.line(MANY) for shelf in chance.sample(shelves, 2))) for _ in range(2)]
    end = asyncio.get_running_loop().time() + STORM_SECONDS
    publishing = asyncio.create_task(_publish(world, chance.choice(HANDLES), seed))
    buying = [asyncio.create_task(_buy(buyer, pays=chance.random() < 0.7)) for buyer in buyers]
    await asyncio.sleep(chance.uniform(0.05, STORM_SECONDS / 2))
    await world.kill(chance.choice(PROCESSES))
    await asyncio.sleep(max(0.0, end - asyncio.get_running_loop().time()))
    await asyncio.gather(publishing, *buying)
    return buyers


async def _publish(world: World, handle: str, seed: int) -> None:
    """The boutique brings in a new product and another price of an old one."""
    made = [product(f"storm-{handle}-{seed}"), product(f"storm-{handle}", 5_000 + seed)]
    await world.bring_in(handle, [import_line(each) for each in made])


async def _buy(buyer: Buyer, *, pays: bool) -> None:
    answer = await buyer.try_once()
    if answer is not None and answer.redirect_url and pays:
        await buyer.pay()
