"""What is under way while a boutique moves: holds, orders and what is said about them."""

from datetime import timedelta

import pytest

from federation.conversations.messages import Transferred
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.outbox import Outbox
from federation.service import orders, reservations
from federation.tasks import fed_handlers
from federation.vocabulary.errors import PeerError, PeerRefusedError
from tests.federation.nodes import QUEUE
from tests.shops.house import euros, opened, order_of, request
from tests.shops.moving.houses import Quarter


async def later(town: Quarter, seconds: int) -> None:
    """Let the hub's worker do what is due in a while."""
    with town.hub.here():
        await Outbox(fed_handlers(town.hub.fed)).drain(QUEUE, clock.now() + timedelta(seconds=seconds))


async def test_everything_under_way_goes_on(town: Quarter) -> None:
    """A hold made before is confirmed after and its order placed, also where another boutique lives already."""
    shop_id, hub_id, fed = town.shop.shop_id, town.hub.party_id, town.hub.fed
    asked = request(("dress2-42", 2))
    with town.hub.here():
        held = await reservations.hold_remote(fed, hub_id, shop_id, asked, clock.now())
    assert held.state == "held"
    data = await town.leave()
    with town.hub.here(), pytest.raises(PeerRefusedError) as refused:
        await reservations.confirm_remote(fed, hub_id, shop_id, asked.id, clock.now())
    assert (refused.value.peer_slug, refused.value.retry) == ("party-moving", "after")
    with town.new.here():
        await opened(town.new.settings, "bottega-due")
    await town.new.take_in(data, town.shop.root_seed)
    with town.hub.here():
        with pytest.raises(PeerError, match="has moved"):
            await reservations.confirm_remote(fed, hub_id, shop_id, asked.id, clock.now())
        confirmed = await reservations.confirm_remote(fed, hub_id, shop_id, asked.id, clock.now())
    assert confirmed.state == "confirmed"
    with town.new.here():
        order = await order_of(shop_id, asked.id, 2, product_id="dress2")
    with town.hub.here():
        await orders.place_order_remote(fed, hub_id, shop_id, order, clock.now())
        async with atomic():
            await orders.send_event(hub_id, shop_id, order.id, Transferred(euros(100)), clock.now())
    await town.settle()
    with town.new.here():
        row = await database.fetch_one("SELECT transferred_minor FROM shop_order WHERE number = $1", order.number)
        assert await database.fetch_value("SELECT count(*) FROM shop_order") == 2
    assert row is not None


async def test_words_said_during_the_move_arrive(town: Quarter) -> None:
    """What a hub says of an order while its boutique is on its way is heard at the new node, in order and once."""
    shop_id, hub_id, fed = town.shop.shop_id, town.hub.party_id, town.hub.fed
    asked = request(("dress2-42", 1))
    with town.hub.here():
        await reservations.hold_remote(fed, hub_id, shop_id, asked, clock.now())
        await reservations.confirm_remote(fed, hub_id, shop_id, asked.id, clock.now())
    with town.old.here():
        order = await order_of(shop_id, asked.id, product_id="dress2")
    with town.hub.here():
        await orders.place_order_remote(fed, hub_id, shop_id, order, clock.now())
    data = await town.leave()
    with town.hub.here():
        for cents in (100, 200):
            async with atomic():
                await orders.send_event(hub_id, shop_id, order.id, Transferred(euros(cents)), clock.now())
    await later(town, 1)
    await town.new.take_in(data, town.shop.root_seed)
    await town.settle()
    for seconds in (120, 600, 1_200):
        await later(town, seconds)
    with town.new.here():
        heard = await database.fetch("SELECT sequence FROM fed_event_in WHERE order_id = $1 ORDER BY 1", order.id)
        assert [row["sequence"] for row in heard] == [1, 2]
        moved = await database.fetch_value(
            "SELECT transferred_minor FROM shop_order WHERE order_id = $1::uuid", order.id
        )
    assert moved == 300
