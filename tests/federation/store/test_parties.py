"""What every adapter does with hosted parties, peers, their operations and nonces."""

from datetime import timedelta

import msgspec
import pytest

from federation.documents.identity import SeenOperation
from federation.node.database import Database
from federation.store import parties
from tests.federation.store.conftest import HUB, NOW, OTHER_HUB, OTHER_SHOP, SHOP, hosted, met

pytestmark = pytest.mark.usefixtures("store_db")
FIRST = int(NOW.timestamp())


async def test_parties_are_kept_and_paged_by_id() -> None:
    """A party comes back as it was stored; lists go by id, within a kind and after an id."""
    for party_id in (OTHER_SHOP, SHOP, HUB):
        await parties.add_party(hosted(party_id), [b"genesis", b"rotate"])
    assert await parties.party(SHOP) == hosted(SHOP)
    assert await parties.party("s1" + "c" * 32) is None
    assert [item.id for item in await parties.parties(None, "", 2)] == [HUB, SHOP]
    assert [item.id for item in await parties.parties("shop", SHOP, 9)] == [OTHER_SHOP]
    assert await parties.operations(SHOP) == [b"genesis", b"rotate"]


async def test_an_operation_names_the_seed_to_speak_with() -> None:
    """Operations keep their order, and the newest one's seed is the party's."""
    await parties.add_party(hosted(SHOP), [b"genesis"])
    await parties.add_operation(SHOP, 1, b"rotate", b"t" * 32)
    party = await parties.party(SHOP)
    assert party is not None
    assert party.sign_seed == b"t" * 32
    assert await parties.operations(SHOP) == [b"genesis", b"rotate"]


async def test_a_party_leaves_and_comes_back() -> None:
    """A departure is kept with where to, and taken back."""
    await parties.add_party(hosted(SHOP), [b"genesis"])
    await parties.set_departure(SHOP, NOW, "https://new.example")
    left = await parties.party(SHOP)
    await parties.set_departure(SHOP, None, "")
    assert left is not None
    assert (left.left_at, left.moved_to) == (NOW, "https://new.example")
    assert await parties.party(SHOP) == hosted(SHOP)


async def test_operations_of_peers_keep_the_time_of_first_sight() -> None:
    """A peer fetched again keeps when it and its operations were first seen, whatever is said later."""
    genesis = SeenOperation(b"genesis", FIRST)
    await parties.save_peer(met(HUB), [genesis])
    later = NOW + timedelta(hours=1)
    again = msgspec.structs.replace(met(HUB, "Galleria Due"), first_seen_at=later, fetched_at=later, refresh_at=later)
    await parties.save_peer(again, [SeenOperation(b"genesis", FIRST + 99), SeenOperation(b"rotate", FIRST + 99)])
    assert await parties.peer(HUB) == msgspec.structs.replace(again, first_seen_at=NOW)
    assert [item.first_seen for item in await parties.peer_operations(HUB)] == [FIRST, FIRST + 99]
    assert await parties.peer(OTHER_HUB) is None


async def test_a_forced_refresh_is_taken_once() -> None:
    """Of two claims in one minute the second is too early."""
    await parties.save_peer(met(HUB), ())
    next_at = NOW + timedelta(minutes=1)
    assert await parties.claim_refresh(HUB, NOW, next_at)
    assert not await parties.claim_refresh(HUB, NOW + timedelta(seconds=59), next_at)
    assert await parties.claim_refresh(HUB, next_at, next_at + timedelta(minutes=1))
    assert not await parties.claim_refresh(OTHER_HUB, NOW, next_at)


async def test_strangers_are_counted_by_first_sight() -> None:
    """Only peers met since the moment count."""
    await parties.save_peer(met(HUB), ())
    assert await parties.peers_first_seen_since(NOW) == 1
    assert await parties.peers_first_seen_since(NOW + timedelta(seconds=1)) == 0


async def test_a_nonce_is_spent_once_by_each_sender() -> None:
    """The same nonce again is refused until it is forgotten; another sender's is another."""
    assert await parties.spend_nonce(HUB, "n", NOW)
    assert not await parties.spend_nonce(HUB, "n", NOW)
    assert await parties.spend_nonce(OTHER_HUB, "n", NOW + timedelta(seconds=9))
    assert await parties.forget_nonces(NOW + timedelta(seconds=1)) == 1
    assert await parties.spend_nonce(HUB, "n", NOW)
