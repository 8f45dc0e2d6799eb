"""PostgreSQL is killed, every backend at the same moment, while shoppers buy: what was answered is still true."""

import asyncio
import contextlib
import os
import random
import signal

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer, all_ended, begun
from tests.processes.goods import MANY
from tests.processes.world import World, descendants

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]


@pytest.mark.parametrize("seed", [31, 32])
async def test_killed_under_traffic(world: World, seed: int) -> None:
    """The supervisor starts it again, it repairs itself, every process finds it, and nothing is lost or doubled."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test
    first, second = world.shelf("alba"), world.shelf("cima")
    before = Buyer(world, first.line(MANY), second.line(MANY))
    await before.check_out()
    buyers = [Buyer(world, first.line(MANY), second.line(MANY)) for _ in range(6)]
    asking = [asyncio.create_task(buyer.try_once()) for buyer in buyers]
    paying = asyncio.create_task(before.pay())
    await asyncio.sleep(chance.uniform(0.02, 0.6))
    _kill_at_once(world.pid("postgres"))
    await world.kill("postgres")
    await asyncio.gather(*asking, paying, return_exceptions=True)
    await world.back("postgres", "hub-web", "shops-1-web", "shops-2-web", "standin-web")
    answered = [buyer for buyer in buyers if buyer.answer is not None]
    assert {buyer.key for buyer in answered} <= set(await begun(world, buyers)), "an answered checkout was forgotten"
    await before.pay()
    await before.until_parts()
    await asyncio.gather(*(_finish(buyer) for buyer in buyers))
    await all_ended(world, buyers)
    await adds_up(world)


def _kill_at_once(postmaster: int) -> None:
    """The server and every backend, before any of them can react to another's end.

    The server is stopped first: a backend born while they are counted would outlive it, asleep on a lock of the dead.
    """
    os.kill(postmaster, signal.SIGSTOP)
    backends = descendants(postmaster)
    assert len(backends) > 5
    for process in (postmaster, *backends):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


async def _finish(buyer: Buyer) -> None:
    answer = await buyer.check_out()
    if answer.redirect_url:
        await buyer.pay()
        await buyer.until_parts()
    else:
        await buyer.walk_away()
