"""What a node makes of being told that a boutique of its has gone: only news, signed by a root key, counts."""

from pathlib import Path

import msgspec

from federation.documents import identity, identity_steps, json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.http.edge import WireRequest, WireResponse
from federation.http.exchange import exchange
from federation.node import clock
from federation.service import parties
from federation.store import parties as store
from tests.federation.nodes import Node, Pair, two_nodes
from tests.support.postgres import Server


async def told(node: Node, operations: tuple[str, ...]) -> WireResponse:
    """The node's answer to anybody who brings these operations of its party."""
    path = f"/fed/v1/{node.party_id}/departure"
    body = json.encode({"operations": operations})
    request = WireRequest("POST", path, "", {"content-type": "application/json"}, body)
    with node.here() as fed:
        return await exchange(fed, request, clock.now())


async def own(node: Node) -> tuple[str, ...]:
    """What the party's operations are to everybody."""
    with node.here():
        return (await parties.own_operations(node.party_id)).operations


async def test_public_operations_send_nobody_away(pg: Server, tmp_path: Path) -> None:
    """Brought back to the node they came from they say nothing new, also where the address is nobody's."""
    async with two_nodes(pg, tmp_path, outbound=True) as pair:
        answer = await told(pair.shop, await own(pair.shop))
        with pair.shop.here():
            party = await store.party(pair.shop.party_id)
    assert answer.status == 409
    assert party is not None
    assert (party.left_at, party.moved_to) == (None, "")


async def test_a_root_key_sends_its_party_away(pair: Pair) -> None:
    """An operation that names another address is believed whoever brings it, and again."""
    root, address = SigningKey.from_seed(pair.shop.root_seed), "http://127.0.0.1:7199"
    with pair.shop.here():
        state = await parties.identity_of(pair.shop.party_id)
    moved = identity.sign_operation(identity_steps.move(state, address, at=text_of(clock.now())), root)
    chain = (*await own(pair.shop), moved.decode())
    for _ in range(2):
        answer = await told(pair.shop, chain)
        assert (answer.status, msgspec.json.decode(answer.body)) == (200, {"moved_to": address})
