"""A shop that nobody can connect to takes part fully: what is asked of it waits in a mailbox, and it comes for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from federation.conversations.messages import ReservationLine, ReservationRequest
from federation.documents.profile import OUTBOX_ADDRESS
from federation.http.collecting import attend
from federation.node import clock
from federation.node.database import atomic
from federation.service import links, pull, reservations
from federation.store import links as link_store
from federation.store import mailbox as store
from federation.store import parties as party_store
from federation.vocabulary.ids import new_id
from tests.federation.nodes import Node, Pair, two_nodes
from tests.support.postgres import Server


@asynccontextmanager
async def attending(node: Node) -> AsyncIterator[None]:
    """Let a node look into its mailboxes meanwhile."""
    with node.here() as fed:
        task = asyncio.create_task(attend(fed, wait_seconds=2, links_seconds=0.05))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.fixture
async def far(pg: Server, tmp_path: Path) -> AsyncIterator[Pair]:
    """A hub and a shop behind a router, linked, the shop not attending now."""
    async with two_nodes(pg, tmp_path, outbound=True) as pair:
        await pair.propose()
        async with attending(pair.shop):
            await visited(pair)
            with pair.hub.here() as fed:
                async with atomic():
                    await links.accept_link(fed, pair.hub.party_id, pair.shop.party_id, clock.now())
            await pair.settle()
        yield pair


async def visited(pair: Pair) -> None:
    """Wait until the shop has looked into its mailbox."""
    with pair.hub.here():
        async with asyncio.timeout(5):
            async with store.requests_for((pair.hub.party_id, pair.shop.party_id)) as bell:
                while await store.last_visit((pair.hub.party_id, pair.shop.party_id)) is None:
                    await bell.wait(0.02)


def wish() -> ReservationRequest:
    """A hold of one piece."""
    return ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", 1),), ttl_seconds=300)


async def hold(pair: Pair, request: ReservationRequest) -> str:
    """Ask the shop to hold; returns the state."""
    with pair.hub.here() as fed:
        answer = await reservations.hold_remote(fed, pair.hub.party_id, pair.shop.party_id, request, clock.now())
    return answer.state


async def test_the_link_is_made_from_inside(far: Pair) -> None:
    """The proposal brings who the shop is; the hub's acceptance reaches it; no address of it was ever asked."""
    with far.shop.here():
        assert await link_store.state(far.shop.party_id, far.hub.party_id) == "accepted"
    with far.hub.here():
        peer = await party_store.peer(far.shop.party_id)
    assert peer is not None
    assert peer.base_url == OUTBOX_ADDRESS
    assert not [
        passage.url for passage in far.way.passages if "outbox.invalid" in passage.url or ":7101" in passage.url
    ]


async def test_holding_confirming_and_releasing(far: Pair) -> None:
    """A hub holds, sells and gives back pieces of such a shop as of any other."""
    desk = far.shop.shop_desk
    desk.put("v1", 3)
    first, second = wish(), wish()
    async with attending(far.shop):
        assert [await hold(far, first), await hold(far, second)] == ["held", "held"]
        ends = (far.hub.party_id, far.shop.party_id)
        with far.hub.here() as fed:
            confirmed = await reservations.confirm_remote(fed, *ends, first.id, clock.now())
            released = await reservations.release_remote(fed, *ends, second.id, clock.now())
    assert (confirmed.state, released.state, desk.registers["v1"].quantity) == ("confirmed", "released", 2)


async def test_a_hub_pulls_the_log(far: Pair) -> None:
    """The hub reads the shop's checkpoint and lines through the mailbox."""
    async with attending(far.shop):
        with far.hub.here() as fed:
            assert await pull.pull_recorded(fed, (far.hub.party_id, far.shop.party_id), clock.now()) == 0
