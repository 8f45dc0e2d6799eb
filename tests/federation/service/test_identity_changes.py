"""What an owner does with a root key, end to end between two nodes: rotation, theft, undoing, retirement, takeover."""

import os
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from federation.documents import cosignatures, heads, identity, identity_steps, notes
from federation.documents.errors import OperationRefusedError
from federation.documents.heads import OperationsHead
from federation.documents.identity import Operation
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.times import text_of
from federation.errors import NotLinkedError, PartyContestedError, PartyRetiredError, PeerMismatchError
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.door import DoorResponse
from federation.service import identity_changes, links, parties, peers, replicas, reservations, sightings, takeover
from federation.service.calls import PeerCall, call
from federation.service.identity_changes import Plan
from federation.service.identity_view import identity_view
from federation.service.takeover import TakeOver
from federation.store import parties as store
from federation.vocabulary.errors import ConflictError, PeerRefusedError
from federation.vocabulary.ids import PartyId
from tests.federation.goods import product
from tests.federation.nodes import Node, Pair
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_peers import may_refresh
from tests.federation.service.test_reservations import hold, wish

SECOND = SigningKey.from_seed(b"2" * 32)


def root_of(node: Node) -> SigningKey:
    return SigningKey.from_seed(node.root_seed)


async def change(node: Node, make: Any, *args: Any, root: SigningKey | None = None, **named: Any) -> Plan:
    """Plan something about the node's party and carry it out with its root key."""
    with node.here() as fed:
        async with atomic():
            plan: Plan = await make(node.party_id, *args, now=clock.now(), **named)
            await identity_changes.carry_out(fed, plan, root or root_of(node), clock.now())
    return plan


async def two_roots(node: Node) -> None:
    """Give the node's party a second root key below its own."""
    await change(node, identity_changes.plan_roots, (root_of(node).public, SECOND.public))


async def keys_known(node: Node, party: Node) -> set[PublicKey]:
    with node.here():
        return set(await peers.keys_of(party.party_id, clock.now()))


async def own_key(node: Node) -> PublicKey:
    with node.here():
        return SigningKey.from_seed((await parties.party(node.party_id)).sign_seed).public


async def test_a_planned_rotation_reaches_the_hub_and_is_countersigned(pair: Pair) -> None:
    """Both keys are known for a week, the node signs with the new one, and keeps the hub's word of its first sight."""
    before = await own_key(pair.shop)
    await change(pair.shop, identity_changes.plan_rotation)
    await pair.settle()
    after = await own_key(pair.shop)
    assert after != before
    assert await keys_known(pair.hub, pair.shop) == {before, after}
    with pair.hub.here():
        in_eight_days = await peers.keys_of(pair.shop.party_id, clock.now() + timedelta(days=8))
        seen = await store.peer_operations(pair.shop.party_id)
    assert in_eight_days == (after,)
    with pair.shop.here():
        words = await store.countersigned(pair.shop.party_id)
        view = await identity_view(pair.shop.party_id, clock.now())
    assert [(word.number, int(word.first_seen_at.timestamp())) for word in words] == [
        (number, item.first_seen) for number, item in enumerate(seen, start=1)
    ]
    head = OperationsHead(pair.shop.party_id, 2, words[1].hash)
    assert heads.verify(words[1].note, head, pair.hub.party_id, (await own_key(pair.hub),))
    assert [hub.current for hub in view.hubs] == [True]
    await append(pair.shop, product(1))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_a_hubs_rotation_reaches_its_shops(pair: Pair) -> None:
    """A hub's key changes like a shop's; its countersignatures are believed under the new one."""
    await change(pair.hub, identity_changes.plan_after_theft)
    await pair.settle()
    assert await keys_known(pair.shop, pair.hub) == {await own_key(pair.hub)}
    await append(pair.shop, product(1))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_an_overlap_is_a_week_at_least(strangers: Pair) -> None:
    """A planned rotation that ends the old key sooner is refused, and so is a theft in the future."""
    with pytest.raises(ConflictError, match="7 days"):
        await change(strangers.shop, identity_changes.plan_rotation, overlap_days=6)
    with pytest.raises(ConflictError, match="past"):
        await change(strangers.shop, identity_changes.plan_after_theft, since=clock.now() + timedelta(hours=1))


