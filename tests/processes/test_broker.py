"""The broker carries wake-ups only: dead or silent, everything still happens, found by the sweeps."""

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import buy
from tests.processes.goods import MANY
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]


async def test_a_sale_with_the_broker_killed(world: World) -> None:
    """Payment, confirmation, order and parcel go through although the broker dies twice on the way."""
    await world.kill("broker")
    buyer = await buy(world, world.shelf("alba").line(MANY), world.shelf("brina").line(MANY))
    await world.kill("broker")
    await buyer.until_parts()
    await world.ship("alba", "brina")
    await buyer.until_parts({"shipped"})
    await adds_up(world)


async def test_a_sale_with_the_broker_silent(world: World) -> None:
    """A broker that keeps its connections and answers nobody delays a sale by seconds and stops none."""
    world.freeze("broker")
    try:
        buyer = await buy(world, world.shelf("cima").line(MANY))
        await buyer.until_parts()
    finally:
        world.thaw("broker")
    await adds_up(world)
