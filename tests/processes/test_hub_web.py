"""The hub's web process is killed while shoppers check out: whoever comes back goes on, nobody loses anything."""

import asyncio
import random

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer, all_ended, begun
from tests.processes.goods import MANY
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

SHOPPERS = 6


@pytest.mark.parametrize("seed", [11, 12])
async def test_killed_in_the_middle_of_checkouts(world: World, seed: int) -> None:
    """Whatever a checkout had come to when the hub died, it ends paid and sold, or with every piece given back."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test
    first, second = world.shelf("alba"), world.shelf("brina")
    buyers = [Buyer(world, first.line(MANY), second.line(MANY)) for _ in range(SHOPPERS)]
    asking = [asyncio.create_task(buyer.try_once()) for buyer in buyers]
    await asyncio.sleep(chance.uniform(0.02, 0.5))
    await world.kill("hub-web")
    await asyncio.gather(*asking)
    await world.back("hub-web")
    await asyncio.gather(*(_come_back(buyer) for buyer in buyers[::2]))
    await asyncio.gather(*(buyer.walk_away() for buyer in buyers[1::2]))
    assert set(await begun(world, buyers)) >= {buyer.key for buyer in buyers[::2]}
    await all_ended(world, buyers)
    await adds_up(world)


async def _come_back(buyer: Buyer) -> None:
    """Send the same form again, and pay if anything is held; an order cut off while asking is left behind."""
    answer = await buyer.check_out()
    if answer.redirect_url:
        await buyer.pay()
        await buyer.until_parts()
    else:
        await buyer.walk_away()


async def test_killed_while_shoppers_pay(world: World) -> None:
    """A payment that succeeds while the hub is away is found when it is back: the provider's word is not lost."""
    shelf = world.shelf("cima")
    buyers = [Buyer(world, shelf.line(MANY)) for _ in range(3)]
    await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    await world.kill("hub-web")
    await asyncio.gather(*(buyer.pay() for buyer in buyers))
    await world.back("hub-web")
    await asyncio.gather(*(buyer.until_parts() for buyer in buyers))
    await adds_up(world)
