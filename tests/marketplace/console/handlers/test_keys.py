"""The console's page of identity and keys: the hub's own, and boutiques whose identity has changed."""

import httpx
import pytest

from federation.documents import identity
from federation.documents.identity import Operation, SeenOperation
from federation.documents.keys import SigningKey
from federation.node import clock
from federation.node.database import atomic
from federation.records import Link, Peer
from federation.store import links as link_store
from federation.store import parties as party_store
from federation.vocabulary.ids import PartyId, new_id
from marketplace.accounts.setup import hub_id
from tests.marketplace.console.operator import APPS, read

pytestmark = pytest.mark.apps(*APPS)
ROOTS = [SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2)]
AT = "2026-11-22T07:16:00Z"


async def contested_boutique() -> PartyId:
    """A linked boutique whose second root key has signed two moves."""
    now = clock.now()
    genesis = identity.genesis("shop", ROOTS[0], sign_keys=[], at=AT, further_roots=[ROOTS[1].public])
    state = identity.fold([genesis])
    moves = [
        identity.sign_operation(
            Operation(type="move", at=AT, previous=state.head, address=f"https://{word}.example"), ROOTS[1]
        )
        for word in ("one", "two")
    ]
    peer = Peer(state.party_id, "shop", "Contesa", "https://c.example/profile", "https://c.example", now, now, now)
    async with atomic():
        seen = [SeenOperation(data, int(now.timestamp())) for data in (genesis, *moves)]
        await party_store.save_peer(peer, seen)
        link = Link(new_id(), await hub_id(), state.party_id, "accepted", "accepted", "remote", "", now, now)
        await link_store.save_link(link, None)
    return state.party_id


async def test_an_operator_sees_the_hub_and_who_is_contested(desk: httpx.AsyncClient) -> None:
    """The hub's own identity is shown; a boutique that contradicts itself stands above it with until when."""
    assert "Boutiques whose identity has changed" not in await read(desk, "/console/keys")
    shop_id = await contested_boutique()
    page = await read(desk, "/console/keys")
    assert await hub_id() in page
    assert "Contesa" in page
    assert "contested until" in page
    assert "another operation contradicts it" in page
    assert "Two of its root keys contradict each other" in await read(desk, f"/console/boutiques/{shop_id}")
