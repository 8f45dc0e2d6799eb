"""Reconciliation of any two sets: what it finds, what it costs, what it refuses."""

import contextlib
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import limits
from federation.recon import session
from federation.recon.items import Item, ItemSet
from federation.recon.session import Asking
from federation.vocabulary.errors import RecordInvalidError, TooLargeError


def name(number: object) -> bytes:
    """A 32-byte id."""
    return hashlib.sha256(str(number).encode()).digest()


FRAME = limits.RECON_FRAME_BYTES_MAX


def run(ours: ItemSet, theirs: ItemSet, frame_bytes_max: int = FRAME) -> tuple[Asking, list[bytes]]:
    """One session until nothing is left to ask, however many rounds; returns the asker and every message."""
    asking, messages = Asking(ours, ids_max=10**6), list[bytes]()
    message: bytes | None = asking.opening()
    while message is not None:
        answer = session.answer(theirs, message, frame_bytes_max)
        assert len(answer) <= frame_bytes_max
        messages += [message, answer]
        message = asking.hear(answer)
        assert len(messages) < 1_000
    return asking, messages


ITEMS = st.sets(st.tuples(st.integers(0, 40), st.integers(0, 60).map(name)), max_size=300)


@settings(max_examples=60, deadline=None)
@given(ours=ITEMS, theirs=ITEMS)
def test_any_two_sets_learn_exactly_their_difference(ours: set[Item], theirs: set[Item]) -> None:
    """Whatever the sets, each side's own ids are found, and the same sets exchange the same bytes again."""
    ours = {(moment, name((moment, item))) for moment, item in ours}
    theirs = {(moment, name((moment, item))) for moment, item in theirs}
    asking, messages = run(ItemSet(ours), ItemSet(theirs))
    assert asking.have == {item for _, item in ours - theirs}
    assert asking.need == {item for _, item in theirs - ours}
    assert run(ItemSet(sorted(ours)), ItemSet(sorted(theirs, reverse=True)))[1] == messages


@settings(max_examples=15, deadline=None)
@given(missing=st.sets(st.integers(0, 3_999), max_size=900), extra=st.integers(0, 600))
def test_small_frames_only_cost_rounds(missing: set[int], extra: int) -> None:
    """With frames far smaller than what is to be said the difference is found all the same."""
    theirs = [(place, name(place)) for place in range(4_000)]
    ours = [item for item in theirs if item[0] not in missing]
    ours += [(place, name(("ours", place))) for place in range(extra)]
    asking, _ = run(ItemSet(ours), ItemSet(theirs), 4_096)
    assert asking.need == {name(place) for place in missing}
    assert asking.have == {name(("ours", place)) for place in range(extra)}


def test_equal_sets_take_one_round_of_some_three_hundred_bytes() -> None:
    """Two copies that agree say so at once, however large they are."""
    items = [(place, name(place)) for place in range(20_000)]
    asking, messages = run(ItemSet(items), ItemSet(items))
    assert len(messages) == 2
    assert messages[1] == b"\x61"
    assert asking.bytes_exchanged < 400


def test_recent_losses_cost_little() -> None:
    """The last hundred of twenty thousand are found for little more than their ids."""
    items = [(place, name(place)) for place in range(20_000)]
    asking, _ = run(ItemSet(items[:-100]), ItemSet(items))
    assert len(asking.need) == 100
    assert asking.bytes_exchanged <= 45 * 100


def test_another_version_is_told_ours() -> None:
    """A message of a later version is answered by the byte of the version we speak, and only by that."""
    assert session.answer(ItemSet([]), b"\x62\x01\x02") == b"\x61"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x41",
        b"\x61\x00\x00",
        b"\x61\x00\x00\x03",
        b"\x61\x00\x00\x01" + bytes(15),
        b"\x61\x00\x00\x02\x02" + bytes(32),
        b"\x61\x00\x00\x02\xff\xff\xff\xff\x7f",
        b"\x61\x80\x05\x00\x00",
        b"\x61" + b"\xff" * 11,
        b"\x61\x83" + b"\xff" * 8 + b"\x7f\x00\x00",
        b"\x61\x05\x21" + bytes(33) + b"\x00",
        b"\x61\x00\x01\x07\x00",
        b"\x61\x00\x00\x00\x01\x00\x00",
        b"\x61\x05\x01\x07\x00\x01\x01\x06\x00",
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    """Broken, overlong, falling and unknown spellings are refused before anything is computed."""
    with pytest.raises(RecordInvalidError):
        session.answer(ItemSet([]), message)


def test_an_overlong_message_is_refused_unread() -> None:
    """A frame has a bound."""
    with pytest.raises(TooLargeError):
        session.answer(ItemSet([]), b"\x61" + bytes(limits.RECON_FRAME_BYTES_MAX))


def test_an_answer_may_not_name_without_end() -> None:
    """A peer that names more differences than we bear ends the session."""
    theirs = ItemSet([(0, name(number)) for number in range(40)])
    asking = Asking(ItemSet([]), ids_max=10)
    with pytest.raises(TooLargeError):
        asking.hear(session.answer(theirs, asking.opening()))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400).map(b"\x61".__add__))
def test_noise_is_answered_or_refused(message: bytes) -> None:
    """Whatever stands in a frame, the answer is a frame or a refusal."""
    items = ItemSet([(place, name(place)) for place in range(100)])
    with contextlib.suppress(RecordInvalidError):
        assert len(session.answer(items, message)) <= FRAME


def test_a_set_holds_each_item_once() -> None:
    """Items twice, of another length or at infinity make no set."""
    for items in ([(1, name(1)), (1, name(1))], [(1, b"short")], [(2**64 - 1, name(1))]):
        with pytest.raises(RecordInvalidError):
            ItemSet(items)
