"""Checkpoints and cosignatures: three lines under the owner's name, countersigned with the hub's time."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.documents.cosignatures import Cosignature
from federation.documents.errors import BadSignatureError, KeyNotChainedError
from federation.documents.keys import SigningKey
from federation.documents.notes import Note, sign
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint, SignedCheckpoint
from federation.vocabulary.errors import GalleriaError, RecordInvalidError, TooLargeError
from federation.vocabulary.ids import PartyId

SHOP = PartyId("s1" + "a" * 32)
HUB = PartyId("h1" + "b" * 32)
SHOP_KEY = SigningKey.from_seed(b"s" * 32)
HUB_KEY = SigningKey.from_seed(b"h" * 32)
ORIGIN = checkpoint.origin_of(SHOP, 1)
POINT = Checkpoint(ORIGIN, 5, bytes(range(32)))
NOTE = checkpoint.sign(POINT, SHOP_KEY)


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    """The text is origin, size, root in base64; the signature line is named by the origin."""
    lines = NOTE.decode().split("\n")
    assert lines[:4] == [f"{SHOP}/catalog/1", "5", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4].startswith(f"\u2014 {ORIGIN} ")


def test_a_checkpoint_verifies_under_any_of_the_owners_keys() -> None:
    """During a rotation either key does; a stranger's key does not."""
    signed = checkpoint.parse(NOTE)
    assert checkpoint.verify(signed, ORIGIN, [HUB_KEY.public, SHOP_KEY.public]) == POINT
    with pytest.raises(KeyNotChainedError):
        checkpoint.verify(signed, ORIGIN, [HUB_KEY.public])
    with pytest.raises(KeyNotChainedError):
        checkpoint.verify(signed, ORIGIN, [])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """Another epoch's or another shop's checkpoint does not pass."""
    for origin in (checkpoint.origin_of(SHOP, 2), checkpoint.origin_of(PartyId("s1" + "c" * 32), 1)):
        with pytest.raises(BadSignatureError, match="not of"):
            checkpoint.verify(checkpoint.parse(NOTE), origin, [SHOP_KEY.public])


def test_a_cosignature_carries_the_hubs_time() -> None:
    """The hub's line joins the note, verifies under its key with its time, and leaves the owner's line good."""
    line = checkpoint.cosign(checkpoint.parse(NOTE), HUB, HUB_KEY, 1_795_326_284)
    signed = checkpoint.parse(checkpoint.with_line(NOTE, line))
    found = checkpoint.cosignature(signed, HUB, HUB_KEY.public)
    assert found == Cosignature(HUB, 1_795_326_284, line)
    assert checkpoint.verify(signed, ORIGIN, [SHOP_KEY.public]) == POINT
    assert checkpoint.cosignature(signed, HUB, SHOP_KEY.public) is None
    assert checkpoint.cosignature(checkpoint.parse(NOTE), HUB, HUB_KEY.public) is None


def test_the_newest_of_several_cosignatures_counts() -> None:
    """A hub may countersign the same size again later."""
    note = NOTE
    for moment in (20, 30, 10):
        note = checkpoint.with_line(note, checkpoint.cosign(checkpoint.parse(NOTE), HUB, HUB_KEY, moment))
    found = checkpoint.cosignature(checkpoint.parse(note), HUB, HUB_KEY.public)
    assert found is not None
    assert found.timestamp == 30


def test_a_cosignature_cannot_be_moved_to_another_time_or_checkpoint() -> None:
    """Changing its time, or putting it under another checkpoint, is refused as a wrong signature."""
    line = checkpoint.cosign(checkpoint.parse(NOTE), HUB, HUB_KEY, 10)
    (_, cosigned) = checkpoint.parse(checkpoint.with_line(NOTE, line)).note.signatures
    later = msgspec.structs.replace(cosigned, blob=(11).to_bytes(8, "big") + cosigned.blob[8:])
    other = checkpoint.sign(msgspec.structs.replace(POINT, size=6), SHOP_KEY)
    for note in (checkpoint.with_line(NOTE, later.line()), checkpoint.with_line(other, line)):
        with pytest.raises(BadSignatureError):
            checkpoint.cosignature(checkpoint.parse(note), HUB, HUB_KEY.public)


@given(st.data())
def test_no_byte_can_be_touched(data: st.DataObject) -> None:
    """A checkpoint with any byte changed is refused."""
    touched = bytearray(NOTE)
    touched[data.draw(st.integers(0, len(touched) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(GalleriaError):
        checkpoint.verify(checkpoint.parse(bytes(touched)), ORIGIN, [SHOP_KEY.public])


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n05\n{'A' * 43}=\n",
        f"{ORIGIN}\n-5\n{'A' * 43}=\n",
        f"{ORIGIN}\n5\nAAAA\n",
        f"{ORIGIN}\n5\n{'A' * 42}B=\n",
        f"{ORIGIN}\n5\n***\n",
        f"{ORIGIN}\n5\n{'A' * 43}=\nmore\n",
        f"somewhere\n5\n{'A' * 43}=\n",
        f"{SHOP}/catalog/0\n5\n{'A' * 43}=\n",
    ],
)
def test_another_text_is_no_checkpoint(text: str) -> None:
    """Even truly signed, a text of another form is refused."""
    with pytest.raises(RecordInvalidError):
        checkpoint.parse(Note(text, (sign(text, "somebody", SHOP_KEY),)).encode())


def test_a_note_takes_only_lines_and_only_so_many() -> None:
    """What is added must be a signature line, and the crowd is bounded."""
    with pytest.raises(RecordInvalidError):
        checkpoint.with_line(NOTE, "not a line")
    line = checkpoint.cosign(checkpoint.parse(NOTE), HUB, HUB_KEY, 10)
    with pytest.raises(TooLargeError):
        checkpoint.with_line(NOTE, line * 16)


def test_what_is_parsed_is_what_was_signed() -> None:
    """A checkpoint survives its note."""
    assert checkpoint.parse(NOTE) == SignedCheckpoint(
        POINT, Note(POINT.text(), (sign(POINT.text(), ORIGIN, SHOP_KEY),))
    )
