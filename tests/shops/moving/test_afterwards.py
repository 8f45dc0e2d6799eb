"""What follows a move: a further hub takes the boutique up, and a hub that moves itself is followed."""

from pathlib import Path

from federation.documents.keys import SigningKey
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import identity_changes, links, parties
from federation.service.catalogue import log_state
from federation.store import logs
from federation.vocabulary.ids import new_id
from shops.inventory.service import levels
from tests.federation.nodes import APPS as HUB_APPS
from tests.federation.nodes import Node
from tests.shops.moving.houses import Quarter
from tests.support.clients import running
from tests.support.postgres import Server

SECOND, HUB_MOVED = "127.0.0.1:21704", "127.0.0.1:21705"


async def sell_down(town: Quarter, pieces: int) -> None:
    """The till of the new node leaves so many pieces."""
    levels_now = {("dress2-42", "main"): pieces}
    with town.new.here():
        async with atomic():
            await levels.set_levels(town.shop.shop_id, levels_now, "correction", new_id(), clock.now())


async def test_a_second_hub_and_a_hub_that_moves(town: Quarter, pg: Server, tmp_path: Path) -> None:
    """A hub linked after the move has the whole history; the first hub's own move is followed, and both go on."""
    shop_id = town.shop.shop_id
    await town.move()
    await town.settle()
    urls = pg.clone(HUB_APPS)
    second = Node(urls, tmp_path, SECOND, town.way)
    async with running(second.app):
        await second.host("hub", "Second")
        with town.new.here():
            await links.propose_link(
                town.new.fed, shop_id, parties.profile_url(second.settings, second.party_id), clock.now()
            )
        await town.new.drain()
        with second.here() as fed:
            async with atomic():
                await links.accept_link(fed, second.party_id, shop_id, clock.now())
        for _ in range(3):
            await second.drain()
            await town.new.drain()

        town.hub.move(HUB_MOVED)
        with town.hub.here() as fed:
            async with atomic():
                plan = await identity_changes.plan_move(town.hub.party_id, f"http://{HUB_MOVED}", clock.now())
                await identity_changes.carry_out(fed, plan, SigningKey.from_seed(town.hub.root_seed), clock.now())
        await town.settle()
        await sell_down(town, 7)
        await town.settle()
        await second.drain()
        with town.new.here():
            own = await log_state(shop_id)
            address = await database.fetch_value("SELECT base_url FROM fed_peer WHERE id = $1", town.hub.party_id)
        for hub in (town.hub, second):
            with hub.here():
                head = await logs.head(hub.party_id, shop_id)
            assert head is not None
            assert (head.size, head.note.split(b"\n")[2]) == (own.size, own.note.split(b"\n")[2])
            assert hub.hub_desk.stock["dress2-42"] == 7
        assert address == f"http://{HUB_MOVED}"
    pg.drop(urls)
