"""A shop and two hubs that do not know each other, in one process; and a shop's database set back to an earlier day."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from federation.documents import identity, json
from federation.documents.identity import Operation
from federation.documents.keys import SigningKey
from federation.documents.profile import endpoint_of
from federation.log.tree import Range
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.door import DoorResponse
from federation.records import LogHead
from federation.service import comparing, epochs, links, parties
from federation.store import logs
from tests.federation.nodes import APPS, Node
from tests.federation.peer import Passage, Way
from tests.support.clients import running
from tests.support.postgres import Server


class Trio(msgspec.Struct):
    """A shop linked with two hubs."""

    shop: Node
    hub: Node
    other: Node
    way: Way

    async def settle(self) -> None:
        """Let all workers run until none has anything to do."""
        while await self.shop.drain() + await self.hub.drain() + await self.other.drain():
            pass

    async def link(self, hub: Node) -> None:
        """Link the shop with a hub."""
        with self.shop.here() as fed:
            address = parties.profile_url(hub.settings, hub.party_id)
            await links.propose_link(fed, self.shop.party_id, address, clock.now(), message="please")
        await self.settle()
        with hub.here() as fed:
            async with atomic():
                await links.accept_link(fed, hub.party_id, self.shop.party_id, clock.now())
        await self.settle()

    def endpoint(self, node: Node) -> str:
        """Where a node's party answers."""
        return endpoint_of(node.settings.public_url, node.party_id)

    async def get(self, node: Node, path: str) -> DoorResponse:
        """What anybody sees at an address below a node's party."""
        return await self.way.pass_on(Passage("GET", f"{self.endpoint(node)}{path}", {}, b""))

    async def post(self, node: Node, path: str, body: bytes) -> DoorResponse:
        """Anybody telling a node's party something."""
        headers = {"content-type": "application/json"}
        return await self.way.pass_on(Passage("POST", f"{self.endpoint(node)}{path}", headers, body))

    async def compare(self, hub: Node, *others: Node) -> int:
        """Let a hub compare with others; returns how many forks that proved."""
        with hub.here() as fed:
            async with atomic():
                named = tuple(self.endpoint(other) for other in others)
                await comparing.note_hubs(hub.party_id, named, "", clock.now())
            return await comparing.compare_due(fed, hub.party_id, clock.now())

    async def silence(self, hub: Node) -> None:
        """Let nothing reach a hub until `hear`."""
        self.way.apps.pop(hub.settings.public_url.removeprefix("http://"))

    async def hear(self, hub: Node) -> None:
        """Let a hub be reached again, and nobody hold its silence against it."""
        authority = hub.settings.public_url.removeprefix("http://")
        self.way.apps[authority] = hub.app
        for node in (self.shop, self.hub, self.other):
            node.fed.breaker(authority).answered()


@asynccontextmanager
async def trio(server: Server, folder: Path) -> AsyncIterator[Trio]:
    """The three nodes, running and linked."""
    way = Way()
    urls = [server.clone(APPS) for _ in range(3)]
    nodes = [Node(each, folder, f"127.0.0.1:721{place}", way) for place, each in enumerate(urls)]
    async with AsyncExitStack() as stack:
        for node in nodes:
            await stack.enter_async_context(running(node.app))
        await nodes[0].host("shop", "Bottega Aurora")
        await nodes[1].host("hub", "Galleria")
        await nodes[2].host("hub", "Portico")
        made = Trio(nodes[0], nodes[1], nodes[2], way)
        await made.link(nodes[1])
        await made.link(nodes[2])
        yield made
    for each in urls:
        server.drop(each)


async def set_back(shop: Node, size: int) -> None:
    """Set a shop's log back to an earlier checkpoint, as a restored backup would."""
    with shop.here():
        await database.execute("DELETE FROM fed_leaf WHERE seq >= $1", size)
        await database.execute("DELETE FROM fed_node WHERE (place + 1) << level > $1", size)
        await database.execute("DELETE FROM fed_checkpoint WHERE size > $1", size)
        note = await database.fetch_value("SELECT note FROM fed_checkpoint WHERE size = $1", size)
        peaks = await _peaks(shop, size)
        await database.execute("UPDATE fed_log SET size = $1, note = $2, peaks = $3", size, note, peaks)
        await database.execute("UPDATE fed_delivery SET acked_size = least(acked_size, $1)", size)


async def _peaks(shop: Node, size: int) -> bytes:
    from_leaves = await database.fetch("SELECT hash FROM fed_leaf WHERE seq < $1 ORDER BY seq", size)
    return Range().extend([row["hash"] for row in from_leaves]).encode()


async def open_epoch(shop: Node) -> LogHead:
    """Let the shop's owner begin the catalogue anew with the root key."""
    with shop.here():
        operation: Operation = await epochs.epoch_operation(shop.party_id, clock.now())
        signed = identity.sign_operation(operation, SigningKey.from_seed(shop.root_seed))
        async with atomic():
            return await epochs.open_epoch(shop.party_id, signed, clock.now())


async def copy_of(hub: Node, shop: Node) -> LogHead:
    """The end of a hub's copy."""
    with hub.here():
        head = await logs.head(hub.party_id, shop.party_id)
    assert head is not None
    return head


def read(answer: DoorResponse) -> dict[str, object]:
    """The JSON of an answer that must be good."""
    assert answer.status == 200, answer.body
    return json.decode(answer.body, dict[str, object], bytes_max=2**20)
