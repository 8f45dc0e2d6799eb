"""Intake: a log grows by rule or not at all, and a bad record never stops it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.documents import json
from federation.documents.errors import BadSignatureError, KeyNotChainedError
from federation.documents.keys import SigningKey
from federation.log import checkpoint, intake, tree
from federation.log.checkpoint import Checkpoint, SignedCheckpoint
from federation.log.errors import ForkDetectedError, LineInvalidError, RootMismatchError, SizeMismatchError
from federation.log.intake import Faulty, Grown, LogState
from federation.log.leaves import build_leaf, leaf_hash, parse_leaf
from federation.log.records import PRODUCT_TYPE, judged, product_key
from federation.log.tree import Range
from federation.vocabulary.errors import GalleriaError, TooLargeError
from federation.vocabulary.ids import PartyId
from tests.federation.log.examples import PRODUCT

SHOP = PartyId("s1" + "a" * 32)
KEY = SigningKey.from_seed(b"s" * 32)
ORIGIN = checkpoint.origin_of(SHOP, 1)
EMPTY = LogState(ORIGIN, Range())


class Shop:
    """A shop's own log in memory: writes lines with the right numbers and previous hashes, signs what it has."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.newest: dict[str, str] = {}

    def put(self, number: int, **changes: Any) -> None:
        product = msgspec.structs.replace(PRODUCT, id=str(number), **changes)
        self.write("put", product_key(product.id), record_type=PRODUCT_TYPE, body=json.encode(product))

    def write(self, operation: Any, key: str, **parts: Any) -> None:
        line = build_leaf(len(self.lines), operation, key, self.newest.get(key), **parts)
        self.lines.append(line)
        self.newest[key] = leaf_hash(line).hex()

    def signed(self, size: int | None = None) -> SignedCheckpoint:
        hashes = [leaf_hash(line) for line in self.lines[:size]]
        return checkpoint.parse(checkpoint.sign(Checkpoint(ORIGIN, len(hashes), tree.root_of(hashes)), KEY))

    def state(self, size: int) -> LogState:
        """A reader's copy of the first `size` lines."""
        return LogState(ORIGIN, Range().extend(leaf_hash(line) for line in self.lines[:size]))

    def quarantined(self, taken: Grown) -> tuple[Faulty, ...]:
        """What a reader of all lines before a batch finds wrong in it."""
        first = taken.tree.size - len(taken.leaves)
        newest = {parse_leaf(line).key: leaf_hash(line).hex() for line in self.lines[:first]}
        return intake.accept(taken.leaves, {leaf.seq: judged(leaf) for leaf in taken.leaves}, newest.get).quarantined


def take(state: LogState, lines: list[bytes], signed: SignedCheckpoint) -> Grown:
    return intake.check_batch(state, state.tree.size, lines, signed, [KEY.public])


@pytest.fixture
def shop() -> Shop:
    """A shop with six leaves: three products, a change, a deletion, a return."""
    made = Shop()
    for number in (1, 2, 3, 1):
        made.put(number)
    made.write("del", "product/2")
    made.put(2)
    return made


def test_a_log_grows_by_batches_to_the_signed_root(shop: Shop) -> None:
    """Taken in two pieces or whole, the copy ends at the shop's own root with nothing quarantined."""
    first = take(EMPTY, shop.lines[:2], shop.signed(2))
    second = take(shop.state(2), shop.lines[2:], shop.signed())
    whole = take(EMPTY, shop.lines, shop.signed())
    assert (first.tree.size, second.tree) == (2, whole.tree)
    assert whole.tree.root() == shop.signed().checkpoint.root
    assert [leaf.line for leaf in whole.leaves] == shop.lines
    assert [shop.quarantined(taken) for taken in (first, second, whole)] == [(), (), ()]


def test_an_empty_batch_confirms_what_is_there(shop: Shop) -> None:
    """A checkpoint of the present size with no lines is taken and changes nothing."""
    assert take(shop.state(6), [], shop.signed()).tree == shop.state(6).tree
    assert take(EMPTY, [], Shop().signed()).leaves == ()


def test_a_batch_from_elsewhere_is_told_our_size(shop: Shop) -> None:
    """A repeat, a gap and an old backup are all answered with the size to continue from."""
    for old_size, lines, size in ((0, shop.lines, 6), (5, shop.lines[5:], 6), (0, shop.lines[:2], 2)):
        with pytest.raises(SizeMismatchError) as caught:
            intake.check_batch(shop.state(4), old_size, lines, shop.signed(size), [KEY.public])
        assert caught.value.expected == 4


