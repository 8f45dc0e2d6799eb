"""Sign keys at rest: sealed from a node's start on, refused under another secret, sealed anew when it changes."""

import pytest

from federation.node import database
from federation.node.database import Database, atomic
from federation.node.seals import Seal, SealError
from federation.service import parties
from federation.service.sealing import seal_keys
from federation.store import parties as store
from federation.vocabulary.ids import PartyId
from tests.federation.store.conftest import GENESIS, SHOP, hosted
from tests.support.clients import SECRET_KEY

pytestmark = pytest.mark.apps("federation.piccolo_app")


async def kept() -> bytes:
    """What the database holds of the party's sign key."""
    found: bytes = await database.fetch_value("SELECT sign_seed FROM fed_party WHERE id = $1", SHOP)
    return found


async def seed_of(party_id: PartyId) -> bytes:
    return (await parties.party(party_id)).sign_seed


async def test_a_seed_never_lies_open(committed: Database) -> None:
    """A new party's seed is sealed at once; one of before is sealed at the next start, and stays the same key."""
    async with atomic():
        await store.add_party(hosted(SHOP), [GENESIS])
    assert b"s" * 32 not in await kept()
    await database.execute("UPDATE fed_party SET sign_seed = $1", b"s" * 32)
    assert await seed_of(SHOP) == b"s" * 32
    assert await store.unsealed_parties() == 1
    await seal_keys()
    assert b"s" * 32 not in await kept()
    assert (await seed_of(SHOP), await store.unsealed_parties()) == (b"s" * 32, 0)
    assert committed.seal is not None


async def test_a_node_with_another_secret_does_not_start(committed: Database) -> None:
    """Start and use are refused by the setting's name; with the secret before, everything is sealed anew."""
    async with atomic():
        await store.add_party(hosted(SHOP), [GENESIS])
    committed.seal = Seal("another secret of enough letters")
    for refused in (seal_keys, lambda: parties.party(SHOP)):
        with pytest.raises(SealError, match="GALLERIA_SECRET_KEY"):
            await refused()
    committed.seal = Seal("another secret of enough letters", SECRET_KEY)
    await seal_keys()
    committed.seal = Seal("another secret of enough letters")
    assert await seed_of(SHOP) == b"s" * 32