async def test_a_stolen_key_ends_at_once(pair: Pair) -> None:
    """After a compromise the hub takes nothing more that the old key signs."""
    with pair.shop.here():
        thief = (await parties.party(pair.shop.party_id)).sign_seed
    await change(pair.shop, identity_changes.plan_after_theft)
    await pair.settle()
    assert await keys_known(pair.hub, pair.shop) == {await own_key(pair.shop)}
    with pair.shop.here():
        async with atomic():
            await store.set_sign_seed(pair.shop.party_id, thief)
    await append(pair.shop, product(1))
    await pair.settle()
    assert pair.hub.hub_desk.records == {}


async def test_a_new_key_is_told_before_what_it_signs(pair: Pair) -> None:
    """A word that waits for the hub holds up no operation: signed anew by a key that is not told, it would for ever."""
    pair.way.only, pair.way.lose_requests = "/links/decision", 99
    with pair.shop.here() as fed:
        async with atomic():
            await links.suspend_link(fed, pair.shop.party_id, pair.hub.party_id, clock.now())
    await pair.shop.drain()
    await change(pair.shop, identity_changes.plan_after_theft)
    await pair.shop.drain()
    assert await keys_known(pair.hub, pair.shop) == {await own_key(pair.shop)}


async def test_what_a_stolen_key_published_is_set_aside_by_the_hubs_own_clock(pair: Pair) -> None:
    """A backdated end quarantines what the hub countersigned after it; the good version from before is shown again."""
    await append(pair.shop, product(1))
    await append(pair.shop, product(2))
    await pair.settle()
    good = dict(pair.hub.hub_desk.records)
    with pair.hub.here():
        await earlier(pair, hours=2)
    await append(pair.shop, product(1, title="Cheap"), product(3))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p1", "product/p2", "product/p3"}
    await change(pair.shop, identity_changes.plan_after_theft, since=clock.now() - timedelta(hours=1))
    await pair.settle()
    shown = pair.hub.hub_desk.records
    assert {key: record.body for key, record in shown.items()} == {key: record.body for key, record in good.items()}
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    assert view.quarantined == 2
    await append(pair.shop, product(3))
    await append(pair.shop, product(4))
    await pair.settle()
    assert "product/p4" in pair.hub.hub_desk.records


async def earlier(pair: Pair, hours: int) -> None:
    """Let the hub have countersigned everything it holds that much earlier."""
    hub = await parties.party(pair.hub.party_id)
    key = SigningKey.from_seed(hub.sign_seed)
    then = int((clock.now() - timedelta(hours=hours)).timestamp())
    for row in await database.fetch("SELECT id, note FROM fed_checkpoint"):
        note = notes.parse(row["note"])
        own = tuple(item for item in note.signatures if item.name != hub.id)
        moved = notes.Note(note.text, (*own, cosignatures.sign(note.text, hub.id, key, then))).encode()
        await database.execute("UPDATE fed_checkpoint SET note = $2 WHERE id = $1", row["id"], moved)


async def rival_move(node: Node, root: SigningKey, address: str) -> bytes:
    """A move signed by `root` after what holds now, recorded nowhere."""
    with node.here():
        state = await parties.identity_of(node.party_id)
    return identity.sign_operation(identity_steps.move(state, address, at=text_of(clock.now())), root)


async def hear(node: Node, party: Node, operations: list[bytes]) -> None:
    with node.here():
        await peers.tell_operations(party.party_id, operations, clock.now())


