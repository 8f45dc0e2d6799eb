"""Orders and their events: placed once, told in order each way, resent from where the peer says."""

import pytest

from federation.conversations import receipt
from federation.conversations.checks import event_body
from federation.conversations.messages import (
    Accepted,
    Cancelled,
    CancelRefused,
    CancelRequested,
    Delivered,
    EventBody,
    ReservationLine,
    ReservationRequest,
    Shipped,
    ShopOrder,
)
from federation.documents import json
from federation.documents.errors import BadSignatureError
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import catalogue, letters, links, order_events, order_record, orders, peers, reservations
from federation.service.history import order_history
from federation.store import conversations as store
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError, RecordInvalidError
from federation.vocabulary.ids import new_id
from tests.federation.goods import order, product
from tests.federation.nodes import Node, Pair
from tests.federation.service.test_catalogue import append


async def place(pair: Pair) -> ShopOrder:
    """Publish, hold, confirm and place an order of one piece."""
    await append(pair.shop, product(1))
    pair.shop.shop_desk.put("v1", 3)
    await pair.settle()
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        request = ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", 1),), ttl_seconds=300)
        await reservations.hold_remote(fed, *ends, request, clock.now())
        await reservations.confirm_remote(fed, *ends, request.id, clock.now())
        placed = order(request.id, pair.hub.hub_desk.records["product/p1"].leaf_hash)
        await orders.place_order_remote(fed, *ends, placed, clock.now())
    return placed


async def tell(node: Node, other: Node, placed: ShopOrder, *bodies: EventBody) -> None:
    """Let one side say what happened."""
    with node.here():
        async with atomic():
            for body in bodies:
                await orders.send_event(node.party_id, other.party_id, placed.id, body, clock.now())


async def test_an_order_and_its_events_reach_both_sides(pair: Pair) -> None:
    """From publishing to delivery: each side hears every event of the other, numbered from one."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped(carrier="Poste", tracking="X1"), Delivered())
    await tell(pair.hub, pair.shop, placed, Cancelled(reason="changed mind"))
    await pair.settle()
    heard = pair.hub.hub_desk.events
    assert [(event.kind, event.sequence) for event in heard] == [("accepted", 1), ("shipped", 2), ("delivered", 3)]
    assert event_body(heard[1]) == Shipped(carrier="Poste", tracking="X1")
    assert [(event.kind, event.sequence) for event in pair.shop.shop_desk.events] == [("cancelled", 1)]
    assert [one.id for one in pair.shop.shop_desk.orders] == [placed.id]
    with pair.shop.here():
        assert placed.lines[0].leaf_hash == await catalogue.own_leaf_hash(pair.shop.party_id, "product/p1")


async def test_an_order_placed_twice_is_one_order(pair: Pair) -> None:
    """Placing again after a lost answer asks the desk once."""
    placed = await place(pair)
    with pair.hub.here() as fed:
        await orders.place_order_remote(fed, pair.hub.party_id, pair.shop.party_id, placed, clock.now())
    assert pair.shop.shop_desk.calls.count("place_order") == 1


async def test_a_declined_order_is_a_definite_refusal_and_leaves_nothing(pair: Pair) -> None:
    """The shop's reason comes back by slug, and no conversation is opened at the shop."""
    pair.shop.shop_desk.declines = "the price has changed"
    with pytest.raises(PeerRefusedError, match="the price has changed") as refused:
        await place(pair)
    assert refused.value.peer_slug == "order-declined"
    with pair.shop.here():
        assert await database.fetch_value("SELECT count(*) FROM fed_conversation") == 0


async def test_lost_events_are_sent_again_in_order(pair: Pair) -> None:
    """When the first of three is lost on the way, nothing arrives out of order and all arrive."""
    placed = await place(pair)
    pair.way.only, pair.way.lose_requests = "/events", 1
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped(), Delivered())
    await pair.settle()
    assert pair.hub.hub_desk.events == []
    await pair.shop.drain_later()
    assert [event.sequence for event in pair.hub.hub_desk.events] == [1, 2, 3]


async def test_an_event_whose_answer_was_lost_is_taken_once(pair: Pair) -> None:
    """The retry is answered as before and the desk hears the event once."""
    placed = await place(pair)
    pair.way.only, pair.way.lose_answers = "/events", 1
    await tell(pair.shop, pair.hub, placed, Accepted())
    await pair.settle()
    await pair.shop.drain_later()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted"]


