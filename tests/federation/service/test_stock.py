"""Stock from a shop to a hub: registers, heartbeats, loss, repair, and how far a hub may trust what it knows."""

from datetime import timedelta

from federation.conversations import stock as rules
from federation.conversations.messages import StockBatch, StockRegister
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import replicas, stock
from federation.tasks import heartbeats
from tests.federation.nodes import Pair


async def sell(pair: Pair, variant_id: str, quantity: int) -> None:
    """Set a register at the shop and announce it."""
    with pair.shop.here():
        async with atomic():
            vseq = pair.shop.shop_desk.put(variant_id, quantity)
            await stock.announce_stock(pair.shop.party_id, vseq, clock.now())


async def test_changed_registers_reach_the_hub(pair: Pair) -> None:
    """The newest quantity arrives, earlier ones need not."""
    await sell(pair, "v1", 3)
    await sell(pair, "v1", 2)
    await sell(pair, "v2", 7)
    await pair.settle()
    assert pair.hub.hub_desk.stock == {"v1": 2, "v2": 7}
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert sync.acked_vseq == 3


async def test_many_changes_are_sent_in_one_request(pair: Pair) -> None:
    """Announcements that a request has already carried send nothing more."""
    for quantity in range(10):
        await sell(pair, "v1", quantity)
    before = len(pair.way.passages)
    await pair.settle()
    assert len([one for one in pair.way.passages[before:] if one.url.endswith("/inv")]) == 1


async def test_more_than_a_batch_travels_in_several(pair: Pair) -> None:
    """Twelve hundred registers arrive whole, five hundred at a time."""
    with pair.shop.here():
        async with atomic():
            for number in range(1_200):
                vseq = pair.shop.shop_desk.put(f"v{number}", number % 9)
            await stock.announce_stock(pair.shop.party_id, vseq, clock.now())
    await pair.settle()
    assert len(pair.hub.hub_desk.stock) == 1_200


async def test_an_older_register_never_replaces_a_newer_one(pair: Pair) -> None:
    """A message that arrives late changes nothing, whatever its quantity."""
    await sell(pair, "v1", 5)
    await sell(pair, "v1", 1)
    await pair.settle()
    late = StockBatch(
        registers=(StockRegister(variant_id="v1", quantity=5, vseq=1),),
        heartbeat=rules.heartbeat(pair.shop.shop_desk.registers.values()),
    )
    with pair.hub.here():
        async with atomic():
            receipt = await stock.take_stock(
                pair.hub.hub_desk, (pair.hub.party_id, pair.shop.party_id), late, clock.now()
            )
    assert pair.hub.hub_desk.stock == {"v1": 1}
    assert receipt.in_step


async def test_a_lost_message_is_made_good_by_the_heartbeat(pair: Pair) -> None:
    """After a lost request the next heartbeat carries what was lost."""
    pair.way.only, pair.way.lose_requests = "/inv", 1
    await sell(pair, "v1", 4)
    await pair.settle()
    assert pair.hub.hub_desk.stock == {}
    with pair.shop.here() as fed:
        await heartbeats(fed, clock.now() + timedelta(seconds=30))
    assert pair.hub.hub_desk.stock == {"v1": 4}


async def test_tables_that_differ_at_the_same_vseq_are_sent_whole(pair: Pair) -> None:
    """When the hub lost registers without noticing, the digests differ and everything is sent anew."""
    await sell(pair, "v1", 4)
    await sell(pair, "v2", 6)
    await pair.settle()
    with pair.hub.here():
        await database.execute("DELETE FROM fed_register WHERE variant_id = 'v1'")
    pair.hub.hub_desk.stock.clear()
    with pair.shop.here() as fed:
        await heartbeats(fed, clock.now() + timedelta(seconds=30))
    assert pair.hub.hub_desk.stock == {"v1": 4}


async def test_a_table_out_of_step_is_not_called_fresh(pair: Pair) -> None:
    """A shop restored to older stock numbers is told so; the hub keeps what it knew and trusts it no longer."""
    await sell(pair, "v1", 4)
    await sell(pair, "v1", 3)
    await pair.settle()
    desk = pair.shop.shop_desk
    desk.vseq = 0
    desk.registers.clear()
    desk.put("v1", 9)
    with pair.shop.here() as fed:
        await heartbeats(fed, clock.now() + timedelta(seconds=300))
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now() + timedelta(seconds=300))
    assert "count all stock anew" in sync.last_error
    assert (view.freshness, pair.hub.hub_desk.stock) == ("stale", {"v1": 3})


async def test_a_sale_between_reading_and_counting_does_not_unsettle(pair: Pair) -> None:
    """Registers and heartbeat of one message belong together although pieces are sold all the while."""
    await sell(pair, "v1", 9)
    pair.shop.shop_desk.sells_while_asked = 1
    await pair.settle()
    before = pair.hub.hub_desk.heartbeats
    assert pair.hub.hub_desk.stock == {"v1": 8}
    assert before >= 1


async def test_a_silent_shop_grows_stale_and_a_heartbeat_makes_it_fresh(pair: Pair) -> None:
    """Trust in a shop's stock follows the time since its last message: fresh, soft, stale, and fresh again."""
    with pair.shop.here() as fed:
        await heartbeats(fed, clock.now() + timedelta(seconds=30))
    seen = []
    with pair.hub.here():
        for seconds in (0, 39, 60, 149, 200):
            later = clock.now() + timedelta(seconds=seconds)
            (view,) = await replicas.replica_states(pair.hub.party_id, later)
            seen.append(view.freshness)
    assert seen == ["fresh", "fresh", "soft", "soft", "stale"]
    assert pair.hub.hub_desk.heartbeats >= 1


async def test_a_hub_that_is_away_delays_nobody_else(pair: Pair) -> None:
    """A heartbeat that fails is written down for the portal and raises nothing."""
    pair.way.only, pair.way.lose_requests = "/inv", 5
    with pair.shop.here() as fed:
        await heartbeats(fed, clock.now() + timedelta(seconds=30))
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert "lost" in sync.last_error
