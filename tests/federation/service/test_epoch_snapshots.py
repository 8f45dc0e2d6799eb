"""Snapshots of a later epoch: loaded by hubs old and new if they begin as a root key's word says, and not otherwise."""

import pytest

from federation.documents import identity, json
from federation.documents.keys import SigningKey
from federation.errors import PeerMismatchError
from federation.log.leaves import build_leaf, parse_leaf
from federation.log.records import EPOCH_KEY, EPOCH_TYPE, EpochOpening
from federation.log.tree import Range
from federation.node import clock
from federation.node.database import atomic
from federation.service import bootstrap, catalogue, epochs, parties, pull, replicas, snapshots
from federation.service.catalogue import Change
from federation.store import logs
from tests.federation.goods import gone, product
from tests.federation.memory_nodes import memory_pair
from tests.federation.nodes import Node, Pair
from tests.federation.several import copy_of, open_epoch

COUNT = 30
CUT = snapshots.Cut(lines_max=8, hashes_max=10)


@pytest.fixture
async def pair() -> Pair:
    """A shop with COUNT products and a hub that does not know it, and takes long gaps from snapshots."""
    pair = await memory_pair()
    pair.hub.fed.log_gap_max = COUNT // 2
    await publish(pair.shop, *(product(number) for number in range(COUNT)))
    return pair


async def publish(shop: Node, *changes: Change) -> None:
    """Append to the shop's log."""
    with shop.here():
        async with atomic():
            await catalogue.append(shop.party_id, changes, clock.now())


async def offered(shop: Node) -> bool:
    """Whether the shop can offer a snapshot of its log as it is now."""
    with shop.here():
        return await snapshots.make(shop.party_id, shop.party_id, clock.now(), cut=CUT)


def logs_read(pair: Pair, epoch: int) -> list[str]:
    """What was asked of the lines of an epoch."""
    return [passage.url for passage in pair.way.passages if f"/log/{epoch}?" in passage.url]


async def standing(pair: Pair) -> tuple[str, int]:
    """The copy's state and size."""
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    return view.state, view.size


async def test_a_hub_follows_into_an_epoch_by_its_snapshot(pair: Pair) -> None:
    """A boutique begins anew from an old backup: its hub loads the new epoch, and lists what that says and no more."""
    pair.hub.fed.log_gap_max = 10 * COUNT
    await pair.link()
    assert await standing(pair) == ("live", COUNT)
    pair.hub.fed.log_gap_max = COUNT // 2
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair.shop, gone(3), product(4, title={"en": "Another"}), product(COUNT))
    await open_epoch(pair.shop)
    assert await offered(pair.shop)
    with pair.hub.here() as fed:
        await pull.pull(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
    await pair.settle()
    assert await standing(pair) == ("live", COUNT + 1)
    assert logs_read(pair, 2) == []
    head = await copy_of(pair.hub, pair.shop)
    assert head.note.startswith(f"{pair.shop.party_id}/catalog/2\n".encode())
    assert pair.hub.party_id.encode() in head.note
    served = {f"product/p{number}" for number in range(COUNT + 1) if number != 3}
    assert {key for key in pair.hub.hub_desk.records if key.startswith("product/")} == served
    assert b"Another" in pair.hub.hub_desk.records["product/p4"].body
    with pair.hub.here():
        first = await logs.leaf(head, 0)
    assert first is not None
    assert first.key == EPOCH_KEY
    pair.way.lose_requests = 0
    await publish(pair.shop, product(1_000))
    await pair.shop.drain_later()
    await pair.settle()
    assert "product/p1000" in pair.hub.hub_desk.records


async def test_a_new_hub_meets_a_later_epoch_by_its_snapshot(pair: Pair) -> None:
    """First contact with a boutique that has begun anew once: chunks, not batches."""
    await open_epoch(pair.shop)
    assert await offered(pair.shop)
    await pair.link()
    assert await standing(pair) == ("live", COUNT + 1)
    assert logs_read(pair, 2) == []
    assert len(pair.hub.hub_desk.records) == COUNT + 1


async def test_a_hub_offers_a_later_epoch_too(pair: Pair) -> None:
    """A copy that came as a snapshot is whole enough for one of its own."""
    await open_epoch(pair.shop)
    assert await offered(pair.shop)
    await pair.link()
    with pair.hub.here():
        assert await snapshots.make(pair.hub.party_id, pair.shop.party_id, clock.now(), cut=CUT)


async def begin_wrongly(shop: Node, opening: bytes) -> None:
    """Let the shop begin the epoch that its root key names with another first line."""
    with shop.here():
        signed = identity.sign_operation(
            await epochs.epoch_operation(shop.party_id, clock.now()), SigningKey.from_seed(shop.root_seed)
        )
        async with atomic():
            known = await parties.record_operation(shop.party_id, signed, clock.now())
            hosted = await parties.party(shop.party_id)
            fresh = catalogue.signed_head(hosted, known.epoch, Range(), clock.now())
            await logs.begin_epoch(fresh)
            await logs.add_checkpoint(fresh, 0)
            lines = [build_leaf(0, "put", EPOCH_KEY, None, record_type=EPOCH_TYPE, body=opening)] + [
                build_leaf(number, "put", made.key, None, record_type=made.type, body=made.body)
                for number, made in ((number, product(number)) for number in range(1, COUNT))
            ]
            await catalogue.extend(hosted, fresh, [parse_leaf(line) for line in lines], clock.now())


async def test_an_epoch_that_begins_otherwise_is_refused(pair: Pair) -> None:
    """A first line that does not name what the root key named lists nothing, by snapshot as by the log."""
    await begin_wrongly(pair.shop, json.encode(EpochOpening(follows="another checkpoint", restated=COUNT - 1)))
    assert await offered(pair.shop)
    await pair.link()
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
        for _ in range(bootstrap.FAILURES_MAX):
            with pytest.raises(PeerMismatchError, match="does not name the checkpoint"):
                while await bootstrap.go_on(fed, ends, clock.now()):
                    pass
    assert pair.hub.hub_desk.records == {}
    assert (await standing(pair))[1] == 0


async def test_an_epoch_that_was_named_again_is_read_as_lines(pair: Pair) -> None:
    """The newest line of every key would not hold the first line, so no snapshot is offered; the log is there."""
    await open_epoch(pair.shop)
    again = json.encode(EpochOpening(follows="said again", restated=0))
    await publish(pair.shop, Change("put", EPOCH_KEY, EPOCH_TYPE, again))
    assert not await offered(pair.shop)
    await pair.link()
    await pair.settle()
    assert (await standing(pair))[1] == COUNT + 2
    assert logs_read(pair, 2)
