"""The contract of kept fork proofs and of the hubs compared with."""

from datetime import timedelta

import msgspec
import pytest

from federation.node.database import Database
from federation.records import ComparedHub, ForkFound
from federation.store import compared, forks, parties
from tests.federation.store.conftest import GENESIS, HUB, NOW, SHOP, hosted

pytestmark = pytest.mark.usefixtures("store_db")
ONE, OTHER = "https://one.example/fed/v1/h1" + "c" * 32, "https://other.example/fed/v1/h1" + "d" * 32


async def test_the_first_proof_about_an_epoch_stays(store_db: Database) -> None:
    """A second proof about one epoch changes nothing; those of several epochs come latest first."""
    del store_db
    await parties.add_party(hosted(HUB), [GENESIS])
    first = ForkFound(SHOP, 1, b"first", "", NOW)
    assert await forks.add_fork(HUB, first)
    assert not await forks.add_fork(HUB, msgspec.structs.replace(first, document=b"second"))
    later = ForkFound(SHOP, 2, b"later", ONE, NOW)
    assert await forks.add_fork(HUB, later)
    assert await forks.fork(HUB, SHOP, 1) == first
    assert await forks.fork(HUB, SHOP, 3) is None
    assert await forks.forks(HUB, SHOP) == [later, first]


async def test_each_hub_has_its_turn(store_db: Database) -> None:
    """Hubs are noted once, come when due, the longest waiting first, and keep how the last round went."""
    del store_db
    await parties.add_party(hosted(HUB), [GENESIS])
    await compared.note_hubs(HUB, [OTHER, ONE], "", NOW)
    await compared.note_hubs(HUB, [ONE], SHOP, NOW - timedelta(days=1))
    fresh = ComparedHub(HUB, ONE, "", NOW)
    assert await compared.due_hubs(HUB, NOW, 5) == [fresh, ComparedHub(HUB, OTHER, "", NOW)]
    assert await compared.due_hubs(HUB, NOW - timedelta(seconds=1), 5) == []
    done = msgspec.structs.replace(
        fresh, next_at=NOW + timedelta(minutes=5), asked_at=NOW, compared=3, agreed=2, error="one did not"
    )
    await compared.record_round(done)
    assert [hub.endpoint for hub in await compared.due_hubs(HUB, NOW, 5)] == [OTHER]
    assert await compared.due_hubs(HUB, NOW + timedelta(minutes=6), 1) == [ComparedHub(HUB, OTHER, "", NOW)]
    assert (await compared.hubs(HUB))[0] == done
