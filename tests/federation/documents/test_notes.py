"""Signed notes: a published note, exact reading back, and refusal of every touched byte."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.documents import notes
from federation.documents.errors import BadSignatureError
from federation.documents.keys import PublicKey, SigningKey
from federation.vocabulary.errors import GalleriaError, RecordInvalidError, TooLargeError

PUBLISHED = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
PUBLISHED_KEY = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

KEY = SigningKey.from_seed(b"k" * 32)
OTHER = SigningKey.from_seed(b"o" * 32)
TEXT = "first\n\nsecond\n"


def test_a_published_note_verifies() -> None:
    """The note printed in the format's own documentation verifies under its key and name."""
    key = PublicKey.from_raw(base64.b64decode(PUBLISHED_KEY)[1:])
    note = notes.parse(PUBLISHED)
    assert notes.verified(note, "PeterNeumann", key)
    assert note.encode() == PUBLISHED


def test_a_note_reads_back_with_all_its_signatures() -> None:
    """Text with empty lines and several signers survives, and each signer is found by name and key."""
    note = notes.Note(TEXT, (notes.sign(TEXT, "a", KEY), notes.sign(TEXT, "b", OTHER)))
    again = notes.parse(note.encode())
    assert again == note
    assert notes.verified(again, "a", KEY.public)
    assert notes.verified(again, "b", OTHER.public)
    assert not notes.verified(again, "a", OTHER.public)
    assert not notes.verified(again, "c", KEY.public)


def test_a_wrong_line_of_a_known_key_is_refused() -> None:
    """A line that claims a key and does not verify is an attack, not an unknown signer."""
    signature = notes.sign("other\n", "a", KEY)
    with pytest.raises(BadSignatureError):
        notes.verified(notes.Note(TEXT, (signature,)), "a", KEY.public)


@given(st.data())
def test_any_touched_byte_is_noticed(data: st.DataObject) -> None:
    """A note with one byte changed is refused, or no longer carries the signature, or reads as the same note."""
    whole = notes.Note(TEXT, (notes.sign(TEXT, "a", KEY),)).encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    touched = bytearray(whole)
    touched[place] ^= data.draw(st.integers(1, 255))
    try:
        note = notes.parse(bytes(touched))
        assert not notes.verified(note, "a", KEY.public)
    except GalleriaError:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        "text\n— a AAAAAAA=\n".encode(),
        "text\n\n— a AAAAAAA=".encode(),
        "text\n\n— a AAAAAA==\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        "text\n\n— a A\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n—  AAAAAAA=\n".encode(),
        "te\rxt\n\n— a AAAAAAA=\n".encode(),
        "text\n\n— a AAAAAAA=\nmore\n".encode(),
        b"\xff\n\n",
    ],
)
def test_another_form_is_refused(data: bytes) -> None:
    """Whatever is not text, an empty line and signature lines is no note."""
    with pytest.raises(RecordInvalidError):
        notes.parse(data)


def test_size_and_signers_are_bounded() -> None:
    """Neither a huge note nor a crowd of signers is read."""
    with pytest.raises(TooLargeError):
        notes.parse(b"x" * 101, bytes_max=100)
    with pytest.raises(TooLargeError):
        notes.parse(("text\n\n" + "— a AAAAAAA=\n" * 17).encode())


@pytest.mark.parametrize(
    ("text", "name"), [("no newline", "a"), ("tab\there\n", "a"), ("text\n", "a b"), ("text\n", "")]
)
def test_nothing_malformed_is_signed(text: str, name: str) -> None:
    """The signer refuses what a reader would."""
    with pytest.raises(RecordInvalidError):
        notes.sign(text, name, KEY)
