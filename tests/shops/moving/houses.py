"""Two shop nodes and a hub in one test: the node a boutique leaves, the one that takes it in, and who sells for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import msgspec

from federation.node import clock
from federation.node.database import Database, atomic, using
from federation.node.outbox import Outbox
from federation.node.web import web_node
from federation.service import links, parties, stock
from federation.service.context import create_federation
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.desk import BoutiqueDesk
from shops.moving.handover.service import Counter
from shops.moving.service.taking_in import Arrival, TakenIn, take_in
from shops.moving.service.taking_out import TakenOut, Wish, take_out
from shops.service import OpenedShop
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from tests.federation.nodes import APPS as HUB_APPS
from tests.federation.nodes import QUEUE, Node
from tests.federation.peer import Way
from tests.shops.house import APPS, DESK, confirmed, opened, order_of, placed, request, shop_settings, stocked
from tests.support.clients import running
from tests.support.postgres import Server

OLD, NEW, HUB = "127.0.0.1:21701", "127.0.0.1:21702", "127.0.0.1:21703"
AHEAD_SECONDS = 10
PART_BYTES = 4_096
"""Small enough for an archive of a few products to travel in several parts."""
PASSWORD = "a long enough password"


class House:
    """One shop node: its app, its federation over the test's way, its database."""

    def __init__(self, settings: ShopNodeSettings, way: Way) -> None:
        self.settings = settings
        exports = Counter(settings, PART_BYTES)
        self.fed = create_federation(settings, shop_desk=BoutiqueDesk(), door=way, exports=exports)
        self.app = create_app(settings, self.fed)

    @property
    def database(self) -> Database:
        return web_node(self.app).database

    @contextmanager
    def here(self) -> Iterator[None]:
        """Work inside this node."""
        with using(self.database):
            yield

    async def drain(self, ahead_seconds: int = 0) -> int:
        """Let the node's worker deliver what is due, or will be in a while."""
        handlers = {**fed_handlers(self.fed), **shop_handlers(self.settings)}
        with self.here():
            now = clock.now() + timedelta(seconds=ahead_seconds)
            return sum([await Outbox(handlers).drain(queue, now) for queue in (QUEUE, stock.QUEUE, "import")])

    async def take_out(self, shop_id: PartyId, path: Path, *, password: str = "", leave: bool = True) -> TakenOut:
        """The boutique's archive."""
        with self.here():
            wish = Wish(password=password, leave=leave, overwrite=True)
            return await take_out(self.settings, shop_id, path, wish, clock.now())

    async def take_in(
        self, data: bytes, root_seed: bytes = b"", password: str = "", *, is_old_node_gone: bool = False
    ) -> TakenIn:
        """A boutique that lives here from now on."""
        with self.here():
            arrival = Arrival(root_seed=root_seed, password=password, is_old_node_gone=is_old_node_gone)
            return await take_in(self.fed, self.settings, BytesIO(data), arrival, clock.now())


class Quarter(msgspec.Struct):
    """The nodes of a test."""

    old: House
    new: House
    hub: Node
    way: Way
    shop: OpenedShop
    path: Path

    async def settle(self) -> None:
        """Let all workers run until none has anything to do, a first retry included."""
        while await self.old.drain() + await self.new.drain() + await self.hub.drain():
            pass
        while await self.new.drain(AHEAD_SECONDS) + await self.hub.drain():
            pass

    async def leave(self) -> bytes:
        """The boutique's last archive at its old node."""
        await self.old.take_out(self.shop.shop_id, self.path)
        return self.path.read_bytes()

    async def move(self) -> TakenIn:
        """The boutique lives at the new node from now on."""
        return await self.new.take_in(await self.leave(), self.shop.root_seed)


@asynccontextmanager
async def quarter(server: Server, folder: Path) -> AsyncIterator[Quarter]:
    """Two shop nodes and a hub, running; a boutique with products, a sale and a hold lives at the old one."""
    way = Way()
    urls = [server.clone(APPS), server.clone(APPS), server.clone(HUB_APPS)]
    houses = [
        House(msgspec.structs.replace(shop_settings(url, folder / name), public_url=f"http://{address}"), way)
        for url, name, address in zip(urls, ("old", "new"), (OLD, NEW), strict=False)
    ]
    hub = Node(urls[2], folder, HUB, way)
    way.apps |= {OLD: houses[0].app, NEW: houses[1].app}
    async with running(houses[0].app), running(houses[1].app), running(hub.app):
        await hub.host("hub", "Galleria")
        found = Quarter(houses[0], houses[1], hub, way, await lived_in(houses[0], hub), folder / "boutique.zip")
        await found.settle()
        yield found
    for url in urls:
        server.drop(url)


async def lived_in(home: House, hub: Node) -> OpenedShop:
    """A boutique with products, linked with the hub, with a sale, and with a hold under way."""
    with home.here():
        shop = await opened(home.settings)
        for number in range(3):
            await stocked(shop.shop_id, 20, f"dress{number}")
        address = parties.profile_url(hub.settings, hub.party_id)
        await links.propose_link(home.fed, shop.shop_id, address, clock.now())
    await home.drain()
    with hub.here() as fed:
        async with atomic():
            await links.accept_link(fed, hub.party_id, shop.shop_id, clock.now())
    await hub.drain()
    with home.here():
        reservation = await confirmed(shop.shop_id, ("dress0-42", 1), hub_id=hub.party_id)
        await placed(shop.shop_id, await order_of(shop.shop_id, reservation, product_id="dress0"), hub.party_id)
        async with atomic():
            await DESK.hold(shop.shop_id, hub.party_id, request(("dress1-42", 2)), clock.now())
    return shop
