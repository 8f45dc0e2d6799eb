"""Shops take turns: one with a large catalogue does not keep the others' pieces waiting."""

from datetime import timedelta

from federation.node import clock
from federation.node.database import atomic
from federation.node.outbox import Outbox
from federation.service import catalogue, links, pacing, parties, pull, replicas
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from tests.federation.goods import product
from tests.federation.nodes import QUEUE, Node, Pair

SHARE = 200 * pull.BATCHES_PER_MESSAGE
"""Lines that one message brings at most."""


async def neighbour(shop: Node, name: str) -> PartyId:
    """Another shop on the same node, with one product."""
    with shop.here():
        async with atomic():
            made = await parties.create_party(shop.settings, "shop", name, clock.now())
            await catalogue.append(made.party_id, [product(1)], clock.now())
    return made.party_id


async def sizes(hub: Node) -> dict[PartyId, int]:
    """How many lines of each shop the hub holds."""
    with hub.here():
        return {view.shop_id: view.size for view in await replicas.replica_states(hub.party_id, clock.now())}


async def test_a_large_catalogue_lets_small_ones_in_between(strangers: Pair) -> None:
    """The large shop asked first, has its share, and the others are whole before the rest of it comes as bulk."""
    shop, hub = strangers.shop, strangers.hub
    whole = 2 * SHARE + 30
    with shop.here():
        async with atomic():
            await catalogue.append(shop.party_id, [product(number) for number in range(whole)], clock.now())
    small = [await neighbour(shop, name) for name in ("Bottega Brina", "Bottega Corallo", "Bottega Duna")]
    with shop.here() as fed:
        for shop_id in (shop.party_id, *small):
            await links.propose_link(fed, shop_id, parties.profile_url(hub.settings, hub.party_id), clock.now())
    await strangers.settle()
    with hub.here() as fed:
        for shop_id in (shop.party_id, *small):
            async with atomic():
                await links.accept_link(fed, hub.party_id, shop_id, clock.now())
    outbox = Outbox(fed_handlers(hub.fed))
    with hub.here():
        while await outbox.drain(QUEUE, clock.now() + timedelta(seconds=60), limit=1):
            pass
    assert await sizes(hub) == {shop.party_id: SHARE, **dict.fromkeys(small, 1)}
    with hub.here():
        while await outbox.drain(pacing.QUEUE, clock.now() + timedelta(seconds=60), limit=1):
            pass
    assert (await sizes(hub))[shop.party_id] == whole
