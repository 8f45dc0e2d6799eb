"""Repair and snapshots, over PostgreSQL and over memory alike: rows as they are, notes, loads, what is due."""

import hashlib
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.conversations.messages import Quarantine
from federation.log.leaves import build_leaf
from federation.log.nodes import Node
from federation.log.tree import root_of
from federation.recon.state import SnapshotLoad, SnapshotMade
from federation.records import Link, LogHead, StoredLeaf
from federation.store import links, logs, parties, repairs, replicas, snapshots
from federation.vocabulary.errors import FieldError
from tests.federation.store.conftest import GENESIS, HUB, NOW, SHOP, hosted, met

KEYS = ("product/b", "product/a", "product/b", "product/C", "product/a")
"""Five leaves over three keys."""


def leaf(seq: int, key: str) -> StoredLeaf:
    """A put as it is kept."""
    line = build_leaf(seq, "put", key, None, record_type="fed.product/1", body=b"{}")
    return StoredLeaf(seq, key, "put", line, hashlib.sha256(b"\0" + line).digest())


LEAVES = [leaf(seq, key) for seq, key in enumerate(KEYS)]
HEAD = LogHead(HUB, SHOP, 1, len(LEAVES), b"", root_of([one.hash for one in LEAVES]), NOW)


@pytest.fixture(autouse=True)
async def copy(store_db: object) -> None:
    """A hub's copy of a shop's five leaves."""
    del store_db
    await parties.add_party(hosted(HUB, "Galleria"), [GENESIS])
    await logs.open_log(HEAD)
    await repairs.put_leaves(HEAD, LEAVES)


async def test_items_are_worked_out_from_lines() -> None:
    """The newest of each key, or all; at the size asked about; an altered line has another id."""
    assert sorted(await repairs.items(HEAD, 5, history=False)) == [(one.seq, one.hash) for one in LEAVES[2:]]
    assert sorted(await repairs.items(HEAD, 3, history=False)) == [(one.seq, one.hash) for one in LEAVES[1:3]]
    assert await repairs.items(HEAD, 4, history=True) == [(one.seq, one.hash) for one in LEAVES[:4]]
    await repairs.put_leaves(HEAD, [msgspec.structs.replace(LEAVES[3], line=LEAVES[3].line + b" ")])
    assert (3, LEAVES[3].hash) not in await repairs.items(HEAD, 5, history=False)


async def test_misfits_are_rows_that_contradict_their_lines() -> None:
    """By hash, key, operation or place, and lines that are gone under a key; hashes kept alone are no misfits."""
    assert await repairs.misfits(HEAD) == []
    replace = msgspec.structs.replace
    await repairs.put_leaves(
        HEAD,
        [
            replace(LEAVES[0], hash=bytes(32)),
            replace(LEAVES[1], key="product/other"),
            replace(LEAVES[2], operation="del"),
            replace(LEAVES[3], line=b""),
            replace(LEAVES[4], seq=9),
        ],
    )
    await repairs.put_hashes(HEAD, [(7, b"h" * 32)])
    assert await repairs.misfits(HEAD) == [0, 1, 2, 3, 9]


async def test_many_leaves_are_added_at_once() -> None:
    """They stand beside those that were there."""
    more = [leaf(5, "product/d"), leaf(6, "product/e")]
    await logs.add_leaves(HEAD, more)
    assert await repairs.leaves_of(HEAD, 7, range(7), []) == [*LEAVES, *more]


async def test_hashes_alone_fill_places_and_are_no_leaves() -> None:
    """Where a line stands it stays; a hash alone is in history and in no key's newest, and has no line to hand out."""
    await repairs.put_hashes(HEAD, [(4, bytes(32)), (5, b"h" * 32)])
    assert dict(await repairs.kept_hashes(HEAD)) == {one.seq: one.hash for one in LEAVES} | {5: b"h" * 32}
    assert (5, b"h" * 32) in await repairs.items(HEAD, 6, history=True)
    assert (5, b"h" * 32) not in await repairs.items(HEAD, 6, history=False)
    assert await repairs.leaves_of(HEAD, 6, [4, 5], [b"h" * 32]) == [LEAVES[4]]
    assert await logs.live_records(HUB, SHOP, "") == 3
    await repairs.drop_beyond(HEAD, 2)
    assert [seq for seq, _ in await repairs.kept_hashes(HEAD)] == [0, 1]


async def test_leaves_are_found_by_place_and_by_hash() -> None:
    """Each once, by place, none beyond the size."""
    assert await repairs.leaves_of(HEAD, 5, [3, 0], [LEAVES[0].hash, LEAVES[1].hash]) == [
        LEAVES[0],
        LEAVES[1],
        LEAVES[3],
    ]
    assert await repairs.leaves_of(HEAD, 3, [3], [LEAVES[4].hash]) == []


async def test_newest_places_go_by_key_in_byte_order() -> None:
    """Capitals come before small letters; what is quarantined is passed over when asked."""
    assert await repairs.newest_places(HEAD, 5) == [("product/C", 3), ("product/a", 4), ("product/b", 2)]
    faults = (FieldError("", "odd", "not for us"),)
    await replicas.add_quarantined(HUB, SHOP, 1, [Quarantine(seq=4, key="product/a", errors=faults)], NOW)
    assert await repairs.newest_places(HEAD, 5, good=True) == [("product/C", 3), ("product/a", 1), ("product/b", 2)]


