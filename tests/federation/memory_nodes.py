"""A shop's node and a hub's in memory, joined by the way of `peer`: services as they are, no database and no app."""

import asyncio
import contextvars
from pathlib import Path
from urllib.parse import urlsplit

from federation.http.edge import WireRequest
from federation.http.exchange import exchange
from federation.node import clock
from federation.node.database import Database, using
from federation.node.door import DoorResponse
from federation.node.memory import Disk, MemoryDatabase
from federation.node.settings import NodeSettings
from federation.service.context import create_federation
from federation.vocabulary.errors import PeerUnreachableError
from federation.vocabulary.ids import PartyId
from tests.federation.desks import MemoryHubDesk, MemoryShopDesk
from tests.federation.nodes import Node, Pair
from tests.federation.peer import Passage, Way
from tests.support.clients import SECRET_KEY


class MemoryWay(Way):
    """The way between nodes that have no app: the exchange itself answers."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[str, MemoryNode] = {}

    async def pass_on(self, passage: Passage) -> DoorResponse:
        """Let the node behind an address answer, in a context of its own as if it were another process."""
        parts = urlsplit(passage.url)
        node = self.nodes.get(parts.netloc)
        if node is None:
            raise PeerUnreachableError(f"nobody listens at {parts.netloc}")
        lowered = {name.lower(): value for name, value in passage.headers.items()}
        request = WireRequest(passage.method, parts.path, parts.query, lowered, passage.body)

        async def answered() -> DoorResponse:
            with using(node.database):
                answer = await exchange(node.fed, request, clock.now())
            return DoorResponse(answer.status, list(answer.headers.items()), answer.body)

        return await asyncio.create_task(answered(), context=contextvars.Context())


class MemoryNode(Node):
    """A node on a disk in memory."""

    def __init__(self, address: str, way: MemoryWay) -> None:
        self.settings = NodeSettings(
            node_name=address,
            public_url=f"http://{address}",
            database_url="memory:",
            broker_url="none:",
            state_dir=Path("/nonexistent"),
            secret_key=SECRET_KEY,
            environment="test",
        )
        self.shop_desk = MemoryShopDesk()
        self.hub_desk = MemoryHubDesk()
        self.way = way
        self.fed = create_federation(self.settings, shop_desk=self.shop_desk, hub_desk=self.hub_desk, door=way)
        self.party_id = PartyId("")
        self.root_seed = b""
        self._database = MemoryDatabase(Disk())
        way.nodes[address] = self

    @property
    def database(self) -> Database:
        return self._database


async def memory_pair() -> Pair:
    """A shop and a hub that do not know each other yet."""
    way = MemoryWay()
    shop, hub = MemoryNode("127.0.0.1:7101", way), MemoryNode("127.0.0.1:7102", way)
    await shop.host("shop", "Bottega Aurora")
    await hub.host("hub", "Galleria")
    return Pair(shop, hub, way)
