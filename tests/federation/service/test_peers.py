"""Who a peer is: keys that rotate, addresses that move or are hijacked, identities that contradict themselves."""

import os
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from federation.documents import identity
from federation.documents.identity import Operation, SignKey
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.times import text_of
from federation.errors import PeerMismatchError, ReplicaFrozenError
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.door import DoorResponse
from federation.service import announcing, links, parties, peers, replicas
from federation.store import parties as store
from federation.vocabulary.errors import PeerUnreachableError
from tests.federation.goods import product
from tests.federation.nodes import Node, Pair
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_reservations import hold, wish


async def operate(node: Node, seed: bytes | None = None, **fields: object) -> bytes:
    """Sign an operation with the node's root key and record it."""
    with node.here():
        state = await parties.identity_of(node.party_id)
        operation = Operation(at=text_of(clock.now()), previous=state.head, **fields)  # type: ignore[arg-type]
        signed = identity.sign_operation(operation, SigningKey.from_seed(node.root_seed))
        async with atomic():
            await parties.record_operation(node.party_id, signed, clock.now(), sign_seed=seed)
    return signed


async def rotate(node: Node) -> None:
    """Give the node a new sign key, the old one no longer valid."""
    seed = os.urandom(32)
    root, sign = SigningKey.from_seed(node.root_seed), SigningKey.from_seed(seed)
    await operate(
        node,
        seed,
        type="rotate",
        root_keys=(encode_base64url(root.public.raw),),
        sign_keys=(SignKey(x=encode_base64url(sign.public.raw)),),
    )


async def may_refresh(node: Node) -> None:
    """Let the node's minute of rest pass for all its peers."""
    with node.here():
        await database.execute("UPDATE fed_peer SET refresh_at = '2000-01-01'")


async def test_a_rotated_key_is_learned_from_the_next_request(pair: Pair) -> None:
    """After a rotation the first request with the new key makes the peer fetch the operations, and is taken."""
    await append(pair.shop, product(1))
    await pair.settle()
    await rotate(pair.shop)
    await may_refresh(pair.hub)
    await append(pair.shop, product(2))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p1", "product/p2"}


async def test_a_hub_linked_after_a_rotation_reads_the_whole_log(strangers: Pair) -> None:
    """What was published under an old key is readable by those who know only the new one."""
    await append(strangers.shop, *(product(number) for number in range(250)))
    await rotate(strangers.shop)
    await strangers.link()
    assert len(strangers.hub.hub_desk.records) == 250


async def test_the_old_key_is_worth_nothing_after_a_rotation(pair: Pair) -> None:
    """Whoever kept the old key is refused once the peer has seen the rotation."""
    with pair.shop.here():
        before = await store.party(pair.shop.party_id)
    assert before is not None
    await rotate(pair.shop)
    await may_refresh(pair.hub)
    with pair.hub.here() as fed:
        await peers.fetch_peer(fed, parties.profile_url(pair.shop.settings, pair.shop.party_id), clock.now())
        keyids = [key.keyid for key in await peers.keys_of(pair.shop.party_id, clock.now())]
    assert SigningKey.from_seed(before.sign_seed).public.keyid not in keyids
    assert len(keyids) == 1


async def test_a_shop_that_moves_keeps_its_identity_and_link(pair: Pair) -> None:
    """At a new address, announced by a proposal, the same party goes on under the same link."""
    await append(pair.shop, product(1))
    await pair.settle()
    await operate(pair.shop, type="move", address="http://127.0.0.1:7109")
    pair.shop.move("127.0.0.1:7109")
    await may_refresh(pair.hub)
    with pair.shop.here():
        async with atomic():
            await links.announce_address(pair.shop.party_id, clock.now())
    await pair.settle()
    pair.shop.shop_desk.put("v1", 2)
    assert await hold(pair, wish()) == "held"
    with pair.hub.here():
        (link,) = await links.links(pair.hub.party_id)
    assert (link.state, link.remote_url) == ("accepted", "http://127.0.0.1:7109")


async def test_a_hijacked_address_cannot_bring_a_key_of_its_own(pair: Pair) -> None:
    """A profile with a key that the operations do not name is refused, and what was known stays."""
    thief = SigningKey.from_seed(b"t" * 32).public.jwk()

    def forge(answer: DoorResponse) -> DoorResponse:
        told = msgspec.json.decode(answer.body)
        told["keys"].append(msgspec.to_builtins(thief))
        return DoorResponse(answer.status, answer.headers, msgspec.json.encode(told))

    pair.way.only, pair.way.tamper = "/profile", forge
    with pair.hub.here() as fed:
        before = await peers.keys_of(pair.shop.party_id, clock.now())
        with pytest.raises(PeerMismatchError, match="do not name the key"):
            await peers.fetch_peer(fed, parties.profile_url(pair.shop.settings, pair.shop.party_id), clock.now())
        assert await peers.keys_of(pair.shop.party_id, clock.now()) == before


def _elsewhere(told: dict[str, object]) -> None:
    told["endpoint"] = str(told["endpoint"]).replace("7101", "7103")


