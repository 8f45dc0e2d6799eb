"""A hub on a node and database of its own beside the boutique's, linked with it, and the owner's browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.node.outbox import Outbox
from federation.service import links, pacing, parties, stock
from federation.service.context import create_federation
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings
from tests.federation.nodes import APPS, QUEUE, Node, drained
from tests.federation.peer import Way
from tests.shops.portal.conftest import sign_in
from tests.support.clients import client, running
from tests.support.postgres import Server


class Beside(msgspec.Struct):
    """The hub, the way to it, and the browser."""

    hub: Node
    way: Way
    browser: httpx.AsyncClient


@asynccontextmanager
async def hub_beside(
    server: Server, settings: ShopNodeSettings, shop_id: PartyId, folder: Path
) -> AsyncIterator[Beside]:
    """The boutique's node with its owner's browser, linked with a hub called Galleria."""
    way, urls = Way(), server.clone(APPS)
    hub = Node(urls, folder, "127.0.0.1:7102", way)
    fed = create_federation(settings, shop_desk=BoutiqueDesk(), door=way)
    app = create_app(settings, fed)
    way.apps["127.0.0.1:17200"] = app
    async with running(hub.app), client(app) as browser:
        await hub.host("hub", "Galleria")
        await links.propose_link(fed, shop_id, parties.profile_url(hub.settings, hub.party_id), clock.now(), message="")
        worker = Outbox(fed_handlers(fed))
        await drained(worker, (QUEUE, stock.QUEUE, pacing.QUEUE))
        with hub.here() as hub_fed:
            async with atomic():
                await links.accept_link(hub_fed, hub.party_id, shop_id, clock.now())
        await hub.drain()
        await sign_in(browser, settings, "owner@atelier-nove.example")
        yield Beside(hub, way, browser)
    server.drop(urls)
