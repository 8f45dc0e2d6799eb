"""A whole shop node beside a hub's: linked from the portal, followed, ordered from, over signed requests."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.conversations.messages import OrderEvent, ShopOrder
from federation.node import clock
from federation.node.database import Database, atomic, using
from federation.node.outbox import Outbox
from federation.node.web import web_node
from federation.service import links, stock
from federation.service.context import create_federation
from federation.service.orders import place_order_remote
from federation.service.parties import profile_url
from federation.service.reservations import confirm_remote, hold_remote
from federation.tasks import fed_handlers
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings
from tests.federation.nodes import Node, drained
from tests.federation.peer import Way
from tests.shops.house import APPS, euros, order_of, request, stocked
from tests.shops.portal.conftest import HOME, sign_in
from tests.shops.portal.test_pages import fields
from tests.support.clients import client, form, running
from tests.support.postgres import Server

pytestmark = pytest.mark.apps(*APPS)


class Linked:
    """A boutique's node and a hub's, not yet linked, with the owner's browser."""

    def __init__(self, shop_id: PartyId, hub: Node, browser: httpx.AsyncClient, outbox: Outbox) -> None:
        self.shop_id = shop_id
        self.hub = hub
        self.browser = browser
        self._outbox = outbox

    async def settle(self) -> None:
        """Let both workers run until neither has anything to do."""
        while await drained(self._outbox, ("sync", stock.QUEUE)) + await self.hub.drain():
            pass

    async def link(self) -> None:
        """Propose from the portal, accept at the hub."""
        address = profile_url(self.hub.settings, self.hub.party_id)
        await form(self.browser, f"{HOME}/hubs", {"address": address}, action=f"{HOME}/hubs/propose")
        await self.settle()
        with self.hub.here() as fed:
            async with atomic():
                await links.accept_link(fed, self.hub.party_id, self.shop_id, clock.now())
        await self.settle()

    async def read(self, path: str) -> str:
        return (await self.browser.get(HOME + path)).text


@pytest.fixture
async def world(
    pg: Server, committed: Database, settings: ShopNodeSettings, shop_id: PartyId, tmp_path: Path
) -> AsyncIterator[Linked]:
    """Both nodes running."""
    way = Way()
    urls = pg.clone(("federation.piccolo_app",))
    hub = Node(urls, tmp_path, "127.0.0.1:17201", way)
    federation = create_federation(settings, shop_desk=BoutiqueDesk(), door=way)
    app = create_app(settings, federation)
    way.apps["127.0.0.1:17200"] = app
    async with running(hub.app), client(app) as browser:
        await hub.host("hub", "Galleria")
        await sign_in(browser, settings, "owner@atelier-nove.example")
        with using(web_node(app).database):
            yield Linked(shop_id, hub, browser, Outbox(fed_handlers(federation)))
    pg.drop(urls)


async def test_a_link_is_proposed_in_the_portal_and_shown_as_it_stands(world: Linked) -> None:
    """The hub appears as proposed, then as linked, with how far it has followed the signed catalogue."""
    assert "linked with no hub yet" in await world.read("/hubs")
    await stocked(world.shop_id, 3)
    await world.link()
    page = await world.read("/hubs")
    assert "Linked" in page
    assert "2 of 2" in page
    assert "Propose your boutique to a hub" not in await world.read("")
    assert "Galleria" in (await world.browser.get("/@atelier-nove/p/dress")).text


async def test_a_sale_goes_from_hold_to_parcel(world: Linked) -> None:
    """A hub holds, confirms and orders; the owner accepts and ships; the hub hears both, once each."""
    dress = await stocked(world.shop_id, 1)
    await world.link()
    order = await _order(world, dress)
    with world.hub.here() as fed:
        await place_order_remote(fed, world.hub.party_id, world.shop_id, order, clock.now())
    page = await world.read("/orders/1")
    await world.browser.post(f"{HOME}/orders/1/accept", data=fields(page))
    sent = fields(await world.read("/orders/1")) | {"carrier": "GLS", "tracking": "IT-77"}
    for _ in range(2):
        await world.browser.post(f"{HOME}/orders/1/ship", data=sent)
    await world.settle()
    heard: list[OrderEvent] = world.hub.hub_desk.events
    assert [event.kind for event in heard] == ["accepted", "shipped"]
    with world.hub.here() as fed:
        late = await hold_remote(fed, world.hub.party_id, world.shop_id, request((dress, 1)), clock.now())
    assert (late.state, late.available) == ("rejected", {dress: 0})


async def test_a_wrong_price_is_refused_over_the_wire(world: Linked) -> None:
    """A hub that asks a lower price than the boutique published gets a signed refusal that says so."""
    dress = await stocked(world.shop_id, 1)
    await world.link()
    order = await _order(world, dress, cents=18_000)
    with world.hub.here() as fed, pytest.raises(PeerRefusedError) as refused:
        await place_order_remote(fed, world.hub.party_id, world.shop_id, order, clock.now())
    assert refused.value.peer_slug == "order-declined"
    assert "New orders</dt><dd>0" in await world.read("")


async def _order(world: Linked, variant_id: str, cents: int = 18_900) -> ShopOrder:
    asked = request((variant_id, 1))
    with world.hub.here() as fed:
        held = await hold_remote(fed, world.hub.party_id, world.shop_id, asked, clock.now())
        assert held.state == "held"
        await confirm_remote(fed, world.hub.party_id, world.shop_id, asked.id, clock.now())
    return await order_of(world.shop_id, asked.id, unit_price=euros(cents))
