"""A boutique whose node listens nowhere at all: one worker, no web process, and yet it publishes, shows and sells."""

import asyncio
import io

import msgspec
import pytest
from PIL import Image

from federation.node import clock
from federation.node.database import atomic
from federation.node.migrations import migrate
from federation.service import links, parties
from federation.service.context import create_federation
from federation.vocabulary.ids import PartyId
from marketplace.demo.layout import DemoNode
from marketplace.demo.opening import OpenShop
from marketplace.listings import boutiques
from marketplace.settings import HubSettings
from shops import service as shop_service
from shops.desk import BoutiqueDesk
from shops.importers.service import import_jsonl
from shops.media.service import keep_picture
from shops.settings import ShopNodeSettings
from tests.processes.books import adds_up
from tests.processes.buyer import buy
from tests.processes.goods import FEW, STOCK, boutique, import_line, product, variant_id
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="package")]

HANDLE = "dora"
NOWHERE = 1
"""A port on which nobody listens, and which no door may reach."""


def picture() -> bytes:
    """A small photograph."""
    data = io.BytesIO()
    Image.new("RGB", (640, 800), (90, 110, 95)).save(data, "JPEG")
    return data.getvalue()


async def test_it_sells(world: World) -> None:
    """It proposes itself and is let in; its piece is listed with its picture, held, paid, confirmed and ordered."""
    node = msgspec.structs.replace(world.fleet.layout.shop_nodes[0], name="shops-home", number=7, port=NOWHERE)
    urls = await asyncio.to_thread(world.fleet.postgres.create_database, node.database)
    await migrate(urls.owner, node.kind.apps)
    shop_id = await _opened(world, node)
    await world.fleet.start_worker(node)
    await _let_in(world, shop_id)

    async def shown() -> bool:
        state = await world.value(world.hub, "SELECT state FROM hub_picture WHERE shop_id = $1", shop_id)
        counted = await world.value(world.hub, "SELECT count(*) FROM hub_stock WHERE shop_id = $1", shop_id)
        return bool(state == "made" and counted == len(STOCK))

    await until("the piece at the hub, with picture and stock", shown, 60.0, 0.3)
    line = {"shop_id": shop_id, "product_id": "d-1", "variant_id": variant_id("d-1", FEW), "quantity": 2}
    buyer = await buy(world, line)
    order = await buyer.until_parts({"accepted", "shipped", "delivered"})
    assert [part.shop_id for part in order.parts] == [shop_id]
    left = await world.value(
        node, "SELECT on_hand - held FROM shop_register WHERE variant_id = $1", variant_id("d-1", FEW)
    )
    assert left == STOCK[FEW] - 2
    world.adopt(OpenShop(node=node, shop_id=shop_id, handle=HANDLE, name=HANDLE, owner_email="", products=1))
    await adds_up(world)


async def _opened(world: World, node: DemoNode) -> PartyId:
    settings, made = world.fleet.settings_of(node, ShopNodeSettings), boutique(HANDLE, 0)
    hub_settings = world.fleet.settings_of(world.hub, HubSettings)
    async with world.fleet.inside(node):
        async with atomic():
            opened = await shop_service.open_shop(settings, made.profile, made.owner_email, clock.now(), outbound=True)
            media = await keep_picture(settings, opened.shop_id, picture(), alt="A scarf", now=clock.now())
        line = msgspec.json.decode(import_line(product("d-1"))) | {"pictures": [{"sha256": media.sha256, "alt": "A"}]}
        report = await import_jsonl(settings, opened.shop_id, [msgspec.json.encode(line)], clock.now())
        assert not report.faults, report.faults[0]
        federation = create_federation(settings, shop_desk=BoutiqueDesk())
        hub_profile = parties.profile_url(hub_settings, world.opened.hub_id)
        await links.propose_link(federation, opened.shop_id, hub_profile, clock.now())
    return opened.shop_id


async def _let_in(world: World, shop_id: PartyId) -> None:
    async def proposed() -> bool:
        return bool(await world.value(world.hub, "SELECT 1 FROM fed_link WHERE remote_id = $1", shop_id))

    await until("the proposal at the hub", proposed, 30.0, 0.2)
    async with world.fleet.inside(world.hub), atomic():
        await boutiques.accept(world.built_hub(), shop_id, clock.now())
