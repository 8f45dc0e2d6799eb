"""One boutique at two hubs that do not know each other: both get everything, neither sells the other's last piece."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from federation.conversations.messages import Accepted, ReservationLine, ReservationRequest
from federation.errors import NotLinkedError
from federation.node import clock
from federation.node.database import atomic
from federation.service import links, orders, parties, reservations
from federation.service.replicas import sync_states
from federation.store import mailbox
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import new_id
from tests.federation.goods import order, product
from tests.federation.http.test_collecting import attending
from tests.federation.nodes import APPS, Node
from tests.federation.peer import Way
from tests.federation.service.test_catalogue import append
from tests.support.clients import running
from tests.support.postgres import Server


class Town(msgspec.Struct):
    """A shop's node and two hubs' nodes."""

    shop: Node
    first: Node
    second: Node

    @property
    def hubs(self) -> tuple[Node, Node]:
        return self.first, self.second

    async def settle(self) -> None:
        """Let all workers run until none has anything to do."""
        while await self.shop.drain() + await self.first.drain() + await self.second.drain():
            pass

    async def link(self) -> None:
        """Let the shop propose itself to both hubs, and both accept."""
        for hub in self.hubs:
            with self.shop.here() as fed:
                address = parties.profile_url(hub.settings, hub.party_id)
                await links.propose_link(fed, self.shop.party_id, address, clock.now())
            await self.settle()
            await self._seen_by(hub)
            with hub.here() as fed:
                async with atomic():
                    await links.accept_link(fed, hub.party_id, self.shop.party_id, clock.now())
            await self.settle()

    async def _seen_by(self, hub: Node) -> None:
        """Wait until a shop behind a router has looked into its mailbox at this hub; others are there already."""
        if self.shop.app in self.shop.way.apps.values():
            return
        ends = (hub.party_id, self.shop.party_id)
        with hub.here():
            async with asyncio.timeout(5), mailbox.requests_for(ends) as bell:
                while await mailbox.last_visit(ends) is None:
                    await bell.wait(0.02)

    async def hold(self, hub: Node, request: ReservationRequest) -> str:
        """What the shop answers to a hub's wish."""
        with hub.here() as fed:
            answer = await reservations.hold_remote(fed, hub.party_id, self.shop.party_id, request, clock.now())
        return answer.state


@asynccontextmanager
async def town(server: Server, folder: Path, *, outbound: bool) -> AsyncIterator[Town]:
    """The three nodes, linked."""
    way = Way()
    urls = [server.clone(APPS) for _ in range(3)]
    nodes = [Node(each, folder, f"127.0.0.1:710{number}", way) for number, each in enumerate(urls, start=1)]
    async with AsyncExitStack() as stack:
        for node in nodes:
            await stack.enter_async_context(running(node.app))
        made = Town(*nodes)
        await made.shop.host("shop", "Bottega Aurora", outbound=outbound)
        await made.first.host("hub", "Galleria")
        await made.second.host("hub", "Loggia")
        if outbound:
            await stack.enter_async_context(attending(made.shop))
        await made.link()
        yield made
    for each in urls:
        server.drop(each)


def wish() -> ReservationRequest:
    """A hold of one piece."""
    return ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", 1),), ttl_seconds=300)


@pytest.mark.parametrize("outbound", [False, True], ids=["reachable", "behind a router"])
async def test_both_sell_and_never_the_same_piece(pg: Server, tmp_path: Path, *, outbound: bool) -> None:
    """Both hubs list catalogue and stock; of two shoppers on the last piece one gets it; orders go both ways."""
    async with town(pg, tmp_path, outbound=outbound) as here:
        await append(here.shop, product(1))
        here.shop.shop_desk.put("v1", 3)
        await here.settle()
        sold = [wish(), wish()]
        for hub, asked in zip(here.hubs, sold, strict=True):
            assert set(hub.hub_desk.records) == {"product/p1"}
            assert await here.hold(hub, asked) == "held"
        last = await asyncio.gather(*(here.hold(hub, wish()) for hub in here.hubs))
        assert sorted(last) == ["held", "rejected"]
        for hub, asked in zip(here.hubs, sold, strict=True):
            ends = (hub.party_id, here.shop.party_id)
            with hub.here() as fed:
                await reservations.confirm_remote(fed, *ends, asked.id, clock.now())
                placed = order(asked.id, hub.hub_desk.records["product/p1"].leaf_hash)
                await orders.place_order_remote(fed, *ends, placed, clock.now())
            with here.shop.here():
                async with atomic():
                    await orders.send_event(here.shop.party_id, hub.party_id, placed.id, Accepted(), clock.now())
        await here.settle()
        assert [[event.kind for event in hub.hub_desk.events] for hub in here.hubs] == [["accepted"], ["accepted"]]
        with here.shop.here():
            states = await sync_states(here.shop.party_id)
        assert [(state.hub_name, state.size, state.acked_size) for state in states] == [
            ("Galleria", 1, 1),
            ("Loggia", 1, 1),
        ]


async def test_what_happens_at_one_hub_is_nothing_to_the_other(pg: Server, tmp_path: Path) -> None:
    """A hub that is down, and one that has paused the shop, delay and hide nothing at the other."""
    async with town(pg, tmp_path, outbound=False) as here:
        way, address = here.shop.way, "127.0.0.1:7102"
        app = way.apps.pop(address)
        await append(here.shop, product(1))
        here.shop.shop_desk.put("v1", 3)
        began = time.monotonic()
        await here.shop.drain()
        assert time.monotonic() - began < 3
        assert (set(here.first.hub_desk.records), set(here.second.hub_desk.records)) == (set(), {"product/p1"})
        way.apps[address] = app
        await here.shop.drain_later()
        assert set(here.first.hub_desk.records) == {"product/p1"}
        with here.first.here() as fed:
            async with atomic():
                await links.suspend_link(fed, here.first.party_id, here.shop.party_id, clock.now())
        await here.settle()
        await append(here.shop, product(2))
        await here.settle()
        assert [len(hub.hub_desk.records) for hub in here.hubs] == [1, 2]
        with pytest.raises((PeerRefusedError, NotLinkedError)):
            await here.hold(here.first, wish())
        assert await here.hold(here.second, wish()) == "held"
