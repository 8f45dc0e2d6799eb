"""The payment provider itself is killed: what it answered it still knows, and what it did not, is asked of it again."""

import asyncio

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import MANY
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

PROVIDER = "standin-web"


async def test_killed_between_page_payment_and_transfers(world: World) -> None:
    """Pages, cards that paid, accounts, events under way and keys outlive it: all is paid, sent and paid out once."""
    buyers = [Buyer(world, world.shelf(handle).line(MANY)) for handle in ("alba", "cima")]
    await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    await _dies(world)
    await asyncio.gather(*(buyer.pay() for buyer in buyers))
    await _dies(world)
    await asyncio.gather(*(buyer.until_parts() for buyer in buyers))
    await world.misfortune("slow", "POST /v1/transfers", times=2, seconds=1.0)
    await world.ship("alba", "cima")
    await until("a transfer under way", lambda: _submitting(world), every_seconds=0.02)
    await _dies(world)
    for buyer in buyers:
        await buyer.until_parts({"shipped"})
    await world.forget_misfortunes()
    await adds_up(world)


async def _dies(world: World) -> None:
    await world.kill(PROVIDER)
    await world.back(PROVIDER)


async def _submitting(world: World) -> bool:
    return bool(await world.value(world.hub, "SELECT count(*) FROM pay_transfer WHERE status = 'submitting'"))