async def test_nodes_and_end_are_replaced_whole() -> None:
    """What was kept goes, what is given stays."""
    await logs.add_nodes(HEAD, [Node(4, 0, b"a" * 32)])
    await repairs.replace_nodes(HEAD, [Node(4, 1, b"b" * 32)])
    assert await repairs.kept_nodes(HEAD) == {(4, 1): b"b" * 32}
    await repairs.replace_end(msgspec.structs.replace(HEAD, peaks=b"p" * 64, note=b"note"))
    head = await logs.head(HUB, SHOP)
    assert head is not None
    assert (head.peaks, head.note) == (b"p" * 64, b"note")


async def test_a_note_is_empty_at_first_and_kept_whole() -> None:
    """Every field comes back; a hurry moves the next look forward, never back."""
    note = await repairs.note(HUB, SHOP)
    assert (note.repairs, note.next_at) == (0, None)
    note = msgspec.structs.replace(
        note, window_at=NOW, window_bytes=5, window_sessions=2, next_at=NOW + timedelta(hours=1), last_cause="rows",
        last_rounds=3, last_bytes=9, last_records=1, progress_done=1, progress_total=4, repairs=7, looked_at=NOW,
        last_at=NOW,
    )  # fmt: skip
    await repairs.save_note(note)
    assert await repairs.note(HUB, SHOP) == note
    await repairs.hasten(HUB, SHOP, NOW + timedelta(hours=2))
    assert (await repairs.note(HUB, SHOP)).next_at == NOW + timedelta(hours=1)
    await repairs.hasten(HUB, SHOP, NOW)
    assert (await repairs.note(HUB, SHOP)).next_at == NOW


async def test_a_snapshot_is_offered_with_its_chunks() -> None:
    """One snapshot a log, the newest; chunks are found by their hash until they are dropped as old."""
    assert await snapshots.made(HUB, SHOP) is None
    name = hashlib.sha256(b"chunk").digest()
    await snapshots.put_chunk(HEAD, name, b"chunk", NOW)
    await snapshots.put_chunk(HEAD, hashlib.sha256(b"old").digest(), b"old", NOW - timedelta(days=1))
    for size in (4, 5):
        await snapshots.offer(HUB, SHOP, SnapshotMade(1, size, b"manifest", NOW))
    assert await snapshots.made(HUB, SHOP) == SnapshotMade(1, 5, b"manifest", NOW)
    await snapshots.drop_chunks(HUB, SHOP, NOW)
    assert await snapshots.chunk(HUB, SHOP, name) == b"chunk"
    assert await snapshots.chunk(HUB, SHOP, hashlib.sha256(b"old").digest()) is None


async def test_long_logs_want_a_snapshot_and_then_a_newer_one() -> None:
    """None, or one that lacks more than the share allowed; short logs never."""
    assert [head.party_id for head in await snapshots.wanting(5, 10)] == [SHOP]
    assert await snapshots.wanting(6, 10) == []
    await snapshots.offer(HUB, SHOP, SnapshotMade(1, 4, b"manifest", NOW))
    assert await snapshots.wanting(5, 30) == []
    assert [head.party_id for head in await snapshots.wanting(5, 20)] == [SHOP]


async def test_a_load_is_remembered_part_by_part() -> None:
    """It goes on from what was saved; its end forgets the parts."""
    load = SnapshotLoad(HUB, SHOP, b"manifest", NOW)
    await snapshots.save_load(load)
    await snapshots.put_part(load, 1, b"two")
    await snapshots.put_part(load, 0, b"one")
    await snapshots.save_load(msgspec.structs.replace(load, taken=2, bytes_taken=6))
    assert await snapshots.load(HUB, SHOP, lock=True) == SnapshotLoad(HUB, SHOP, b"manifest", NOW, 2, 6)
    assert await snapshots.parts(load) == [b"one", b"two"]
    await snapshots.end_load(HUB, SHOP)
    assert await snapshots.load(HUB, SHOP) is None
    assert await snapshots.parts(load) == []


async def test_only_linked_copies_are_looked_over_in_their_turn() -> None:
    """A live copy that was never looked over is due, once linked; one that is catching up is not."""
    await parties.save_peer(met(SHOP, "Aurora"), ())
    await replicas.open_replica(HUB, SHOP)
    await replicas.set_state(HUB, SHOP, "live")
    assert await repairs.due(NOW, NOW) == []
    await links.save_link(Link(UUID(int=1), HUB, SHOP, "accepted", "accepted", "remote", "", NOW, NOW), None)
    assert await repairs.due(NOW, NOW) == [(HUB, SHOP)]
    await replicas.set_state(HUB, SHOP, "catching_up")
    assert await repairs.due(NOW, NOW) == []
    await replicas.set_state(HUB, SHOP, "snapshotting")
    assert await repairs.due(NOW, NOW) == [(HUB, SHOP)]
