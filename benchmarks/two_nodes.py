"""A shop's node and a hub's in one process, each with its own durable database, joined without a network.

What is measured over them is the work of both sides on one core: requests are signed, verified, answered and verified
as over HTTP, only the bytes are handed over instead of sent. Two processes on two cores take less.
"""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks.intake import LightDesk
from federation import limits
from federation.http.edge import WireRequest
from federation.http.exchange import exchange
from federation.log.records import PRODUCT_TYPE, product_key
from federation.node import clock
from federation.node.database import Database, atomic, using
from federation.node.door import DoorResponse
from federation.node.migrations import migrate
from federation.node.outbox import Outbox
from federation.node.sealing import seal_of
from federation.ports import HubDesk, ShopDesk
from federation.records import PartyKind
from federation.service import links, parties
from federation.service.catalogue import Change, append
from federation.service.context import Federation, create_federation
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from marketplace.cli.postgres import EmbeddedPostgres
from marketplace.cli.processes import HUB
from marketplace.desk import GalleryDesk
from marketplace.settings import HubSettings
from tests.federation.desks import MemoryShopDesk

APPENDED_AT_ONCE = 2_000


class Stopwatch:
    """Seconds by what they went into."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.bytes_moved = 0

    def add(self, name: str, begun: float) -> None:
        """Count the time since `begun`."""
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


class DirectDoor:
    """The peers' door: hands a request to the node behind its address."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.watch = Stopwatch()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        connect_timeout_seconds: float = limits.CONNECT_TIMEOUT_SECONDS,
        total_timeout_seconds: float = limits.TOTAL_TIMEOUT_SECONDS,
        head_timeout_seconds: float | None = None,
    ) -> DoorResponse:
        """One exchange, in a context of its own as if it were another process."""
        del max_bytes, connect_timeout_seconds, total_timeout_seconds, head_timeout_seconds
        parts = urlsplit(url)
        node = self.nodes[parts.netloc]
        lowered = {name.lower(): value for name, value in headers.items()}
        request = WireRequest(method, parts.path, parts.query, lowered, body)

        async def answered() -> DoorResponse:
            with using(node.database):
                answer = await exchange(node.fed, request, clock.now())
            return DoorResponse(answer.status, list(answer.headers.items()), answer.body)

        begun = time.monotonic()
        answer = await asyncio.create_task(answered(), context=contextvars.Context())
        self.watch.add("the other side answering", begun)
        self.watch.bytes_moved += len(body) + len(answer.body)
        return answer


class Node(msgspec.Struct):
    """One node: its database, its federation, the party it hosts."""

    database: Database
    fed: Federation
    settings: HubSettings
    party_id: PartyId = PartyId("")

    async def host(self, kind: PartyKind, name: str) -> None:
        """Make the node's party."""
        with using(self.database):
            async with atomic():
                made = await parties.create_party(self.settings, kind, name, clock.now())
        self.party_id = made.party_id

    async def drain(self) -> int:
        """Let the node's worker do what is due."""
        with using(self.database):
            return await Outbox(fed_handlers(self.fed)).drain("sync", clock.now() + timedelta(seconds=1))


class Pair(msgspec.Struct):
    """A shop and a hub."""

    shop: Node
    hub: Node
    door: DirectDoor

    @property
    def ends(self) -> tuple[PartyId, PartyId]:
        """(hub, shop)."""
        return self.hub.party_id, self.shop.party_id

    async def settle(self) -> None:
        """Let both workers run until neither has anything to do."""
        while await self.shop.drain() + await self.hub.drain():
            pass

    async def link(self) -> None:
        """Link the two."""
        with using(self.shop.database):
            address = parties.profile_url(self.hub.settings, self.hub.party_id)
            await links.propose_link(self.shop.fed, self.shop.party_id, address, clock.now(), message="")
        await self.settle()
        with using(self.hub.database):
            async with atomic():
                await links.accept_link(self.hub.fed, self.hub.party_id, self.shop.party_id, clock.now())
        await self.settle()

    async def publish(self, bodies: Sequence[bytes], first: int = 0) -> None:
        """Append products to the shop's log; `bodies` are records, numbered from `first`."""
        changes = [
            Change("put", product_key(f"p{first + place}"), PRODUCT_TYPE, body) for place, body in enumerate(bodies)
        ]
        with using(self.shop.database):
            for at in range(0, len(changes), APPENDED_AT_ONCE):
                async with atomic():
                    await append(self.shop.party_id, changes[at : at + APPENDED_AT_ONCE], clock.now())


def desk_of(settings: HubSettings, *, light: bool) -> HubDesk:
    """A hub's desk: the listings' own, or one that lists nothing."""
    return LightDesk(settings) if light else GalleryDesk(settings)


@asynccontextmanager
async def two_nodes(server: EmbeddedPostgres, folder: Path, name: str, *, light: bool) -> AsyncIterator[Pair]:
    """A shop's and a hub's node on databases of their own, not yet linked."""
    door, nodes = DirectDoor(), list[Node]()
    for kind, port in (("shop", 21301), ("hub", 21302)):
        urls = server.create_database(f"{name}_{kind}")
        await migrate(urls.owner, HUB.apps)
        settings = _settings(urls.app, folder, port)
        shop_desk: ShopDesk | None = MemoryShopDesk() if kind == "shop" else None
        hub_desk = desk_of(settings, light=light) if kind == "hub" else None
        fed = create_federation(settings, shop_desk=shop_desk, hub_desk=hub_desk, door=door)
        nodes.append(Node(await Database(seal_of(settings)).start(urls.owner, pool_max=4), fed, settings))
        door.nodes[f"127.0.0.1:{port}"] = nodes[-1]
    pair = Pair(nodes[0], nodes[1], door)
    await pair.shop.host("shop", "Shop")
    await pair.hub.host("hub", "Hub")
    try:
        yield pair
    finally:
        for node in nodes:
            await node.database.stop()


def _settings(database_url: str, state_dir: Path, port: int) -> HubSettings:
    return HubSettings(
        node_name="Bench",
        public_url=f"http://127.0.0.1:{port}",
        database_url=database_url,
        broker_url="none:",
        state_dir=state_dir,
        secret_key="k" * 40,
        environment="test",
        stripe_key="k" * 40,
        stripe_webhook_secrets=("w" * 40,),
    )