async def test_contradicting_roots_stop_holds_and_orders_until_the_higher_speaks(pair: Pair) -> None:
    """Two moves of a stolen second root freeze the shop at its hub; the owner's undoing thaws it at once."""
    await two_roots(pair.shop)
    await pair.settle()
    pair.shop.shop_desk.put("v1", 5)
    rivals = [await rival_move(pair.shop, SECOND, f"http://127.0.0.1:71{number}") for number in (21, 22)]
    await hear(pair.hub, pair.shop, rivals)
    with pytest.raises(PartyContestedError):
        await hold(pair, wish())
    with pair.shop.here() as fed:
        async with atomic():
            await parties.record_operation(pair.shop.party_id, rivals[0], clock.now())
        with pytest.raises(ConflictError, match="higher root key"):
            async with atomic():
                await parties.record_operation(pair.shop.party_id, rivals[1], clock.now())
        assert (await parties.identity_of(pair.shop.party_id)).address.startswith("http://127.0.0.1:712")
        async with atomic():
            plan = await identity_changes.plan_undoing(pair.shop.party_id, root_of(pair.shop).public, clock.now())
            state = await identity_changes.carry_out(fed, plan, root_of(pair.shop), clock.now())
    assert (state.address, state.root_keys) == ("http://127.0.0.1:7101", (root_of(pair.shop).public,))
    await pair.settle()
    assert await hold(pair, wish()) == "held"


async def test_a_contested_hub_holds_nothing_at_a_shop(pair: Pair) -> None:
    """The shop refuses holds of a hub whose root keys contradict each other, and says why."""
    await two_roots(pair.hub)
    await pair.settle()
    pair.shop.shop_desk.put("v1", 5)
    await hear(
        pair.shop,
        pair.hub,
        [await rival_move(pair.hub, SECOND, f"http://127.0.0.1:71{number}") for number in (31, 32)],
    )
    with pytest.raises(PeerRefusedError) as refused:
        await hold(pair, wish())
    assert refused.value.peer_slug == "party-contested"


async def test_a_contested_hub_confirms_nothing_it_held(pair: Pair) -> None:
    """What was held before its root keys contradicted each other is not sold to it either, but may be given back."""
    await two_roots(pair.hub)
    await pair.settle()
    pair.shop.shop_desk.put("v1", 5)
    asked = wish()
    assert await hold(pair, asked) == "held"
    moves = [await rival_move(pair.hub, SECOND, f"http://127.0.0.1:71{number}") for number in (31, 32)]
    await hear(pair.shop, pair.hub, moves)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        with pytest.raises(PeerRefusedError) as refused:
            await reservations.confirm_remote(fed, *ends, asked.id, clock.now())
        assert refused.value.peer_slug == "party-contested"
        released = await reservations.release_remote(fed, *ends, asked.id, clock.now())
    assert released.state == "released"


async def test_a_contested_boutique_is_told_nothing_in_private(pair: Pair) -> None:
    """Whoever holds one of two contradicting keys reads neither codes nor bank standing nor accounts at the hub."""
    await two_roots(pair.shop)
    await pair.settle()
    moves = [await rival_move(pair.shop, SECOND, f"http://127.0.0.1:71{number}") for number in (31, 32)]
    await hear(pair.hub, pair.shop, moves)
    ends = (pair.shop.party_id, pair.hub.party_id)
    slugs = {}
    for path in ("/vouchers", "/paying", "/disputes", "/account", "/account/lines", "/account/papers"):
        ask = PeerCall(local_id=ends[0], remote_id=ends[1], method="GET", path=path)
        with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as refused:
            await call(fed, ask, clock.now())
        slugs[path] = refused.value.peer_slug
    assert set(slugs.values()) == {"party-contested"}, slugs


