"""What every adapter does with orders and their numbered events."""

from federation.node.database import Database
from federation.records import EventRecord
from federation.store import conversations
from federation.vocabulary.ids import new_id
from tests.federation.store.conftest import HUB, NOW, SHOP

ENDS = (SHOP, HUB)
ORDER = "01937b4e-0000-7000-8000-000000000001"


def event(sequence: int, body: bytes = b"{}") -> EventRecord:
    """An event of some bytes."""
    return EventRecord(new_id(), sequence, body)


async def test_what_came_early_is_taken_in_its_turn(shop_and_hub: Database) -> None:
    """Each number waits once; taking one drops those before it; a number that is not there takes nothing."""
    del shop_and_hub
    third, fifth = event(3, b"three"), event(5, b"five")
    for one in (third, third, fifth):
        await conversations.buffer(ENDS, ORDER, one, NOW)
    assert await conversations.buffered_count(ENDS, ORDER) == 2
    assert await conversations.take_buffered(ENDS, ORDER, 2) is None
    assert await conversations.take_buffered(ENDS, ORDER, 3) == third
    assert await conversations.take_buffered(ENDS, ORDER, 4) is None
    assert await conversations.take_buffered(ENDS, ORDER, 5) == fifth
    assert await conversations.buffered_count(ENDS, ORDER) == 0


async def test_a_receipt_is_kept_with_the_first_time(shop_and_hub: Database) -> None:
    """Acknowledged again, an event keeps when it was first, and gains a receipt it did not have."""
    del shop_and_hub
    await conversations.open_conversation(*ENDS, ORDER, b"order", NOW)
    assert await conversations.next_out(*ENDS, ORDER, NOW) == 1
    one = event(1, b"one")
    await conversations.add_event_out(ENDS, ORDER, one)
    await conversations.acknowledge(one.event_id, "", NOW)
    await conversations.acknowledge(one.event_id, "receipt", NOW.replace(hour=13))
    (said,) = await conversations.events(*ENDS, ORDER)
    assert (said.sent, said.body, said.arrived_at, said.receipt) == (True, b"one", NOW, "receipt")
    await conversations.add_event_in(ENDS, ORDER, event(1, b"theirs"), NOW)
    taken = await conversations.received(ENDS, ORDER, 1)
    assert taken is not None
    assert (taken.body, taken.received_at) == (b"theirs", NOW)
    assert await conversations.received(ENDS, ORDER, 2) is None
    assert await conversations.last_numbers(ENDS, ORDER) == (1, 1)


async def test_forgotten_words_come_back_before_what_waits(shop_and_hub: Database) -> None:
    """What waits is numbered anew, what the peer shows is acknowledged, and numbering goes on behind both."""
    del shop_and_hub
    await conversations.open_conversation(*ENDS, ORDER, b"order", NOW)
    await conversations.next_out(*ENDS, ORDER, NOW)
    waiting = event(1, b"new")
    await conversations.add_event_out(ENDS, ORDER, waiting)
    await conversations.renumber_out(ENDS, ORDER, EventRecord(waiting.event_id, 3, b"new, third"))
    for one in (event(1, b"first"), event(2, b"second")):
        await conversations.restore_event_out(ENDS, ORDER, one, NOW)
    assert await conversations.events_of(ENDS, ORDER, sent=True, after=0, limit=2) == [b"first", b"second"]
    assert await conversations.events_of(ENDS, ORDER, sent=True, after=2, limit=9) == [b"new, third"]
    assert [one.sequence for one in await conversations.events_out(ENDS, ORDER, None)] == [3]
    assert await conversations.next_out(*ENDS, ORDER, NOW) == 4


async def test_an_order_is_opened_once_and_waits_for_its_events(shop_and_hub: Database) -> None:
    """Its document fills what an event of ours had begun; then it stays; events wait until acknowledged."""
    del shop_and_hub
    assert await conversations.last_in(*ENDS, ORDER) is None
    assert await conversations.next_out(*ENDS, ORDER, NOW) == 1
    assert await conversations.last_in(*ENDS, ORDER) is None
    assert await conversations.open_conversation(*ENDS, ORDER, b"order", NOW)
    assert not await conversations.open_conversation(*ENDS, ORDER, b"other", NOW)
    assert await conversations.document(*ENDS, ORDER) == b"order"
    assert await conversations.last_in(*ENDS, ORDER) == 0
    assert await conversations.orders_of(ENDS, "", 5) == [ORDER]
    assert await conversations.orders_of(ENDS, ORDER, 5) == []
    one = event(1, b"one")
    await conversations.add_event_out(ENDS, ORDER, one)
    assert await conversations.orders_waiting(*ENDS) == [ORDER]
    assert await conversations.events_out(ENDS, ORDER, None) == [one]
    await conversations.acknowledge(one.event_id, "", NOW)
    assert await conversations.orders_waiting(*ENDS) == []
    assert await conversations.events_out(ENDS, ORDER, None) == []
    assert await conversations.events_out(ENDS, ORDER, 1) == [one]