def test_two_roots_at_one_size_are_a_fork(shop: Shop) -> None:
    """Whatever lines come along, a different signed root at our size is proof of a second history."""
    other = Shop()
    for _ in shop.lines:
        other.put(9)
    with pytest.raises(ForkDetectedError):
        take(shop.state(6), [], other.signed())
    with pytest.raises(ForkDetectedError):
        intake.check_batch(shop.state(6), 0, other.lines, other.signed(), [KEY.public])


def test_another_history_of_another_size_does_not_fit(shop: Shop) -> None:
    """Lines that end at the signed root only on top of other leaves are not taken."""
    other = Shop()
    for number in range(7):
        other.put(number)
    with pytest.raises(RootMismatchError):
        take(shop.state(6), other.lines[6:], other.signed())


def test_only_the_owners_checkpoint_of_this_log_counts(shop: Shop) -> None:
    """Another key, or another origin, is refused before the lines are read."""
    with pytest.raises(KeyNotChainedError):
        intake.check_batch(EMPTY, 0, shop.lines, shop.signed(), [])
    with pytest.raises(BadSignatureError):
        take(LogState(checkpoint.origin_of(SHOP, 2), Range()), shop.lines, shop.signed())


def test_numbers_run_without_gap_and_lead_to_the_size(shop: Shop) -> None:
    """Left-out, doubled, swapped and missing lines break the batch."""
    lines = shop.lines
    for wrong in (lines[:5], [*lines, lines[5]], [lines[1], lines[0], *lines[2:]], lines[1:], [b"{}", *lines[1:]]):
        with pytest.raises(LineInvalidError):
            take(EMPTY, wrong, shop.signed())


@given(st.data())
def test_no_byte_of_a_batch_can_be_touched(data: st.DataObject) -> None:
    """Whatever byte of whatever line changes, the batch is refused."""
    shop = Shop()
    shop.put(1)
    shop.put(2)
    which = data.draw(st.integers(0, 1))
    line = bytearray(shop.lines[which])
    line[data.draw(st.integers(0, len(line) - 1))] ^= data.draw(st.integers(1, 255))
    lines = [*shop.lines[:which], bytes(line), *shop.lines[which + 1 :]]
    with pytest.raises(GalleriaError):
        take(EMPTY, lines, shop.signed())


def test_a_bad_record_is_history_and_is_not_served(shop: Shop) -> None:
    """A broken product between good ones is taken, named with its faults, and the log goes on after it."""
    shop.write("put", "product/7", record_type=PRODUCT_TYPE, body=b'{"id":"7","id":"7"}')
    shop.put(8, category="unheard-of")
    shop.put(9)
    accepted = take(shop.state(6), shop.lines[6:], shop.signed())
    assert [(item.leaf.key, item.errors[0].code) for item in shop.quarantined(accepted)] == [
        ("product/7", "record-invalid"),
        ("product/8", "unknown"),
    ]
    assert accepted.tree.size == 9


def test_a_leaf_that_misnames_its_predecessor_is_quarantined(shop: Shop) -> None:
    """A wrong `previous`, and a deletion of nothing, are taken as history and never served."""
    shop.newest["product/1"] = "ab" * 32
    shop.put(1)
    shop.put(1)
    shop.write("del", "product/99")
    accepted = take(shop.state(6), shop.lines[6:], shop.signed())
    assert [(item.leaf.seq, item.errors[0].code) for item in shop.quarantined(accepted)] == [
        (6, "previous"),
        (8, "previous"),
    ]


def test_batches_are_bounded() -> None:
    """Neither too many lines nor too many bytes are taken at once."""
    shop = Shop()
    for _ in range(limits.BATCH_OPERATIONS_MAX + 1):
        shop.write("put", "look/1", record_type="fed.look/1", body=b'"' + b"x" * 30_000 + b'"')
    with pytest.raises(TooLargeError, match="lines"):
        take(EMPTY, shop.lines, shop.signed())
    with pytest.raises(TooLargeError, match="bytes"):
        take(EMPTY, shop.lines[:150], shop.signed(150))


def test_growth_between_checkpoints_is_proven(shop: Shop) -> None:
    """A true proof passes; a fork, a shrunken log, another log and a wrong proof are each refused."""
    hashes = [leaf_hash(line) for line in shop.lines]
    old, new = shop.signed(3).checkpoint, shop.signed().checkpoint
    proof = tree.consistency_proof(hashes, 3)
    intake.check_growth(old, new, proof)
    intake.check_growth(old, old, [])
    with pytest.raises(SizeMismatchError):
        intake.check_growth(new, old, proof)
    with pytest.raises(SizeMismatchError):
        intake.check_growth(old, Checkpoint(checkpoint.origin_of(SHOP, 2), 6, new.root), proof)
    with pytest.raises(ForkDetectedError):
        intake.check_growth(old, Checkpoint(ORIGIN, 3, new.root), proof)
    with pytest.raises(RootMismatchError):
        intake.check_growth(old, new, proof[:-1])