async def test_nothing_is_undone_after_the_window(strangers: Pair) -> None:
    """72 hours after it was recorded, a lower root's operation stands also at home."""
    await two_roots(strangers.shop)
    await change(strangers.shop, identity_changes.plan_retirement, root=SECOND)
    with strangers.shop.here():
        later = clock.now() + timedelta(hours=73)
        with pytest.raises(OperationRefusedError, match="72 hours"):
            await identity_changes.plan_undoing(strangers.shop.party_id, root_of(strangers.shop).public, later)


async def test_a_retirement_by_a_thief_is_undone(pair: Pair) -> None:
    """A stolen second root retires the shop; the first one brings it back, and a new link can be made."""
    await two_roots(pair.shop)
    await change(pair.shop, identity_changes.plan_retirement, root=SECOND)
    await pair.settle()
    with pair.shop.here() as fed:
        async with atomic():
            plan = await identity_changes.plan_undoing(pair.shop.party_id, root_of(pair.shop).public, clock.now())
            await identity_changes.carry_out(fed, plan, root_of(pair.shop), clock.now())
    await hear(pair.hub, pair.shop, await chain_of(pair.shop))
    await pair.settle()
    await may_refresh(pair.hub)
    await pair.link()
    with pair.hub.here():
        assert [link.state for link in await links.links(pair.hub.party_id)] == ["accepted"]


async def chain_of(node: Node) -> list[bytes]:
    with node.here():
        return list(await parties.own_chain(node.party_id))


async def test_a_retired_shop_ends_its_links_and_is_heard_no_more(pair: Pair) -> None:
    """Both sides show the link as ended, the hub marks the party as retired and takes nothing more from it."""
    await append(pair.shop, product(1))
    await pair.settle()
    await change(pair.shop, identity_changes.plan_retirement)
    await pair.settle()
    for node in (pair.shop, pair.hub):
        with node.here():
            assert [link.state for link in await links.links(node.party_id)] == ["ended"]
    with pair.hub.here():
        peer = await store.peer(pair.shop.party_id)
        with pytest.raises(NotLinkedError):
            await links.require_accepted(pair.hub.party_id, pair.shop.party_id)
    assert peer is not None
    assert peer.retired_at is not None
    assert pair.hub.hub_desk.links[-1][0] == "ended"
    with pair.shop.here():
        with pytest.raises(ConflictError, match="retired"):
            await identity_changes.plan_move(pair.shop.party_id, "https://x.example", clock.now())
        party = await parties.party(pair.shop.party_id)
        assert (await parties.own_profile(party, clock.now())).party_id == pair.shop.party_id
    with pytest.raises(PartyRetiredError):
        await hold(pair, wish())


async def test_a_hub_shows_what_it_has_seen_and_rivals_beside_it(pair: Pair) -> None:
    """Anyone reads a party's operations at a hub: first sights, countersignatures, what holds, until when contested."""
    await two_roots(pair.shop)
    await pair.settle()
    rivals = [await rival_move(pair.shop, SECOND, f"http://127.0.0.1:71{number}") for number in (21, 22)]
    await hear(pair.hub, pair.shop, rivals)
    with pair.hub.here():
        hub = await parties.party(pair.hub.party_id)
        page = await sightings.page_from(hub, pair.shop.party_id, 0, clock.now())
        rest = await sightings.page_from(hub, pair.shop.party_id, 3, clock.now())
    assert [(sight.number, sight.holds) for sight in page.operations] == [(1, True), (2, True), (3, True), (3, False)]
    assert page.contested_until is not None
    assert rest.operations == page.operations[3:]
    for sight in page.operations:
        head = OperationsHead(pair.shop.party_id, sight.number, sight.hash)
        heads.verify(sight.countersigned.encode(), head, pair.hub.party_id, (await own_key(pair.hub),))


