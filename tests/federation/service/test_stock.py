"""Stock from a shop to a hub: registers, heartbeats, loss, repair, and how far a hub may trust what it knows."""

from datetime import datetime, timedelta

from federation import limits
from federation.conversations import stock as rules
from federation.conversations.messages import StockBatch, StockReceipt, StockRegister
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.outbox import Outbox
from federation.service import replicas, stock
from federation.service.stock_delivery import BATCHES_PER_TURN
from federation.tasks import fed_handlers, heartbeats
from tests.federation.nodes import Pair

V2 = StockRegister(variant_id="v2", quantity=6, vseq=2)


async def sell(pair: Pair, variant_id: str, quantity: int) -> None:
    """Set a register at the shop and announce it."""
    with pair.shop.here():
        async with atomic():
            vseq = pair.shop.shop_desk.put(variant_id, quantity)
            await stock.announce_stock(pair.shop.party_id, vseq, clock.now())


async def take(
    pair: Pair,
    registers: tuple[StockRegister, ...] = (),
    *,
    echo: int | None = None,
    waited_ms: int = 0,
    now: datetime | None = None,
) -> StockReceipt:
    """Let the hub take a message with the shop's present heartbeat."""
    beat = rules.heartbeat(pair.shop.shop_desk.registers.values())
    batch = StockBatch(registers=registers, heartbeat=beat, echo=echo, waited_ms=waited_ms)
    with pair.hub.here():
        async with atomic():
            ends = (pair.hub.party_id, pair.shop.party_id)
            return await stock.take_stock(pair.hub.hub_desk, ends, batch, now or clock.now())


async def freshness(pair: Pair, now: datetime) -> str:
    """What the hub calls the shop's stock."""
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, now)
    return view.freshness


async def beat(pair: Pair, seconds: int = 30) -> None:
    """Let the shop's worker look, some time later, whose heartbeat is due."""
    with pair.shop.here():
        await heartbeats(clock.now() + timedelta(seconds=seconds))
    await pair.shop.drain_later(seconds)


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


async def test_many_changes_are_sent_in_one_request_from_one_row(pair: Pair) -> None:
    """However often stock changes, one message carries the newest figures and the outbox grows by nothing."""
    await sell(pair, "v1", 0)
    await pair.settle()
    with pair.shop.here():
        rows = await database.fetch_value("SELECT count(*) FROM node_outbox")
    for quantity in range(30):
        await sell(pair, "v1", quantity)
    before = len(pair.way.passages)
    await pair.settle()
    assert len([one for one in pair.way.passages[before:] if one.url.endswith("/inv")]) == 1
    with pair.shop.here():
        assert await database.fetch_value("SELECT count(*) FROM node_outbox") == rows


async def test_a_long_table_lets_others_have_their_turn(pair: Pair) -> None:
    """After some messages of one shop the worker goes on with others and comes back for the rest."""
    with pair.shop.here() as fed:
        async with atomic():
            for number in range(limits.STOCK_BATCH_MAX * (BATCHES_PER_TURN + 1)):
                vseq = pair.shop.shop_desk.put(f"v{number}", 1)
            await stock.announce_stock(pair.shop.party_id, vseq, clock.now())
        assert await Outbox(fed_handlers(fed)).drain(stock.QUEUE, clock.now(), limit=1) == 1
    assert len(pair.hub.hub_desk.stock) <= limits.STOCK_BATCH_MAX * BATCHES_PER_TURN
    await pair.shop.drain_later()
    assert len(pair.hub.hub_desk.stock) == limits.STOCK_BATCH_MAX * (BATCHES_PER_TURN + 1)


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
    receipt = await take(pair, (StockRegister(variant_id="v1", quantity=5, vseq=1),))
    assert pair.hub.hub_desk.stock == {"v1": 1}
    assert receipt.in_step


async def test_a_lost_message_is_made_good_by_the_heartbeat(pair: Pair) -> None:
    """After a lost request the next heartbeat carries what was lost."""
    pair.way.only, pair.way.lose_requests = "/inv", 1
    await sell(pair, "v1", 4)
    await pair.settle()
    assert pair.hub.hub_desk.stock == {}
    await beat(pair)
    assert pair.hub.hub_desk.stock == {"v1": 4}


