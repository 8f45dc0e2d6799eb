"""What every adapter does with hosted parties, peers, their operations and nonces."""

from datetime import timedelta

import msgspec
import pytest

from federation.documents.identity import SeenOperation
from federation.records import Countersigned
from federation.store import parties
from tests.federation.store.conftest import GENESIS, HUB, NOW, OTHER_HUB, OTHER_SHOP, SHOP, hosted, met

pytestmark = pytest.mark.usefixtures("store_db")
FIRST = int(NOW.timestamp())
ROTATE = SeenOperation(b"rotate", FIRST + 9)


async def test_parties_are_kept_and_paged_by_id() -> None:
    """A party comes back as it was stored; lists go by id, within a kind and after an id."""
    for party_id in (OTHER_SHOP, SHOP, HUB):
        await parties.add_party(hosted(party_id), [GENESIS, ROTATE])
    assert await parties.party(SHOP) == hosted(SHOP)
    assert await parties.party("s1" + "c" * 32) is None
    assert [item.id for item in await parties.parties(None, "", 2)] == [HUB, SHOP]
    assert [item.id for item in await parties.parties("shop", SHOP, 9)] == [OTHER_SHOP]
    assert await parties.operations(SHOP) == [b"genesis", b"rotate"]


async def test_operations_of_our_own_keep_their_order_and_sight() -> None:
    """Operations are numbered as they are recorded; the seed to speak with is set apart from them."""
    await parties.add_party(hosted(SHOP), [GENESIS])
    assert await parties.seen_operations(SHOP, lock=True) == (GENESIS,)
    await parties.add_operation(SHOP, ROTATE)
    await parties.set_sign_seed(SHOP, b"t" * 32)
    party = await parties.party(SHOP)
    assert party is not None
    assert party.sign_seed == b"t" * 32
    assert await parties.operations(SHOP) == [b"genesis", b"rotate"]
    assert await parties.seen_operations(SHOP) == (GENESIS, ROTATE)


async def test_a_retirement_is_noted_and_taken_back() -> None:
    """A party that has retired says since when, until it has not after all."""
    await parties.add_party(hosted(SHOP), [GENESIS])
    await parties.set_retired(SHOP, NOW)
    retired = await parties.party(SHOP)
    await parties.set_retired(SHOP, None)
    assert retired is not None
    assert retired.retired_at == NOW
    assert await parties.party(SHOP) == hosted(SHOP)


async def test_of_two_countersignatures_the_earlier_sight_stays() -> None:
    """A hub that later claims to have seen an operation later does not move the time; the same time renews the note."""
    await parties.add_party(hosted(SHOP), [GENESIS])
    await parties.save_peer(met(HUB), ())

    def said(note: bytes, seconds: int) -> Countersigned:
        first = NOW + timedelta(seconds=seconds)
        return Countersigned(SHOP, HUB, "ab" * 32, 1, note, first, NOW)

    for item in (said(b"one", 5), said(b"later", 9), said(b"renewed", 5)):
        await parties.save_countersigned([item])
    assert await parties.countersigned(SHOP) == [said(b"renewed", 5)]
    assert await parties.countersigned(HUB) == []


async def test_a_party_leaves_and_comes_back() -> None:
    """A departure is kept with where to, and taken back."""
    await parties.add_party(hosted(SHOP), [GENESIS])
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


async def test_a_nonce_is_spent_once_by_each_sender() -> None:
    """The same nonce again is refused until it is forgotten; another sender's is another."""
    assert await parties.spend_nonce(HUB, "n", NOW)
    assert not await parties.spend_nonce(HUB, "n", NOW)
    assert await parties.spend_nonce(OTHER_HUB, "n", NOW + timedelta(seconds=9))
    assert await parties.forget_nonces(NOW + timedelta(seconds=1)) == 1
    assert await parties.spend_nonce(HUB, "n", NOW)


async def test_seeds_are_sealed_with_the_key_of_now() -> None:
    """What was just stored needs no sealing anew."""
    await parties.add_party(hosted(SHOP), [GENESIS])
    assert await parties.unsealed_parties() == 0
    assert await parties.reseal() == 0
