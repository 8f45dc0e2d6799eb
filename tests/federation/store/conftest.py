"""The contract of the federation's rows: every test here runs over PostgreSQL and over memory alike."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from federation.documents.identity import SeenOperation
from federation.node.database import Database, using
from federation.node.memory import Disk, MemoryDatabase
from federation.node.seals import Seal
from federation.node.transactions import Transaction, joined
from federation.records import HostedParty, Peer
from federation.store import parties
from federation.vocabulary.ids import PartyId
from tests.support.clients import SECRET_KEY
from tests.support.postgres import Server

APPS = ("federation.piccolo_app",)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = PartyId("s1" + "a" * 32)
OTHER_SHOP = PartyId("s1" + "b" * 32)
HUB = PartyId("h1" + "a" * 32)
OTHER_HUB = PartyId("h1" + "b" * 32)
GENESIS = SeenOperation(b"genesis", int(NOW.timestamp()))


@pytest.fixture(params=["memory", "postgres"])
async def store_db(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of each kind, bound, in one transaction that is undone."""
    database: Database = MemoryDatabase(Disk())
    if request.param == "postgres":
        server: Server = request.getfixturevalue("pg")
        database = await Database(Seal(SECRET_KEY)).start(server.rollback_database(APPS).app, pool_max=1)
    with using(database):
        async with database.acquire() as connection:
            with pytest.raises(_UndoneError):
                async with connection.transaction():
                    with joined(Transaction(connection, None)):
                        yield database
                    raise _UndoneError
    await database.stop()


class _UndoneError(Exception):
    """Ends the transaction of a test."""


def hosted(party_id: PartyId, name: str = "Bottega Aurora") -> HostedParty:
    """A party of this node."""
    kind = "shop" if party_id.startswith("s") else "hub"
    return HostedParty(id=party_id, kind=kind, name=name, sign_seed=b"s" * 32, created_at=NOW)  # type: ignore[arg-type]


def met(party_id: PartyId, name: str = "Galleria") -> Peer:
    """A party elsewhere."""
    return Peer(
        id=party_id,
        kind="shop" if party_id.startswith("s") else "hub",
        name=name,
        profile_url=f"https://{name.lower()}.example/fed/v1/{party_id}/profile",
        base_url=f"https://{name.lower()}.example",
        first_seen_at=NOW,
        fetched_at=NOW,
        refresh_at=NOW,
    )


@pytest.fixture
async def shop_and_hub(store_db: Database) -> Database:
    """A hosted shop that knows two hubs."""
    await parties.add_party(hosted(SHOP), [GENESIS])
    await parties.save_peer(met(HUB), ())
    await parties.save_peer(met(OTHER_HUB, "Portico"), ())
    return store_db


@pytest.fixture
async def hub_and_shops(store_db: Database) -> Database:
    """A hosted hub that knows two shops."""
    await parties.add_party(hosted(HUB, "Galleria"), [GENESIS])
    await parties.save_peer(met(SHOP, "Aurora"), ())
    await parties.save_peer(met(OTHER_SHOP, "Boreale"), ())
    return store_db
