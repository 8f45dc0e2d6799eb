"""A shop that nobody can connect to takes part fully: what is asked of it waits in a mailbox, and it comes for it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from federation import limits
from federation.conversations.messages import (
    Accepted,
    Cancelled,
    ReservationLine,
    ReservationRequest,
    Shipped,
)
from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS
from federation.errors import PeerMismatchError
from federation.http.collecting import Visitor
from federation.http.watching import attend
from federation.node import clock
from federation.node.database import atomic, execute
from federation.service import identity_changes, links, parties, peers, pull, reservations
from federation.service.calls import PeerCall, call
from federation.service.pictures import mailed_picture
from federation.service.pressure import WAITING_PER_PEER_MAX
from federation.store import links as link_store
from federation.store import mailbox as store
from federation.store import parties as party_store
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id
from tests.federation.goods import product
from tests.federation.nodes import Node, Pair, two_nodes
from tests.federation.peer import Passage
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_orders import place, tell
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


async def test_a_sale_from_inside(far: Pair) -> None:
    """The shop publishes by itself; the hub holds, confirms, orders and says what it was paid, all by the mailbox."""
    async with attending(far.shop):
        placed = await place(far)
        await tell(far.shop, far.hub, placed, Accepted(), Shipped(carrier="Poste", tracking="X1"))
        await tell(far.hub, far.shop, placed, Cancelled(reason="changed mind"))
        await far.settle()
    assert [event.kind for event in far.hub.hub_desk.events] == ["accepted", "shipped"]
    assert [event.kind for event in far.shop.shop_desk.events] == ["cancelled"]


async def test_a_worker_that_dies_before_it_brings_the_answer(far: Pair) -> None:
    """The hub does not know what became of its hold; the same hold again is the same hold."""
    far.shop.shop_desk.put("v1", 3)
    request = wish()
    async with attending(far.shop):
        far.way.only, far.way.lose_requests = "/outbox/ack", 2
        with pytest.raises(PeerUnreachableError):
            await hold(far, request)
        assert await hold(far, request) == "held"
    assert far.shop.shop_desk.calls == ["hold"]
    assert far.shop.shop_desk.registers["v1"].quantity == 2


async def test_a_request_handed_over_to_two_workers(far: Pair) -> None:
    """Of a worker that hangs and the one in its place both may answer: one effect, and the hub has an answer."""
    far.shop.shop_desk.put("v1", 3)
    request = wish()
    with far.shop.here() as fed:
        visitors = [Visitor(fed, (far.shop.party_id, far.hub.party_id), 2) for _ in range(2)]
        visits = [asyncio.create_task(visitor.visit()) for visitor in visitors]
    try:
        state = await hold(far, request)
    except PeerUnreachableError:  # the second worker's "brought twice" came first: ask again
        with far.shop.here() as fed:
            visits.append(asyncio.create_task(Visitor(fed, (far.shop.party_id, far.hub.party_id), 2).visit()))
        state = await hold(far, request)
    await asyncio.wait(visits)
    assert (state, far.shop.shop_desk.calls) == ("held", ["hold"])


async def test_a_hub_whose_database_has_lost_its_mailboxes(far: Pair) -> None:
    """After a crash of the hub's database the shop comes again by itself, and nothing was owed."""
    far.shop.shop_desk.put("v1", 3)
    async with attending(far.shop):
        assert await hold(far, wish()) == "held"
        with far.hub.here():
            await execute("DELETE FROM fed_mailbox")
            await execute("DELETE FROM fed_mailbox_visit")
        with pytest.raises(PeerUnreachableError):
            await hold(far, wish())
        await visited(far)
        assert await hold(far, wish()) == "held"


async def test_a_shop_that_is_switched_off(far: Pair) -> None:
    """While it is away its hub hears so at once instead of waiting; what it publishes reaches the hub afterwards."""
    with far.hub.here():
        await execute("UPDATE fed_mailbox_visit SET visited_at = visited_at - interval '1 minute'")
    with pytest.raises(PeerUnreachableError, match="has not looked into its mailbox since"):
        await hold(far, wish())
    await append(far.shop, product(1))
    async with attending(far.shop):
        await far.settle()
    assert set(far.hub.hub_desk.records) == {"product/p1"}


async def test_nobody_else_looks_into_a_mailbox(far: Pair) -> None:
    """Unsigned, or signed by a party that never asked to be linked: the mailbox stays shut."""
    url = f"http://127.0.0.1:7102/fed/v1/{far.hub.party_id}/outbox"
    unsigned = await far.way.pass_on(Passage("GET", url, {}, b""))
    with far.hub.here():
        await execute("DELETE FROM fed_link")
    with far.shop.here() as fed, pytest.raises(PeerRefusedError) as refused:
        ask = PeerCall(local_id=far.shop.party_id, remote_id=far.hub.party_id, method="GET", path="/outbox")
        await call(fed, ask, clock.now())
    assert (unsigned.status, refused.value.peer_slug) == (401, "not-linked")


