"""The protocol over real sockets: a real server and the guarded door between two nodes on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server as WebServer

from federation.node import clock
from federation.node.door import Door
from federation.service import pull, replicas
from tests.federation.goods import product
from tests.federation.nodes import APPS, Node, Pair
from tests.federation.peer import Way
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_orders import place
from tests.support.clients import running
from tests.support.loopback import free_port, listening
from tests.support.postgres import Server


@asynccontextmanager
async def served(node: Node, port: int) -> AsyncIterator[None]:
    """The node behind a real web server."""
    server = WebServer(node.app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL)
    serving = asyncio.create_task(server.serve())
    try:
        await listening(port)
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving


@pytest.fixture
async def real_pair(pg: Server, tmp_path: Path) -> AsyncIterator[Pair]:
    """A shop's and a hub's node, each behind its own server, reaching each other through the guarded door."""
    ports = [free_port(), free_port()]
    addresses = [f"127.0.0.1:{port}" for port in ports]
    urls = [pg.clone(APPS), pg.clone(APPS)]
    shop, hub = (Node(urls[at], tmp_path, addresses[at], Way()) for at in (0, 1))
    for node in (shop, hub):
        node.fed.door = Door(frozenset(addresses))
    async with running(shop.app), running(hub.app), served(shop, ports[0]), served(hub, ports[1]):
        await shop.host("shop", "Bottega Aurora")
        await hub.host("hub", "Galleria")
        yield Pair(shop, hub, Way())
    for each in urls:
        pg.drop(each)


async def test_link_publish_hold_and_order_over_the_wire(real_pair: Pair) -> None:
    """The whole way from a proposal to an order works between two real servers."""
    await real_pair.link()
    await append(real_pair.shop, *(product(number) for number in range(2, 300)))
    await real_pair.settle()
    placed = await place(real_pair)
    assert [order.id for order in real_pair.shop.shop_desk.orders] == [placed.id]
    with real_pair.hub.here() as fed:
        found = await pull.pull(fed, (real_pair.hub.party_id, real_pair.shop.party_id), clock.now())
        (view,) = await replicas.replica_states(real_pair.hub.party_id, clock.now())
    assert (found, view.size, view.state) == (0, 299, "live")