def _other_operations(told: dict[str, object]) -> None:
    told["operations_url"] = "http://127.0.0.1:7101/elsewhere"


def _other_kind(told: dict[str, object]) -> None:
    told["kind"] = "hub"


@pytest.mark.parametrize("change", [_elsewhere, _other_operations, _other_kind])
async def test_a_profile_must_agree_with_its_address_and_operations(
    strangers: Pair, change: Callable[[dict[str, object]], None]
) -> None:
    """A profile that names another endpoint, other operations or another kind is refused, and nobody is stored."""

    def forge(answer: DoorResponse) -> DoorResponse:
        told = msgspec.json.decode(answer.body)
        change(told)
        return DoorResponse(answer.status, answer.headers, msgspec.json.encode(told))

    strangers.way.only, strangers.way.tamper = "/profile", forge
    with strangers.hub.here() as fed:
        with pytest.raises(PeerMismatchError):
            await peers.fetch_peer(
                fed, parties.profile_url(strangers.shop.settings, strangers.shop.party_id), clock.now()
            )
        assert await store.peer(strangers.shop.party_id) is None


async def test_an_address_without_a_party_is_unreachable(strangers: Pair) -> None:
    """A profile address that answers something else is no peer."""
    with strangers.hub.here() as fed, pytest.raises(PeerUnreachableError):
        await peers.fetch_peer(fed, f"http://127.0.0.1:7101/fed/v1/s1{'a' * 32}/profile", clock.now())


async def test_contradicting_root_keys_stop_orders_for_a_while(pair: Pair) -> None:
    """Two operations after the same one, seen within three days, freeze holds until the undo window has passed."""
    shop, hub = pair.shop, pair.hub
    spare = SigningKey.from_seed(os.urandom(32))
    with shop.here():
        party = await store.party(shop.party_id)
        assert party is not None
        sign = SigningKey.from_seed(party.sign_seed).public
    both = (SigningKey.from_seed(shop.root_seed).public, spare.public)
    await operate(
        shop,
        type="rotate",
        root_keys=tuple(encode_base64url(key.raw) for key in both),
        sign_keys=(SignKey(x=encode_base64url(sign.raw)),),
    )
    with shop.here():
        state = await parties.identity_of(shop.party_id)
    rivals = [
        identity.sign_operation(
            Operation(type="move", at=text_of(clock.now()), previous=state.head, address=address), spare
        )
        for address in ("http://127.0.0.1:7104", "http://127.0.0.1:7105")
    ]
    operations = [note.encode() for note in (await _operations(shop)).operations]
    with hub.here():
        seen = tuple(identity.SeenOperation(data, int(clock.now().timestamp())) for data in (*operations, *rivals))
        peer = await store.peer(shop.party_id)
        assert peer is not None
        await store.save_peer(peer, seen)
        assert await peers.is_contested(shop.party_id, clock.now())
        assert not await peers.is_contested(shop.party_id, clock.now() + timedelta(hours=73))
    with pytest.raises(ReplicaFrozenError, match="contradict"):
        await hold(pair, wish())


async def _operations(node: Node) -> identity.OperationsDocument:
    with node.here():
        return await parties.own_operations(node.party_id)


async def test_a_failure_of_ours_leaves_no_effect_and_an_unknown_outcome(pair: Pair) -> None:
    """When a desk breaks down in the middle, nothing is kept, the asker learns nothing, and asking again works."""
    pair.shop.shop_desk.put("v1", 3)
    request = wish()
    pair.shop.shop_desk.breaks = 1
    with pytest.raises(PeerUnreachableError):
        await hold(pair, request)
    assert await hold(pair, request) == "held"


async def test_a_push_that_broke_at_the_hub_is_taken_later(pair: Pair) -> None:
    """When the hub fails in the middle of an intake, no line and no listing is kept, and the retry brings all."""
    pair.hub.hub_desk.breaks = 1
    await append(pair.shop, product(1))
    await pair.settle()
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
        assert (view.size, await database.fetch_value("SELECT count(*) FROM fed_leaf")) == (0, 0)
    await pair.shop.drain_later()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_a_hub_from_a_backup_hears_of_a_move_again_within_a_day(pair: Pair) -> None:
    """It has forgotten the new address and nobody answers at the old one: the shop tells its operations daily, once."""
    await operate(pair.shop, type="move", address="http://127.0.0.1:7109")
    with pair.hub.here():
        await database.execute("DELETE FROM fed_peer_operation WHERE number > 0")
        await database.execute("UPDATE fed_peer SET base_url = 'http://127.0.0.1:7101'")
    pair.shop.move("127.0.0.1:7109")
    with pair.shop.here():
        await database.execute("DELETE FROM node_outbox")
        for _ in range(2):
            await announcing.tell_daily(clock.now())
        assert await database.fetch_value("SELECT count(*) FROM node_outbox WHERE topic = 'fed.operations'") == 1
    await pair.settle()
    with pair.hub.here():
        (link,) = await links.links(pair.hub.party_id)
    assert link.remote_url == "http://127.0.0.1:7109"
