"""Countersignatures on notes (C2SP tlog-cosignature, `cosignature/v1`): another party's word, with its own time.

A line holds, after the key hash, eight bytes of Unix seconds (big endian) and an Ed25519 signature over
`cosignature/v1`, a line `time <seconds>`, and the note's text. What the word means is said by what is countersigned.
"""

import msgspec

from federation.documents import notes
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SIGNATURE_BYTES, PublicKey, SigningKey
from federation.documents.notes import COSIGNATURE_V1, Note, NoteSignature

_TIMESTAMP_BYTES = 8


class Cosignature(msgspec.Struct, frozen=True):
    """A verified cosignature: who, when by the cosigner's clock (Unix seconds), and its line in a note."""

    name: str
    timestamp: int
    line: str


def sign(text: str, name: str, key: SigningKey, timestamp: int) -> NoteSignature:
    """The cosignature line of `name` over a note's `text` at `timestamp` (Unix seconds)."""
    blob = timestamp.to_bytes(_TIMESTAMP_BYTES, "big") + key.sign(_message(text, timestamp))
    return NoteSignature(name, notes.key_hash(name, COSIGNATURE_V1, key.public), blob)


def newest(note: Note, name: str, key: PublicKey) -> Cosignature | None:
    """The newest cosignature of `name` by `key` on the note, or None; raises BadSignatureError for a wrong one."""
    wanted = notes.key_hash(name, COSIGNATURE_V1, key)
    found: list[Cosignature] = []
    for item in note.signatures:
        if item.name == name and item.key_hash == wanted:
            timestamp = int.from_bytes(item.blob[:_TIMESTAMP_BYTES], "big")
            signature = item.blob[_TIMESTAMP_BYTES:]
            if len(signature) != SIGNATURE_BYTES or not key.verify(signature, _message(note.text, timestamp)):
                raise BadSignatureError(f"the cosignature of {name} does not verify")
            found.append(Cosignature(name, timestamp, item.line()))
    return max(found, key=lambda item: item.timestamp, default=None)


def first_said(note: Note, name: str) -> int | None:
    """The earliest time in the cosignature lines of `name`, unverified: for notes that this party made itself."""
    times = [int.from_bytes(item.blob[:_TIMESTAMP_BYTES], "big") for item in note.signatures if item.name == name]
    return min(times, default=None)


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
