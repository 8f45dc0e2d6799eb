"""What a worker is given: handlers for every topic, sweeps for what was lost."""

from datetime import timedelta

from federation.node import clock, database, outbox
from federation.service import catalogue, forking, link_changes, orders, pull, replicas, stock
from federation.store import links as link_store
from federation.tasks import FAILED_REST, fed_handlers, fed_sweeps, forget_nonces, heartbeats, push_lagging
from tests.federation.goods import product
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append


async def test_every_topic_has_a_handler(strangers: Pair) -> None:
    """Each topic that a use case writes to the outbox is handled."""
    said = {catalogue.TOPIC, stock.TOPIC, orders.TOPIC, link_changes.TOPIC, pull.TOPIC, forking.TOPIC}
    assert said <= set(fed_handlers(strangers.shop.fed))


async def test_a_node_sweeps_for_the_desks_it_has(strangers: Pair) -> None:
    """A node without a hub never pulls, one without a shop never sends heartbeats."""
    fed = strangers.shop.fed
    everything = {sweep.name for sweep in fed_sweeps(fed)}
    fed.hub_desk = None
    shop_only = {sweep.name for sweep in fed_sweeps(fed)}
    assert {"fed.pull", "fed.compare", "fed.hubs"} <= everything - shop_only
    assert {"fed.heartbeat", "fed.own-logs"} <= shop_only


async def test_a_lagging_hub_is_sent_what_it_lacks(pair: Pair) -> None:
    """When the message about new lines was lost for good, the sweep announces them anew, once per interval."""
    await append(pair.shop, product(1))
    later = clock.now() + timedelta(seconds=60)
    with pair.shop.here():
        await database.execute("UPDATE node_outbox SET state = 'dead', finished_at = now() WHERE state = 'due'")
        await push_lagging(later)
        await push_lagging(later)
        waiting = await database.fetch_value("SELECT count(*) FROM node_outbox WHERE state = 'due'")
    assert waiting == 1
    await pair.shop.drain_later()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_a_refused_push_is_not_repeated_all_the_time(pair: Pair) -> None:
    """A push refused for good stays in the portal, whatever heartbeats say, and is tried again only after an hour."""
    await append(pair.shop, product(1))
    later = clock.now() + timedelta(seconds=60)
    with pair.shop.here():
        await link_store.record_error(pair.shop.party_id, pair.hub.party_id, "refused for good", clock.now())
        await database.execute("UPDATE node_outbox SET state = 'dead', finished_at = now() WHERE state = 'due'")
        await heartbeats(later)
        await pair.shop.drain()
        await push_lagging(later)
        assert await outbox.waiting("sync") == 0
        (sync,) = await replicas.sync_states(pair.shop.party_id)
        await push_lagging(later + FAILED_REST)
        assert await outbox.waiting("sync") == 1
    assert sync.last_error == "refused for good"
    assert pair.hub.hub_desk.heartbeats >= 1


async def test_the_sweeps_run(pair: Pair) -> None:
    """Each sweep does its round over a linked pair without failing."""
    later = clock.now() + timedelta(seconds=60)
    for node in (pair.shop, pair.hub):
        with node.here() as fed:
            for sweep in fed_sweeps(fed):
                await sweep.run(later)
    assert pair.hub.hub_desk.heartbeats >= 1


async def test_old_nonces_are_forgotten(pair: Pair) -> None:
    """Nonces older than any request that would still be taken are dropped, younger ones kept."""
    with pair.hub.here():
        kept = await database.fetch_value("SELECT count(*) FROM fed_nonce")
        await forget_nonces(clock.now())
        assert await database.fetch_value("SELECT count(*) FROM fed_nonce") == kept > 0
        await forget_nonces(clock.now() + timedelta(minutes=11))
        assert await database.fetch_value("SELECT count(*) FROM fed_nonce") == 0
