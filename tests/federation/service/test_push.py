"""A shop's log reaching a hub: push, countersignature, lost and repeated requests, sizes that differ, lying hubs."""

import msgspec

from federation.documents import signing
from federation.documents.keys import SigningKey
from federation.log import checkpoint
from federation.node import clock
from federation.node.door import DoorResponse
from federation.node.outbox import dead_letters
from federation.service import catalogue, peers, replicas
from federation.store import links as link_store
from federation.store import parties as party_store
from tests.federation.goods import gone, product, with_title
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append


async def hub_size(pair: Pair) -> int:
    """The size of the hub's copy."""
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    return view.size


async def test_what_is_appended_is_soon_listed(pair: Pair) -> None:
    """Puts and deletes reach the hub's desk in order, with the exact bytes of the record."""
    await append(pair.shop, product(1), product(2))
    await pair.settle()
    await append(pair.shop, gone(1), with_title(product(2), "Longer dress"))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p2"}
    assert pair.hub.hub_desk.records["product/p2"].body == with_title(product(2), "Longer dress").body
    with pair.shop.here():
        assert pair.hub.hub_desk.records["product/p2"].leaf_hash == await catalogue.own_leaf_hash(
            pair.shop.party_id, "product/p2"
        )


async def test_a_catalogue_from_before_the_link_follows_it(strangers: Pair) -> None:
    """What a shop published before it was linked reaches the hub with the acceptance, in several batches."""
    await append(strangers.shop, *(product(number) for number in range(450)))
    await strangers.link()
    assert len(strangers.hub.hub_desk.records) == 450
    assert strangers.hub.hub_desk.calls == ["records_accepted"] * 3


async def test_the_hub_countersigns_what_it_took(pair: Pair) -> None:
    """The shop keeps the newest checkpoint with the hub's verified cosignature on it."""
    await append(pair.shop, product(1))
    await pair.settle()
    with pair.shop.here():
        note = await link_store.cosigned_note(pair.shop.party_id, pair.hub.party_id)
        (key,) = await peers.keys_of(pair.hub.party_id, clock.now())
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert checkpoint.cosignature(checkpoint.parse(note), pair.hub.party_id, key) is not None
    assert (sync.size, sync.acked_size, sync.last_error) == (1, 1, "")


async def test_a_lost_answer_is_made_good(pair: Pair) -> None:
    """When the hub took a batch but its answer was lost, the retry finds the hub's size and goes on from there."""
    await append(pair.shop, product(1))
    pair.way.only, pair.way.lose_answers = "/log/", 1
    await pair.settle()
    await append(pair.shop, product(2))
    await pair.shop.drain_later()
    assert await hub_size(pair) == 2
    assert pair.hub.hub_desk.calls.count("records_accepted") == 2
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert (sync.acked_size, sync.last_error) == (2, "")


async def test_a_repeated_push_is_taken_once(pair: Pair) -> None:
    """The same signed request arriving twice is refused the second time."""
    pair.way.only, pair.way.repeat = "/log/", 1
    await append(pair.shop, product(1))
    await pair.settle()
    assert await hub_size(pair) == 1
    assert pair.hub.hub_desk.calls == ["records_accepted"]


async def test_a_bad_record_never_blocks_the_log(pair: Pair) -> None:
    """A record that breaks its form, and one the hub will not list, are quarantined and reported; others are listed."""
    pair.hub.hub_desk.refuses.add("product/p3")
    await append(pair.shop, product(1), product(2, price_minor=-5), product(3), product(4))
    await pair.settle()
    assert set(pair.hub.hub_desk.records) == {"product/p1", "product/p4"}
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    assert (sync.acked_size, sync.quarantined) == (4, 2)
    assert (view.size, view.quarantined, view.state) == (4, 2, "live")


async def test_a_hub_restored_from_an_old_copy_is_sent_the_rest_again(pair: Pair) -> None:
    """The hub's own size decides: when it says it has less than it once acknowledged, the shop sends from there."""
    await append(pair.shop, product(1))
    await pair.settle()
    with pair.shop.here():
        await link_store.record_size(pair.shop.party_id, pair.hub.party_id, 0, clock.now())
    await append(pair.shop, product(2))
    await pair.settle()
    assert await hub_size(pair) == 2


async def test_a_hub_that_does_not_countersign_is_not_believed(pair: Pair) -> None:
    """A receipt whose cosignature does not verify, however well signed as an answer, acknowledges nothing."""
    with pair.hub.here():
        party = await party_store.party(pair.hub.party_id)
    assert party is not None
    forge = _forger(pair, SigningKey.from_seed(party.sign_seed))
    pair.way.only, pair.way.tamper = "/log/", forge
    await append(pair.shop, product(1))
    await pair.shop.drain()
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
        (dead,) = await dead_letters()
    assert sync.acked_size == 0
    assert "countersigning" in sync.last_error or "cosignature" in sync.last_error
    assert dead.topic == catalogue.TOPIC


def _forger(pair: Pair, key: SigningKey) -> "Forger":
    return Forger(pair, key)


class Forger:
    """A hub that answers pushes with a receipt signed as an answer, but with a cosignature over something else."""

    def __init__(self, pair: Pair, key: SigningKey) -> None:
        self.pair = pair
        self.key = key

    def __call__(self, answer: DoorResponse) -> DoorResponse:
        """Replace the receipt and sign the answer again."""
        passage = self.pair.way.passages[-1]
        receipt = msgspec.json.decode(answer.body)
        other = checkpoint.parse(
            checkpoint.sign(
                checkpoint.Checkpoint(checkpoint.origin_of(self.pair.shop.party_id, 1), 9, b"\0" * 32), self.key
            )
        )
        receipt["cosignature"] = checkpoint.cosign(other, self.pair.hub.party_id, self.key, 1_800_000_000)
        body = msgspec.json.encode(receipt)
        asked = signing.ReceivedRequest(
            method=passage.method,
            authority="127.0.0.1:7102",
            path=passage.url.removeprefix("http://127.0.0.1:7102"),
            headers={name.lower(): value for name, value in passage.headers.items()},
            body=passage.body,
        )
        headers = signing.sign_response(
            signing.received_question(asked),
            200,
            body,
            "application/json",
            fed_from=self.pair.hub.party_id,
            key=self.key,
            created=int(clock.now().timestamp()),
        )
        return DoorResponse(200, list(headers.items()), body)