async def test_a_party_keeps_few_requests_waiting(far: Pair) -> None:
    """Whoever asks at a mailbox again and again, without an end, takes few places in the hub's process."""
    ends = (far.shop.party_id, far.hub.party_id)
    with far.shop.here() as fed:
        asks = [
            PeerCall(
                local_id=ends[0], remote_id=ends[1], method="GET", path="/outbox", query="wait=2", lane=f"lane {number}"
            )
            for number in range(WAITING_PER_PEER_MAX + 1)
        ]
        answers = await asyncio.gather(*(call(fed, ask, clock.now()) for ask in asks), return_exceptions=True)
    refused = [one.peer_slug for one in answers if isinstance(one, PeerRefusedError)]
    assert (len(answers) - len(refused), refused) == (WAITING_PER_PEER_MAX, ["quota"])


async def test_papers_that_do_not_bear_each_other_out(pg: Server, tmp_path: Path) -> None:
    """A party cannot present itself by another's papers, nor by papers its own operations contradict."""
    async with two_nodes(pg, tmp_path, outbound=True) as pair:
        with pair.shop.here():
            known = await party_store.party(pair.shop.party_id)
            assert known is not None
            papers = await parties.papers_of(known, clock.now())
        assert papers is not None
        renamed = msgspec.structs.replace(papers.profile, kind="hub")
        stranger = PartyId("s1" + "z" * 32)
        with pair.hub.here():
            for party_id, shown in ((stranger, papers), (known.id, msgspec.structs.replace(papers, profile=renamed))):
                with pytest.raises(PeerMismatchError):
                    await peers.meet_by_papers(party_id, shown, clock.now())
            assert await party_store.peer(known.id) is None


async def test_nobody_else_gives_a_party_its_name(far: Pair) -> None:
    """Papers are public and say the name unsigned: sent again by anybody with another one, they change nothing."""
    with far.shop.here():
        shop = await party_store.party(far.shop.party_id)
        assert shop is not None
        papers = await parties.papers_of(shop, clock.now())
        assert papers is not None
    other = msgspec.structs.replace(papers, profile=msgspec.structs.replace(papers.profile, name="Buy elsewhere"))
    with far.hub.here():
        await peers.meet_by_papers(shop.id, other, clock.now())
        known = await party_store.peer(shop.id)
    assert known is not None
    assert known.name == shop.name


async def test_a_party_that_calls_itself_otherwise_is_heard(far: Pair) -> None:
    """A proposal signed by the party itself brings its new name."""
    with far.shop.here():
        await execute("UPDATE fed_party SET name = 'Bottega Nuova'")
        async with atomic():
            await links.announce_address(far.shop.party_id, clock.now())
    await far.settle()
    with far.hub.here():
        known = await party_store.peer(far.shop.party_id)
    assert known is not None
    assert known.name == "Bottega Nuova"


class Shelf:
    """One picture of one shop."""

    def __init__(self, shop_id: PartyId, data: bytes) -> None:
        self.kept = {(shop_id, hashlib.sha256(data).hexdigest()): data}

    async def picture(self, shop_id: PartyId, sha256: str) -> bytes | None:
        return self.kept.get((shop_id, sha256))


@pytest.mark.parametrize("size", [100, limits.PICTURE_PART_BYTES_MAX, 2 * limits.PICTURE_PART_BYTES_MAX + 1])
async def test_pictures_are_fetched_by_their_hash(far: Pair, size: int) -> None:
    """A hub has a picture of any allowed size part by part, and refuses one that is not what the hash says."""
    data = bytes(number % 251 for number in range(size))
    far.shop.fed.pictures = shelf = Shelf(far.shop.party_id, data)
    (_, sha256), other = next(iter(shelf.kept)), "0" * 64
    shelf.kept[far.shop.party_id, other] = b"another"
    async with attending(far.shop):
        with far.hub.here() as fed:
            assert await mailed_picture(fed, far.shop.party_id, sha256, clock.now()) == data
            with pytest.raises(PeerMismatchError):
                await mailed_picture(fed, far.shop.party_id, other, clock.now())
            with pytest.raises(PeerRefusedError):
                await mailed_picture(fed, far.shop.party_id, "1" * 64, clock.now())


async def moved(pair: Pair, address: str) -> None:
    """Sign the shop's move to an address with its root key, and let its peers hear of it."""
    with pair.shop.here() as fed:
        plan = await identity_changes.plan_move(pair.shop.party_id, address, clock.now())
        async with atomic():
            root = SigningKey.from_seed(pair.shop.root_seed)
            await identity_changes.carry_out(fed, plan, root, clock.now())


async def test_a_shop_that_moves_behind_a_router_and_back(pair: Pair) -> None:
    """One operation of the root key each way: the link stays, and the hub asks where the shop now is."""
    pair.shop.shop_desk.put("v1", 3)
    await moved(pair, OUTBOX_ADDRESS)
    app = pair.way.apps.pop("127.0.0.1:7101")
    async with attending(pair.shop):
        await pair.settle()
        await visited(pair)
        assert await hold(pair, wish()) == "held"
    pair.way.apps["127.0.0.1:7101"] = app
    await moved(pair, "http://127.0.0.1:7101")
    await pair.settle()
    assert await hold(pair, wish()) == "held"
