"""What every adapter does with logs: lines, checkpoints, kept roots, epochs."""

from datetime import timedelta

import msgspec
import pytest

from federation.log.nodes import Node
from federation.records import LogHead, StoredCheckpoint, StoredLeaf
from federation.store import logs
from tests.federation.store.conftest import HUB, NOW, OTHER_SHOP, SHOP

pytestmark = pytest.mark.usefixtures("hub_and_shops")
LATER = NOW + timedelta(minutes=5)
EMPTY = LogHead(HUB, SHOP, 1, 0, b"", b"", NOW)


def line(seq: int, key: str, operation: str = "put") -> StoredLeaf:
    """A line of a log; its bytes say where it stands."""
    return StoredLeaf(seq, key, operation, f"line {seq}".encode(), bytes([seq]) * 32)  # type: ignore[arg-type]


LINES = [line(0, "product/a"), line(1, "product/b"), line(2, "product/a", "del"), line(3, "product/c")]


def at(size: int) -> LogHead:
    """The end of the log at a size."""
    return msgspec.structs.replace(EMPTY, size=size, peaks=b"p" * size, note=f"note {size}".encode(), changed_at=LATER)


async def grown() -> LogHead:
    """A log of four lines, signed after two and after four."""
    await logs.open_log(EMPTY)
    await logs.add_leaves(at(2), LINES[:2])
    await logs.advance(at(2), 100)
    await logs.add_leaves(at(4), LINES[2:])
    await logs.advance(at(4), 50)
    return at(4)


async def test_a_log_begins_once_and_grows() -> None:
    """Opened again nothing happens; its end is the last that was written."""
    await logs.open_log(EMPTY)
    await logs.open_log(at(9))
    assert await logs.head(HUB, SHOP) == EMPTY
    assert await logs.head(HUB, OTHER_SHOP) is None
    head = await grown()
    assert await logs.head(HUB, SHOP, lock=True) == head
    assert await logs.lines(head, 1, 3) == [b"line 1", b"line 2"]
    assert await logs.leaf(head, 3) == LINES[3]
    assert await logs.leaf(head, 4) is None
    assert await logs.seq_of(head, LINES[2].hash) == 2
    assert await logs.seq_of(head, bytes(32)[:31] + b"x") is None


async def test_checkpoints_carry_the_weight_of_all_lines() -> None:
    """Each checkpoint weighs what lies before it; a stretch comes with the one it begins at."""
    head = await grown()
    two, four = StoredCheckpoint(2, 100, b"note 2"), StoredCheckpoint(4, 150, b"note 4")
    assert await logs.checkpoints_after(head, 0, 9) == [two, four]
    assert await logs.checkpoints_after(head, 3, 9) == [two, four]
    assert await logs.checkpoints_after(head, 2, 3) == [two]
    assert await logs.checkpoint_at(head, 4) == b"note 4"
    assert await logs.checkpoint_at(head, 3) is None
    await logs.add_checkpoint(msgspec.structs.replace(at(6), note=b"six"), 1)
    assert (await logs.checkpoints_after(head, 4, 9))[-1] == StoredCheckpoint(6, 151, b"six")


async def test_notes_are_signed_anew() -> None:
    """Replaced notes keep size and weight; the newest one stands with the end of the log too."""
    head = await grown()
    await logs.replace_notes(head, [(2, b"two again")])
    await logs.touch(head, b"four again", NOW)
    assert await logs.checkpoint_at(head, 2) == b"two again"
    known = await logs.head(HUB, SHOP)
    assert known is not None
    assert (known.size, known.note, known.changed_at) == (4, b"four again", NOW)


async def test_the_newest_line_of_a_key_counts() -> None:
    """A key ends in its last line; deletes are lines too, and are not live."""
    head = await grown()
    newest = await logs.newest(head, ["product/a", "product/c", "product/z", "product/a"])
    assert newest == {"product/a": LINES[2], "product/c": LINES[3]}
    assert await logs.newest(head, []) == {}
    assert await logs.live_records(HUB, SHOP, "product/") == 2
    assert await logs.live_records(HUB, SHOP, "media/") == 0
    assert await logs.live_records(HUB, OTHER_SHOP, "") == 0
    assert await logs.live_lines(head, "", 9) == [LINES[1], LINES[3]]
    assert await logs.live_lines(head, "product/b", 9) == [LINES[3]]
    assert await logs.live_lines(head, "", 1) == [LINES[1]]


async def test_roots_are_found_by_their_place() -> None:
    """Leaf hashes stand on level 0, kept roots above; what is not kept is not found."""
    head = await grown()
    await logs.add_nodes(head, [Node(4, 0, b"n" * 32)])
    await logs.add_nodes(head, [])
    assert await logs.nodes(head, [(0, 1), (4, 0), (4, 1), (0, 9)]) == {(0, 1): LINES[1].hash, (4, 0): b"n" * 32}


async def test_an_epoch_ends_and_is_kept() -> None:
    """A later epoch begins empty; the one before stays readable, and says what is not said again."""
    await grown()
    second = LogHead(HUB, SHOP, 2, 0, b"", b"", LATER)
    await logs.begin_epoch(second)
    assert await logs.head(HUB, SHOP) == second
    assert await logs.past_head(HUB, SHOP, 1) == at(4)
    assert await logs.past_head(HUB, SHOP, 2) is None
    assert await logs.lines(at(4), 0, 1) == [b"line 0"]
    assert await logs.lines(second, 0, 9) == []
    opened = msgspec.structs.replace(second, size=1)
    await logs.add_leaves(opened, [line(0, "product/c")])
    assert await logs.unsaid_keys(opened, 1) == ["product/b"]


async def test_copies_are_paged_by_shop() -> None:
    """A hub's copies come by id, beyond the last one seen."""
    await logs.open_log(EMPTY)
    await logs.open_log(LogHead(HUB, OTHER_SHOP, 1, 0, b"", b"", NOW))
    assert [head.party_id for head in await logs.copies(HUB, "", 9)] == [SHOP, OTHER_SHOP]
    assert [head.party_id for head in await logs.copies(HUB, SHOP, 9)] == [OTHER_SHOP]
    assert [head.party_id for head in await logs.copies(HUB, "", 1)] == [SHOP]
