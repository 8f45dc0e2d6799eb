"""Messages between hub and shop lost, repeated, late, or answered into the void: each has its effect once."""

import asyncio
import random
from typing import Any

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import MANY, import_lines
from tests.processes.waiting import until
from tests.processes.wire import Fault, Trouble
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

LATE_SECONDS = 2.5
"""Longer than a shopper waits for one shop."""


TROUBLES: tuple[Trouble, ...] = ("lose", "lose_answer", "repeat", "late")


def each_trouble(part: str) -> list[Fault]:
    """Every kind of trouble once, for messages whose first line contains `part`, in an order of its own."""
    chance = random.Random(part)  # noqa: S311 - an order for a test
    return [Fault(trouble, part, 1, LATE_SECONDS) for trouble in chance.sample(TROUBLES, len(TROUBLES))]


async def until_asked(world: World, *lines: dict[str, Any]) -> None:
    """A node that kept silent a moment ago is left alone for some seconds: wait until each line is set aside again."""
    for line in lines:

        async def held(line: dict[str, Any] = line) -> Buyer | None:
            buyer = Buyer(world, line)
            return buyer if (await buyer.check_out()).redirect_url else None

        buyer = await until("a boutique that is asked", held, every_seconds=0.5)
        await buyer.pay()
        await buyer.until_parts()


async def test_holds(world: World) -> None:
    """A hold in trouble is a hold or a refusal to the shopper, and never a piece left hanging.

    A request that met a connection just closed is made once more, so one that was lost may be answered after all.
    """
    wire, shelf, other = world.wire("shops-2"), world.shelf("brina"), world.shelf("alba")
    buyers: list[Buyer] = []
    await until_asked(world, shelf.line(MANY))
    for trouble in TROUBLES:
        wire.trouble(Fault(trouble, "/reservations ", 1, LATE_SECONDS))
        buyer = Buyer(world, shelf.line(MANY), other.line(MANY))
        answer = await buyer.check_out()
        assert wire.met == 1
        assert answer.refused or trouble != "late"
        assert not answer.refused or trouble != "repeat"
        buyers.append(buyer)
    for buyer in buyers:
        await buyer.pay()
    for buyer in buyers:
        await buyer.until_parts()
    await adds_up(world)


async def test_confirmations_orders_and_words_back(world: World) -> None:
    """Trouble on confirming, placing, and on both sides' events: sold once, told once, in the right order."""
    shop_wire, hub_wire = world.wire("shops-2"), world.wire("hub")
    first, second = world.shelf("brina"), world.shelf("cima")
    buyers = [Buyer(world, first.line(MANY), second.line(MANY)) for _ in range(3)]
    await until_asked(world, first.line(MANY), second.line(MANY))
    await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    shop_wire.trouble(*each_trouble("/confirm"), *each_trouble("/orders "), *each_trouble("/events"))
    hub_wire.trouble(*each_trouble("/events"))
    await asyncio.gather(*(buyer.pay() for buyer in buyers))
    await asyncio.gather(*(buyer.until_parts({"accepted"}) for buyer in buyers))
    await world.ship("brina", "cima")
    await asyncio.gather(*(buyer.until_parts({"shipped"}) for buyer in buyers))
    await adds_up(world)
    assert (shop_wire.met, hub_wire.met) == (12, 4), "some trouble never came: nothing was proven"


async def test_pushes(world: World) -> None:
    """Catalogue and stock pushed through trouble arrive whole, found by pull or by trying again."""
    wire = world.wire("hub")
    wire.trouble(*each_trouble("/log/"), *each_trouble("/inv "))
    for number in range(3):
        await world.bring_in("cima", import_lines(f"pushed-{number}", 8))
        await world.bring_in("brina", import_lines(f"pushed-{number}", 8))
    await adds_up(world)
    assert wire.met >= 6, "hardly any trouble came: nothing was proven"
