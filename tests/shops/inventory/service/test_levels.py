"""The till and the recount."""

from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from shops.errors import StockChangedError
from shops.inventory.service import levels
from tests.shops.house import APPS, DESK, HUB, on_hand, request, sellable, stocked

pytestmark = pytest.mark.apps(*APPS)


async def test_the_second_click_sells_nothing(shop_id: PartyId) -> None:
    """The same movement id is one sale, however often it comes."""
    dress = await stocked(shop_id, 2)
    for _ in range(2):
        async with atomic():
            await levels.sell_at_till(shop_id, (dress, "main"), 1, UUID(int=7), clock.now())
    assert await on_hand(shop_id, dress) == 1


async def test_the_till_leaves_held_pieces_alone(shop_id: PartyId) -> None:
    """A piece that a shopper is paying for is not sold at the till; the refusal says why."""
    dress = await stocked(shop_id, 1)
    async with atomic():
        await DESK.hold(shop_id, HUB, request((dress, 1)), clock.now())
    with pytest.raises(StockChangedError, match="1 held for shoppers"):
        async with atomic():
            await levels.sell_at_till(shop_id, (dress, "main"), 1, UUID(int=7), clock.now())


async def test_a_recount_of_an_old_figure_is_refused(shop_id: PartyId) -> None:
    """A count made before a sale does not undo the sale."""
    dress = await stocked(shop_id, 5)
    async with atomic():
        await levels.sell_at_till(shop_id, (dress, "main"), 1, UUID(int=7), clock.now())
    with pytest.raises(StockChangedError, match="was 5 when you looked and is 4 now"):
        async with atomic():
            await levels.correct_level(shop_id, (dress, "main"), (5, 6), UUID(int=8), clock.now())
    async with atomic():
        await levels.correct_level(shop_id, (dress, "main"), (4, 6), UUID(int=9), clock.now())
    assert await sellable(shop_id, dress) == 6
