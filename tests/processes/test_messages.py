"""Messages between hub and shop lost, repeated, late, or answered into the void: each has its effect once."""

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import MANY, import_lines
from tests.processes.wire import Fault, Trouble
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

LATE_SECONDS = 2.5
"""Longer than a shopper waits for one shop."""


def fault(trouble: Trouble, part: str, times: int = 1) -> Fault:
    """One kind of trouble for some messages."""
    return Fault(trouble, part, times, LATE_SECONDS)


@pytest.mark.parametrize("trouble", ["lose", "lose_answer", "repeat", "late"])
async def test_holds(world: World, trouble: Trouble) -> None:
    """A hold in trouble is a hold or a refusal to the shopper, and never a piece left hanging."""
    wire, shelf = world.wire("shops-2"), world.shelf("brina")
    wire.trouble(fault(trouble, "/reservations "))
    buyer = Buyer(world, shelf.line(MANY), world.shelf("alba").line(MANY))
    answer = await buyer.check_out()
    assert wire.met == 1
    assert bool(answer.refused) == (trouble != "repeat")
    await buyer.pay()
    await buyer.until_parts()
    await adds_up(world)


@pytest.mark.parametrize("trouble", ["lose", "lose_answer", "repeat", "late"])
async def test_confirmations_orders_and_words_back(world: World, trouble: Trouble) -> None:
    """Trouble on confirming, placing, and on the boutique's own events: sold once, told once, in the right order."""
    shop_wire, hub_wire = world.wire("shops-2"), world.wire("hub")
    shop_wire.trouble(fault(trouble, "/confirm"), fault(trouble, "/orders "), fault(trouble, "/events"))
    hub_wire.trouble(fault(trouble, "/events", 2))
    buyer = Buyer(world, world.shelf("brina").line(MANY), world.shelf("cima").line(MANY))
    await buyer.check_out()
    await buyer.pay()
    await buyer.until_parts({"accepted"})
    await world.ship("brina", "cima")
    await buyer.until_parts({"shipped"})
    await adds_up(world)
    assert shop_wire.met >= 3
    assert hub_wire.met == 2


@pytest.mark.parametrize("trouble", ["lose", "lose_answer", "repeat"])
async def test_pushes(world: World, trouble: Trouble) -> None:
    """Catalogue and stock pushed through trouble arrive whole, found by pull or by trying again."""
    wire = world.wire("hub")
    wire.trouble(fault(trouble, "/log/", 2), fault(trouble, "/inv ", 2))
    await world.bring_in("cima", import_lines(f"pushed-{trouble.replace('_', '-')}", 20))
    await adds_up(world)
    assert wire.met >= 2
