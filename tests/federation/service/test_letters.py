"""What could not be delivered, for people: to whom, about which order, why; sent again by whom it concerns only."""

import msgspec

from federation.conversations.messages import Accepted
from federation.node import clock, outbox
from federation.node.database import atomic
from federation.service import letters, orders
from federation.vocabulary.ids import PartyId
from tests.federation.nodes import Pair
from tests.federation.service.test_orders import place, tell


class Note(msgspec.Struct):
    """A message of our own."""

    word: str


async def test_a_word_that_was_refused_is_shown_and_sent_again(pair: Pair) -> None:
    """It names the hub, the order and the refusal; another boutique neither sees it nor sends it; then it arrives."""
    placed = await place(pair)

    async def refuse(_message: outbox.Message) -> None:
        raise outbox.GiveUpError("Galleria refused: this order is closed")

    with pair.shop.here():
        async with atomic():
            await orders.send_event(pair.shop.party_id, pair.hub.party_id, placed.id, Accepted(), clock.now())
            await outbox.enqueue("shop.note", "somebody", Note("x"), key="x", queue="sync", now=clock.now())
        await outbox.Outbox({"fed.event": refuse, "shop.note": refuse}).drain("sync", clock.now())
        (told,) = await letters.undelivered(pair.shop.party_id)
        assert (told.peer_name, told.order_id, told.refusal) == ("Galleria", placed.id, "this order is closed")
        assert len(await letters.undelivered()) == 2
        other = PartyId("s1" + "z" * 32)
        async with atomic():
            assert not await letters.send_again(told.id, clock.now(), other)
            assert await letters.send_all_again(clock.now(), other) == 0
            assert await letters.send_again(told.id, clock.now(), pair.shop.party_id)
        assert await letters.undelivered(pair.shop.party_id) == []
    await pair.settle()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted"]


async def test_all_are_sent_again_at_once(pair: Pair) -> None:
    """Two orders' words, given up, arrive after one click."""
    first = await place(pair)

    async def silent(_message: outbox.Message) -> None:
        raise outbox.GiveUpError("no answer")

    await tell(pair.shop, pair.hub, first, Accepted())
    with pair.shop.here():
        await outbox.Outbox({"fed.event": silent}).drain("sync", clock.now())
        async with atomic():
            assert await letters.send_all_again(clock.now(), pair.shop.party_id) == 1
    await pair.settle()
    assert [event.kind for event in pair.hub.hub_desk.events] == ["accepted"]
