"""Who a party is, on the wire: operations told unasked, what a hub has seen of others, and a party that has retired."""

from typing import Any

import msgspec
import pytest

from federation.documents import heads, identity, identity_steps, json
from federation.documents.heads import OperationsHead
from federation.documents.identity import OperationsDocument, SightsDocument
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.node import clock
from federation.node.door import DoorResponse
from federation.service import announcing, identity_changes, parties, peers
from federation.service.announcing import OperationsDue
from federation.store import parties as store
from federation.vocabulary.errors import PeerError
from federation.vocabulary.ids import new_id
from tests.federation.http.test_refusals import Sender, wish
from tests.federation.nodes import Pair
from tests.federation.peer import Passage
from tests.federation.service.test_identity_changes import chain_of, change, own_key


async def read(pair: Pair, path: str) -> DoorResponse:
    """An unsigned read at the hub."""
    url = f"http://127.0.0.1:7102/fed/v1/{pair.hub.party_id}{path}"
    return await pair.way.pass_on(Passage("GET", url, {}, b""))


def problem_of(answer: DoorResponse) -> Any:
    return msgspec.json.decode(answer.body)


def told(operations: list[bytes]) -> bytes:
    """The body that tells operations."""
    return b" " + json.encode(OperationsDocument(tuple(item.decode() for item in operations)))


async def test_anyone_reads_at_a_hub_what_it_has_seen_of_a_party(pair: Pair) -> None:
    """Without a signature or a link: each operation whole, with the hub's first sight and its countersignature."""
    answer = await read(pair, f"/replicas/{pair.shop.party_id}/operations")
    page = json.decode(answer.body, SightsDocument)
    (sight,) = page.operations
    assert [sight.operation.encode()] == await chain_of(pair.shop)
    head = OperationsHead(pair.shop.party_id, 1, sight.hash)
    found = heads.verify(sight.countersigned.encode(), head, pair.hub.party_id, (await own_key(pair.hub),))
    with pair.hub.here():
        (seen,) = await store.peer_operations(pair.shop.party_id)
    assert found.timestamp == seen.first_seen
    assert (page.contested_until, page.next) == (None, None)


async def test_a_hub_says_nothing_of_parties_it_has_not_met(pair: Pair) -> None:
    """A stranger's id is not found; a place that is no number is invalid; a shop keeps no such list."""
    assert (await read(pair, f"/replicas/s1{'a' * 32}/operations")).status == 404
    assert problem_of(await read(pair, f"/replicas/{pair.shop.party_id}/operations?from=x"))["type"] == "record-invalid"
    url = f"http://127.0.0.1:7101/fed/v1/{pair.shop.party_id}/replicas/{pair.hub.party_id}/operations"
    assert (await pair.way.pass_on(Passage("GET", url, {}, b""))).status == 404


async def test_operations_of_a_stranger_are_not_taken(strangers: Pair) -> None:
    """Whoever has never proposed a link is not known by its operations alone."""
    body = told(await chain_of(strangers.hub))
    with strangers.hub.here():
        party = await store.party(strangers.hub.party_id)
    assert party is not None
    sender = Sender(strangers, party.sign_seed)
    answer = await sender.post("/operations", body, idempotency_key=str(new_id()))
    assert (answer.status, problem_of(answer)["type"]) == (403, "not-linked")


async def test_an_operation_counts_although_the_request_that_told_it_does_not(pair: Pair) -> None:
    """Root keys have signed it: the request with a wrong signature is refused, the operation is known all the same."""
    with pair.hub.here():
        state = await parties.identity_of(pair.hub.party_id)
    root = SigningKey.from_seed(pair.hub.root_seed)
    move = identity.sign_operation(identity_steps.move(state, "http://127.0.0.1:7150", at=text_of(clock.now())), root)
    sender = Sender(pair, b"x" * 32)
    body = told([*await chain_of(pair.hub), move])
    answer = await sender.post("/operations", body, idempotency_key=str(new_id()))
    assert (answer.status, problem_of(answer)["type"]) == (401, "key-not-chained")
    with pair.shop.here():
        found = await peers.resolution(pair.hub.party_id, clock.now())
    assert found is not None
    assert found.state.address == "http://127.0.0.1:7150"


async def test_a_hub_that_countersigns_something_else_is_not_believed(pair: Pair) -> None:
    """A countersignature over another time than the hub signed leaves no word at the shop, and the failure is named."""

    def forge(answer: DoorResponse) -> DoorResponse:
        return DoorResponse(answer.status, answer.headers, answer.body.replace(b"/operations", b"/operation5"))

    pair.way.only, pair.way.tamper = "/operations", forge
    with pair.shop.here() as fed:
        before = await store.countersigned(pair.shop.party_id)
        with pytest.raises(PeerError):
            due = OperationsDue(pair.shop.party_id, pair.hub.party_id)
            await announcing.deliver_operations(fed, due, clock.now())
        assert await store.countersigned(pair.shop.party_id) == before


async def test_a_retired_party_takes_nothing_and_says_so(pair: Pair) -> None:
    """Every endpoint but the public logs answers 410 `party-retired`; its operations stay readable."""
    with pair.hub.here():
        party = await store.party(pair.hub.party_id)
    assert party is not None
    await change(pair.shop, identity_changes.plan_retirement)
    answer = await Sender(pair, party.sign_seed).post("/reservations", wish())
    assert (answer.status, problem_of(answer)["type"]) == (410, "party-retired")
    prefix = f"http://127.0.0.1:7101/fed/v1/{pair.shop.party_id}"
    for path, status in (("/profile", 410), ("/operations", 200)):
        assert (await pair.way.pass_on(Passage("GET", prefix + path, {}, b""))).status == status


async def test_a_retired_partys_request_is_refused_by_its_peer(pair: Pair) -> None:
    """Once the shop knows that the hub has retired, a request the hub had signed still is refused by that name."""
    with pair.hub.here():
        party = await store.party(pair.hub.party_id)
    assert party is not None
    await change(pair.hub, identity_changes.plan_retirement)
    await pair.settle()
    answer = await Sender(pair, party.sign_seed).post("/reservations", wish())
    assert (answer.status, problem_of(answer)["type"]) == (410, "party-retired")
