"""The hub's worker is killed between the payment and all that follows: each step happens, and happens once."""

import asyncio

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer, buy
from tests.processes.goods import MANY
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

WORKER = "hub-worker"


async def test_killed_after_payment_before_the_shops_confirm(world: World) -> None:
    """Orders paid while nobody works are confirmed and placed when somebody does, each once."""
    first, second = world.shelf("alba"), world.shelf("brina")
    buyers = [Buyer(world, first.line(MANY), second.line(MANY)) for _ in range(3)]
    await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    await world.kill(WORKER)
    await asyncio.gather(*(buyer.pay() for buyer in buyers))
    await asyncio.gather(*(buyer.until_parts() for buyer in buyers))
    await adds_up(world)


async def test_killed_during_transfers(world: World) -> None:
    """A transfer cut off in the middle of the call is made once: asked again with its old key, not sent anew."""
    buyer = await buy(world, world.shelf("alba").line(MANY), world.shelf("cima").line(MANY))
    await buyer.until_parts()
    await world.misfortune("slow", "POST /v1/transfers", times=4, seconds=1.0)
    await world.ship("alba", "cima")
    await until("a transfer under way", lambda: _submitting(world), every_seconds=0.02)
    await world.kill(WORKER)
    await world.leases_end(world.hub)
    await world.back(WORKER)
    await until("a transfer under way or done", lambda: _begun(world, 2), every_seconds=0.02)
    await world.kill(WORKER)
    await world.leases_end(world.hub)
    await buyer.until_parts({"shipped"})
    await adds_up(world)
    sent = await world.rows(
        world.hub,
        "SELECT s.id FROM pay_settlement s JOIN pay_transfer t ON t.settlement_id = s.id AND t.status = 'sent' "
        "JOIN hub_order o ON o.id = s.order_id WHERE o.checkout_key = $1",
        buyer.key,
    )
    assert len(sent) == len({row["id"] for row in sent}) == 4, "two boutiques, each goods and shipping, each sent once"


async def _submitting(world: World) -> bool:
    return bool(await world.value(world.hub, "SELECT count(*) FROM pay_transfer WHERE status = 'submitting'"))


async def _begun(world: World, transfers: int) -> bool:
    return int(await world.value(world.hub, "SELECT count(*) FROM pay_transfer")) >= transfers
