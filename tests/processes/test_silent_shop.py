"""A shop that never answers: its part is refused within seconds, the others go on, and its late hold is given back."""

from time import monotonic

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import LAST, MANY
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

SHOPPER_WAITS_SECONDS = 8.0
"""Two seconds for the shop, one for its lane, and the rest for a busy test machine."""


async def test_the_others_go_on(world: World) -> None:
    """With one shop node frozen, a checkout over two answers in time; the piece asked of the frozen one is freed."""
    silent, lively = world.shelf("alba"), world.shelf("brina")
    buyer = Buyer(world, silent.line(LAST), lively.line(MANY))
    world.freeze("shops-1-web")
    try:
        started = monotonic()
        answer = await buyer.check_out()
        assert monotonic() - started < SHOPPER_WAITS_SECONDS
        assert [part.shop_id for part in answer.refused] == [silent.shop.shop_id]
        assert "did not answer" in answer.refused[0].reason
        await buyer.pay()

        async def sold() -> bool:
            order = await buyer.order()
            return order is not None and {part.state for part in order.parts} & {"placed", "accepted"} != set()

        await until("the other boutique has its order", sold)
    finally:
        world.thaw("shops-1-web")
    await adds_up(world)
    after = Buyer(world, silent.line(LAST))

    async def held() -> str | None:
        again = Buyer(world, silent.line(LAST))
        after.key = again.key
        return (await after.check_out()).redirect_url

    assert await until("the last piece can be had again", held)
    await after.pay()
    await after.until_parts()
    await adds_up(world)