async def test_a_register_lost_at_the_hub_comes_back_alone(pair: Pair) -> None:
    """When the hub lost a register without noticing, the shop reads its table and tells what is missing, no more."""
    await sell(pair, "v1", 4)
    await sell(pair, "v2", 6)
    await pair.settle()
    with pair.hub.here():
        await database.execute("DELETE FROM fed_register WHERE variant_id = 'v1'")
        await database.execute("UPDATE fed_stock SET registers = 1, total = $1", rules.register_id(V2))
    pair.hub.hub_desk.stock.clear()
    await beat(pair)
    assert pair.hub.hub_desk.stock == {"v1": 4}
    assert await freshness(pair, clock.now()) == "fresh"


async def test_a_hub_restored_from_a_copy_is_told_again(pair: Pair) -> None:
    """A hub that knows less than it was told hears what it lost, and nothing is numbered anew for that."""
    for quantity in (4, 3, 2):
        await sell(pair, "v1", quantity)
        await pair.settle()
    old = StockRegister(variant_id="v1", quantity=4, vseq=1)
    with pair.hub.here():
        await database.execute("UPDATE fed_register SET quantity = 4, vseq = 1")
        await database.execute("UPDATE fed_stock SET vseq_high = 1, total = $1", rules.register_id(old))
    await beat(pair)
    assert pair.hub.hub_desk.stock == {"v1": 2}
    assert await freshness(pair, clock.now()) == "fresh"
    assert "restate_stock" not in pair.shop.shop_desk.calls


async def test_a_shop_restored_from_a_copy_lifts_its_numbers(pair: Pair) -> None:
    """The shop's figures hold after a restore, above every number the hub knows; what only the hub has becomes 0."""
    for quantity in (9, 8, 7):
        await sell(pair, "v1", quantity)
        await sell(pair, "v2", quantity)
        await pair.settle()
    desk = pair.shop.shop_desk
    desk.vseq = 0
    desk.registers.clear()
    desk.put("v1", 5)
    await beat(pair)
    assert pair.hub.hub_desk.stock == {"v1": 5, "v2": 0}
    assert desk.vseq > 6
    assert await freshness(pair, clock.now()) == "fresh"


async def test_a_hub_that_stays_out_of_step_is_reported_and_left_alone(pair: Pair) -> None:
    """A hub whose table cannot be mended is not read again every few seconds, nor is its stock called fresh."""
    await sell(pair, "v1", 4)
    await pair.settle()
    with pair.hub.here():
        await database.execute("UPDATE fed_stock SET total = decode(repeat('01', 32), 'hex'), heard_at = NULL")
    await beat(pair)
    reads = [one for one in pair.way.passages if one.method == "GET" and "/inv" in one.url]
    await beat(pair, 60)
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert "stock table" in sync.last_error
    assert len([one for one in pair.way.passages if one.method == "GET" and "/inv" in one.url]) == len(reads) == 1
    assert await freshness(pair, clock.now()) == "stale"


async def test_trust_counts_from_when_a_message_can_have_been_made(pair: Pair) -> None:
    """A message held up on its way, or dated by any other clock than the hub's own, makes nothing look newer."""
    await sell(pair, "v1", 4)
    await pair.settle()
    now = clock.now() + timedelta(seconds=500)
    assert (await take(pair, now=now)).in_step
    assert await freshness(pair, now) == "stale"
    echo = (await take(pair, now=now)).echo
    await take(pair, echo=echo, waited_ms=2_000, now=now + timedelta(seconds=90))
    assert await freshness(pair, now + timedelta(seconds=90)) == "soft"
    await take(pair, echo=echo, waited_ms=80_000, now=now + timedelta(seconds=90))
    assert await freshness(pair, now + timedelta(seconds=90)) == "fresh"
    await take(pair, echo=echo + 10**9, waited_ms=0, now=now + timedelta(seconds=95))
    assert await freshness(pair, now + timedelta(seconds=200)) == "soft"


async def test_a_clock_put_back_makes_nothing_fresh(pair: Pair) -> None:
    """What was heard at a time that has not come yet proves nothing."""
    await sell(pair, "v1", 4)
    await pair.settle()
    assert await freshness(pair, clock.now() - timedelta(seconds=100)) == "stale"


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
    await beat(pair)
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
    await beat(pair)
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert "lost" in sync.last_error
