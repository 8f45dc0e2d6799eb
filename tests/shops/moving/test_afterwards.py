"""What follows a move: a further hub takes the boutique up, and a hub that moves itself is followed."""

import asyncio
from pathlib import Path

from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS
from federation.http.watching import attend
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import identity_changes, links, parties, reservations
from federation.service.catalogue import log_state
from federation.store import logs, mailbox
from federation.vocabulary.ids import new_id
from shops.inventory.service import levels
from tests.federation.nodes import APPS as HUB_APPS
from tests.federation.nodes import Node
from tests.shops.house import request
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


async def test_a_boutique_that_nobody_can_reach_moves(town: Quarter) -> None:
    """It has no address before or after; the hub asks it through its mailbox, which the new node looks into."""
    shop_id, hub_id = town.shop.shop_id, town.hub.party_id
    with town.old.here():
        plan = await identity_changes.plan_move(shop_id, OUTBOX_ADDRESS, clock.now())
        async with atomic():
            root = SigningKey.from_seed(town.shop.root_seed)
            await identity_changes.carry_out(town.old.fed, plan, root, clock.now())
    await town.settle()
    taken = await town.move()
    assert (taken.address_before, taken.address) == (OUTBOX_ADDRESS, OUTBOX_ADDRESS)
    town.way.apps = {address: app for address, app in town.way.apps.items() if app is town.hub.app}
    await town.settle()
    with town.new.here():
        task = asyncio.create_task(attend(town.new.fed, wait_seconds=2, links_seconds=0.05))
    try:
        asked = request(("dress2-42", 2))
        with town.hub.here() as fed:
            for _ in range(250):
                if await mailbox.last_visit((hub_id, shop_id)) is not None:
                    break
                await asyncio.sleep(0.02)
            held = await reservations.hold_remote(fed, hub_id, shop_id, asked, clock.now())
            confirmed = await reservations.confirm_remote(fed, hub_id, shop_id, asked.id, clock.now())
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert (held.state, confirmed.state) == ("held", "confirmed")
    with town.new.here():
        assert await database.fetch_value("SELECT on_hand FROM shop_register WHERE variant_id = 'dress2-42'") == 18
