"""A boutique restored from an old copy: its figures hold, under numbers above all that a hub knows."""

import pytest

from federation import limits
from federation.conversations import stock
from federation.conversations.messages import StockRegister
from federation.errors import PeerMismatchError
from federation.node import clock
from federation.node.database import atomic, fetch_value
from federation.vocabulary.ids import PartyId
from shops.inventory.service.restating import UNKNOWN_PLACES_MAX
from shops.inventory.store import registers
from tests.shops.house import APPS, DESK, on_hand, stocked

pytestmark = pytest.mark.apps(*APPS)


async def restate(shop_id: PartyId, *theirs: StockRegister, above: int) -> dict[stock.Place, StockRegister]:
    """Let the boutique read this as a hub's table; what its own table is then, by place."""
    async with atomic():
        await DESK.restate_stock(shop_id, theirs, above, clock.now())
    news = await DESK.stock_news(shop_id, 0, 100)
    assert news.heartbeat == stock.heartbeat(news.registers)
    return {stock.place_of(register): register for register in news.registers}


async def test_what_differs_gets_new_numbers_and_the_boutiques_figures(shop_id: PartyId) -> None:
    """Differing registers are renumbered above the hub's, equal ones stay, the hub's own become 0."""
    dress, coat = await stocked(shop_id, 3), await stocked(shop_id, 1, "coat")
    same = next(one for one in (await DESK.stock_news(shop_id, 0, 10)).registers if one.variant_id == coat)
    newer = StockRegister(variant_id=dress, quantity=1, vseq=500)
    gone = StockRegister(variant_id="gone", location="attic", quantity=2, vseq=501)
    table = await restate(shop_id, same, newer, gone, above=501)
    assert table[coat, "main"] == same
    assert (table[dress, "main"].quantity, table["gone", "attic"].quantity) == (3, 0)
    assert {table[dress, "main"].vseq, table["gone", "attic"].vseq} == {502, 503}
    assert await on_hand(shop_id, dress) == 3


async def test_every_later_change_is_above_what_the_hub_knew(shop_id: PartyId) -> None:
    """The counter is lifted for good, not only for what was renumbered."""
    dress = await stocked(shop_id, 3)
    await restate(shop_id, StockRegister(variant_id=dress, quantity=9, vseq=70), above=900)
    await stocked(shop_id, 1, "coat")
    vseqs = [register.vseq for register in (await DESK.stock_news(shop_id, 0, 10)).registers]
    assert min(vseqs) > 900


async def test_inventions_of_a_hub_are_not_followed(shop_id: PartyId) -> None:
    """Numbers or places that no copy of this boutique can have given out change nothing."""
    dress = await stocked(shop_id, 3)
    vseq = await fetch_value("SELECT vseq FROM shop_boutique WHERE shop_id = $1", shop_id)
    many = [StockRegister(variant_id=f"x{number}", quantity=1, vseq=1) for number in range(UNKNOWN_PLACES_MAX + 1)]
    for theirs, above in (([], vseq + limits.VSEQ_LIFT_MAX + 1), (many, 1)):
        with pytest.raises(PeerMismatchError):
            await restate(shop_id, *theirs, above=above)
    assert await fetch_value("SELECT vseq FROM shop_boutique WHERE shop_id = $1", shop_id) == vseq
    assert {item.variant_id for item in (await DESK.stock_news(shop_id, 0, 10)).registers} == {dress}


async def test_a_recount_finds_what_was_kept(shop_id: PartyId) -> None:
    """What is kept beside the table is what reading all of it gives, also after registers were written otherwise."""
    await stocked(shop_id, 3)
    kept = (await DESK.stock_news(shop_id, 0, 0)).heartbeat
    await registers.recount(shop_id)
    assert (await DESK.stock_news(shop_id, 0, 0)).heartbeat == kept