async def test_a_peer_that_forgot_events_is_sent_them_again(pair: Pair) -> None:
    """A hub restored from an old copy names the number it wants, and the shop goes on from there."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped())
    await pair.settle()
    with pair.hub.here():
        await database.execute("UPDATE fed_conversation SET last_in = 0")
        await database.execute("DELETE FROM fed_event_in")
        await database.execute("DELETE FROM node_idempotency")
    pair.hub.hub_desk.events.clear()
    await tell(pair.shop, pair.hub, placed, Delivered())
    await pair.settle()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted", "shipped", "delivered"]


async def test_an_event_of_an_unknown_order_waits(pair: Pair) -> None:
    """An event that overtakes its order is refused for now, and delivered once the order is there."""
    placed = order(str(new_id()), "0" * 64)
    await tell(pair.hub, pair.shop, placed, CancelRequested("changed mind"))
    await pair.settle()
    assert pair.shop.shop_desk.events == []
    with pair.hub.here() as fed:
        await orders.place_order_remote(fed, pair.hub.party_id, pair.shop.party_id, placed, clock.now())
    await pair.hub.drain_later()
    assert [event.kind for event in pair.shop.shop_desk.events] == ["cancel_requested"]


async def test_an_order_revoked_before_it_came_is_declined(pair: Pair) -> None:
    """A hub that gave a silent shop up is heard first: the order that arrives after all is never fulfilled."""
    placed = order(str(new_id()), "0" * 64)
    await tell(pair.hub, pair.shop, placed, Cancelled(reason="no word in 48 hours"))
    await pair.settle()
    with pair.hub.here() as fed, pytest.raises(PeerRefusedError, match="cancelled by the hub") as refused:
        await orders.place_order_remote(fed, pair.hub.party_id, pair.shop.party_id, placed, clock.now())
    assert refused.value.peer_slug == "order-declined"
    assert pair.shop.shop_desk.orders == []


async def test_the_receipt_proves_that_the_other_side_has_an_event(pair: Pair) -> None:
    """Each side keeps the other's signed word naming the event, its number and its bytes; forged ones count nothing."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped())
    await pair.settle()
    with pair.shop.here():
        said = await order_history(pair.shop.party_id, pair.hub.party_id, placed.id)
        keys = await peers.keys_of(pair.hub.party_id, clock.now())
        others = await peers.keys_of(pair.shop.party_id, clock.now())
    assert [one.arrived_at is not None for one in said] == [True, True]
    read = [receipt.read(one.receipt, keys) for one in said]
    assert [(one.to, one.sequence, one.event) for one in read] == [
        (pair.hub.party_id, 1, said[0].event_id),
        (pair.hub.party_id, 2, said[1].event_id),
    ]
    with pytest.raises(BadSignatureError):
        receipt.read(said[0].receipt, others)
    with pytest.raises(RecordInvalidError):
        receipt.check(read[0], (pair.shop.party_id, pair.hub.party_id), (said[0].event_id, 1, b"other words"))


async def test_what_is_not_a_sides_to_say_moves_nothing(pair: Pair) -> None:
    """A shop that speaks as the hub, or a hub as the shop, is receipted like any, and neither desk hears of it."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, CancelRequested(reason="odd"), Accepted())
    await tell(pair.hub, pair.shop, placed, Delivered(), Cancelled(reason="changed mind"))
    await pair.settle()
    assert [(event.kind, event.sequence) for event in pair.hub.hub_desk.events] == [("accepted", 2)]
    assert [(event.kind, event.sequence) for event in pair.shop.shop_desk.events] == [("cancelled", 2)]


async def test_an_event_that_came_early_waits_for_the_one_before_it(pair: Pair) -> None:
    """The hub keeps it, asks the shop for what is missing, and takes all in order although nothing is sent again."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped(), Delivered())
    with pair.shop.here() as fed:
        await database.execute("UPDATE fed_event_out SET acked_at = now() WHERE sequence < 3")
        due = orders.EventDue(pair.shop.party_id, pair.hub.party_id, placed.id)
        pair.way.only, pair.way.lose_requests = "/events", 0
        await database.execute("DELETE FROM node_outbox")
        waiting = await store.events_out((due.local_id, due.remote_id), due.order_id, None)
    with pair.hub.here():
        async with atomic():
            answer = await order_events.take(
                pair.hub.hub_desk, (pair.hub.party_id, pair.shop.party_id), waiting[0].body, clock.now()
            )
    assert answer is None
    assert pair.hub.hub_desk.events == []
    del fed
    await pair.hub.drain()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted", "shipped", "delivered"]