async def test_a_lost_shop_is_taken_over_with_its_root_key_and_a_hub(pair: Pair) -> None:
    """Another node fetches the history from the hub, names a fresh key and is believed at its own address."""
    await append(pair.shop, product(1))
    await pair.settle()
    old = await own_key(pair.shop)
    with pair.hub.here():
        hub_profile = parties.profile_url(pair.hub.settings, pair.hub.party_id)
    with pair.shop.here() as fed:
        history = await takeover.fetch_history(fed, hub_profile, pair.shop.party_id, clock.now())
        with pytest.raises(ConflictError, match="hosted here already"):
            await takeover.take_over(
                TakeOver(operations=history.operations, root_seed=pair.shop.root_seed), clock.now()
            )
        with pytest.raises(ConflictError, match="none of"):
            await takeover.take_over(TakeOver(operations=history.operations, root_seed=os.urandom(32)), clock.now())
    with pair.hub.here():
        wanted = TakeOver(operations=history.operations, root_seed=pair.shop.root_seed, address="http://127.0.0.1:7102")
        async with atomic():
            taken = await takeover.take_over(wanted, clock.now())
            await takeover.keep_words(msgspec.structs.replace(history, countersigned=()))
        state = await parties.identity_of(pair.shop.party_id)
        resolution = await parties.resolution_of(pair.shop.party_id, 0)
    assert state.address == "http://127.0.0.1:7102"
    assert len(taken.added) == 2
    assert resolution.steps[0].signed.first_seen == history.operations[0].first_seen
    now = int(clock.now().timestamp()) + 1
    assert state.sign_key(old.keyid, now) is None
    assert state.sign_key(SigningKey.from_seed(taken.party.sign_seed).public.keyid, now) is not None


async def test_a_hijacked_address_serving_other_operations_changes_nothing(pair: Pair) -> None:
    """A thief of the domain who appends an operation of a key of his own is refused and leaves no trace."""
    forged = await rival_move(pair.shop, SigningKey.from_seed(b"t" * 32), "http://127.0.0.1:7199")

    def forge(answer: DoorResponse) -> DoorResponse:
        told = msgspec.json.decode(answer.body)
        told["operations"].append(forged.decode())
        return DoorResponse(answer.status, answer.headers, msgspec.json.encode(told))

    pair.way.only, pair.way.tamper = "/operations", forge
    with pair.hub.here() as fed:
        before = await store.peer_operations(pair.shop.party_id)
        with pytest.raises(PeerMismatchError, match="root key"):
            await peers.fetch_peer(fed, parties.profile_url(pair.shop.settings, pair.shop.party_id), clock.now())
        assert await store.peer_operations(pair.shop.party_id) == before


async def test_a_rival_is_kept_although_the_profile_beside_it_is_refused(pair: Pair) -> None:
    """A stolen root's operation at a stolen domain contests the party, whatever profile comes with it."""
    await two_roots(pair.shop)
    await pair.settle()
    thief = await rival_move(pair.shop, SECOND, "http://127.0.0.1:7199")
    chain = await chain_of(pair.shop)
    await change(pair.shop, identity_changes.plan_rotation, root=SECOND)
    await pair.settle()

    def forge(answer: DoorResponse) -> DoorResponse:
        told = {"operations": [item.decode() for item in (*chain, thief)]}
        return DoorResponse(answer.status, answer.headers, msgspec.json.encode(told))

    pair.way.only, pair.way.tamper = "/operations", forge
    with pair.hub.here() as fed:
        await peers.fetch_peer(fed, parties.profile_url(pair.shop.settings, pair.shop.party_id), clock.now())
        assert await peers.is_contested(pair.shop.party_id, clock.now())


def test_a_plan_never_shows_its_seed() -> None:
    """Neither plans nor takeovers print what must stay secret."""
    plan = Plan(PartyId("s1" + "a" * 32), Operation(type="retire", at="2026-11-22T07:16:00Z"), b"s" * 32)
    assert "ssss" not in repr(plan)
    assert "1111" not in repr(TakeOver(operations=(), root_seed=b"1" * 32))
