"""Two nodes in one process, a shop's and a hub's, each with its own database and app, joined by a `Way`."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar

from federation.http.routes import routes
from federation.node import clock
from federation.node.app import make_app
from federation.node.database import Database, atomic, using
from federation.node.outbox import Outbox
from federation.node.web import web_node
from federation.service import links, pacing, parties, stock
from federation.service.context import Federation, create_federation
from federation.service.parties import NewParty
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from tests.federation.desks import MemoryHubDesk, MemoryShopDesk
from tests.federation.peer import Way
from tests.support.clients import node_settings, running
from tests.support.postgres import Server, Urls

APPS = ("federation.piccolo_app",)
QUEUE = "sync"


async def drained(outbox: Outbox, queues: Sequence[str], ahead: timedelta = timedelta()) -> int:
    """Deliver what is due in some queues by now or in a while, waiting for what only gave up its turn; how many."""
    handled = 0
    for queue in queues:
        handled += await outbox.drain(queue, clock.now() + ahead)
        while (moment := outbox.next_moment(queue)) is not None and moment < 1:
            await asyncio.sleep(moment)
            handled += await outbox.drain(queue, clock.now() + ahead)
    return handled


class Node:
    """One node: what its process would hold, and the party it hosts."""

    def __init__(self, urls: Urls, folder: Path, address: str, way: Way) -> None:
        self.settings = node_settings(urls, folder, public_url=f"http://{address}")
        self.shop_desk = MemoryShopDesk()
        self.hub_desk = MemoryHubDesk()
        self.way = way
        self.fed = create_federation(self.settings, shop_desk=self.shop_desk, hub_desk=self.hub_desk, door=way)
        self.app: Litestar = make_app(settings=self.settings, route_handlers=routes(self.fed))
        self.party_id = PartyId("")
        self.root_seed = b""
        way.apps[address] = self.app

    @property
    def database(self) -> Database:
        return web_node(self.app).database

    @contextmanager
    def here(self) -> Iterator[Federation]:
        """Work inside this node."""
        with using(self.database):
            yield self.fed

    def move(self, address: str) -> None:
        """Answer at another address from now on, and no more at the old one."""
        self.settings = msgspec.structs.replace(self.settings, public_url=f"http://{address}")
        self.fed.settings = self.settings
        self.way.apps = {known: app for known, app in self.way.apps.items() if app is not self.app}
        self.way.apps[address] = self.app

    async def host(self, kind: Any, name: str, *, outbound: bool = False) -> NewParty:
        """Make the node's party; nobody can connect to the node of an `outbound` one."""
        with self.here():
            async with atomic():
                made = await parties.create_party(self.settings, kind, name, clock.now(), outbound=outbound)
        if outbound:
            self.way.apps = {known: app for known, app in self.way.apps.items() if app is not self.app}
        self.party_id, self.root_seed = made.party_id, made.root_seed
        return made

    async def drain(self) -> int:
        """Let the node's worker deliver what is due."""
        with self.here():
            return await drained(Outbox(fed_handlers(self.fed)), (QUEUE, stock.QUEUE, pacing.QUEUE))

    async def drain_later(self, seconds: int = 600) -> int:
        """Let the worker deliver what is due in a while, retries included."""
        with self.here():
            ahead = timedelta(seconds=seconds)
            return await drained(Outbox(fed_handlers(self.fed)), (QUEUE, stock.QUEUE, pacing.QUEUE), ahead)


class Pair(msgspec.Struct):
    """A shop's node and a hub's node with the way between them."""

    shop: Node
    hub: Node
    way: Way

    async def settle(self) -> None:
        """Let both workers run until neither has anything to do."""
        while await self.shop.drain() + await self.hub.drain():
            pass

    async def propose(self) -> None:
        """Let the shop ask the hub to be linked."""
        with self.shop.here() as fed:
            address = parties.profile_url(self.hub.settings, self.hub.party_id)
            await links.propose_link(fed, self.shop.party_id, address, clock.now(), message="please")
        await self.settle()

    async def link(self) -> None:
        """Link the two: the shop proposes, the hub accepts."""
        await self.propose()
        with self.hub.here() as fed:
            async with atomic():
                await links.accept_link(fed, self.hub.party_id, self.shop.party_id, clock.now())
        await self.settle()


@asynccontextmanager
async def two_nodes(
    server: Server, folder: Path, *, outbound: bool = False, shop_apps: Sequence[str] = APPS
) -> AsyncIterator[Pair]:
    """A shop's and a hub's node, running and not yet linked; nobody can connect to an `outbound` shop."""
    way = Way()
    urls = [server.clone(shop_apps), server.clone(APPS)]
    shop = Node(urls[0], folder, "127.0.0.1:7101", way)
    hub = Node(urls[1], folder, "127.0.0.1:7102", way)
    async with running(shop.app), running(hub.app):
        await shop.host("shop", "Bottega Aurora", outbound=outbound)
        await hub.host("hub", "Galleria")
        yield Pair(shop, hub, way)
    for each in urls:
        server.drop(each)
