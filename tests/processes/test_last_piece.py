"""Many shoppers, few pieces, real processes: every piece is sold once, everybody else is told at once."""

import asyncio

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import FEW, LAST, STOCK
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]


@pytest.mark.parametrize(("shoppers", "size"), [(2, LAST), (20, LAST), (20, FEW)])
async def test_a_piece_is_sold_once(world: World, shoppers: int, size: str) -> None:
    """Of all who want the last pieces at once, exactly as many get one as there are; the others are refused."""
    shelf = world.shelf("alba")
    buyers = [Buyer(world, shelf.line(size)) for _ in range(shoppers)]
    answers = await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    lucky = [buyer for buyer, answer in zip(buyers, answers, strict=True) if answer.redirect_url]
    assert len(lucky) == STOCK[size]
    assert {answer.state for answer in answers if not answer.redirect_url} == {"refused"}
    await asyncio.gather(*(buyer.pay() for buyer in lucky))
    for buyer in lucky:
        await buyer.until_parts()
    await adds_up(world)