async def test_a_bad_event_that_waited_undoes_no_good_one(pair: Pair) -> None:
    """What came before it stays taken and receipted; told again in its turn, it is its teller's dead letter."""
    placed = await place(pair)
    hub, shop = pair.hub, pair.shop
    hub.hub_desk.refuses = {"shipped"}
    await tell(shop, hub, placed, Accepted(), Shipped(), Delivered())
    with shop.here():
        first, bad, last = await store.events_out((shop.party_id, hub.party_id), placed.id, None)
    with hub.here():
        for event in (last, bad, first):
            async with atomic():
                taken = await order_events.take(hub.hub_desk, (hub.party_id, shop.party_id), event.body, clock.now())
        assert taken is not None
        assert await store.last_in(hub.party_id, shop.party_id, placed.id) == 1
    assert [event.kind for event in hub.hub_desk.events] == ["accepted"]
    await pair.settle()
    with shop.here():
        said = await order_history(shop.party_id, hub.party_id, placed.id)
        letter = (await letters.undelivered(shop.party_id))[-1]
    assert [one.arrived_at is not None for one in said] == [True, False, False]
    assert (letter.order_id, "none of this order's" in letter.refusal) == (placed.id, True)


async def test_a_shop_restored_from_an_old_copy_goes_on_behind_its_own_forgotten_words(pair: Pair) -> None:
    """It told three things, remembers one, says another: the hub shows what it has, and the new word comes fourth."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped(), Delivered())
    await pair.settle()
    with pair.shop.here():
        await database.execute("DELETE FROM fed_event_out WHERE sequence > 1")
        await database.execute("UPDATE fed_conversation SET last_out = 1")
    await tell(pair.shop, pair.hub, placed, CancelRefused(reason="it has left"))
    await pair.settle()
    heard = [(event.sequence, event.kind) for event in pair.hub.hub_desk.events]
    assert heard == [(1, "accepted"), (2, "shipped"), (3, "delivered"), (4, "cancel_refused")]
    with pair.shop.here():
        said = await order_history(pair.shop.party_id, pair.hub.party_id, placed.id)
    assert [(one.sequence, one.arrived_at is not None) for one in said] == [(1, True), (2, True), (3, True), (4, True)]


async def test_the_other_side_shows_an_order_whole(pair: Pair) -> None:
    """Document and both directions, after the numbers the asker has; only its two parties are answered."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped())
    await tell(pair.hub, pair.shop, placed, Cancelled(reason="late"))
    await pair.settle()
    with pair.hub.here():
        ends = (pair.hub.party_id, pair.shop.party_id)
        whole = await order_record.record(ends, placed.id, order_record.Numbers())
        rest = await order_record.record(ends, placed.id, order_record.Numbers(shop=1, hub=1))
    assert bytes(whole.order) == json.encode(placed)
    assert (len(whole.shop), len(whole.hub), whole.last) == (2, 1, order_record.Numbers(hub=1, shop=2))
    assert (len(rest.shop), len(rest.hub)) == (1, 0)


async def test_events_wait_out_a_suspended_link(pair: Pair) -> None:
    """What could not be told while the link was suspended is told when it is accepted again."""
    placed = await place(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        async with atomic():
            await links.suspend_link(fed, *ends, clock.now())
    await tell(pair.shop, pair.hub, placed, Accepted())
    await pair.settle()
    assert pair.hub.hub_desk.events == []
    with pair.hub.here() as fed:
        async with atomic():
            await links.accept_link(fed, *ends, clock.now())
    await pair.settle()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted"]


async def test_an_unreachable_shop_leaves_an_order_unknown(pair: Pair) -> None:
    """Without an answer nobody knows; asking again settles it."""
    pair.way.only, pair.way.lose_answers = "/orders", 1
    with pytest.raises(PeerUnreachableError):
        await place(pair)
    assert len(pair.shop.shop_desk.orders) == 1
