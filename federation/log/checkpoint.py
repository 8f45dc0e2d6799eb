"""Checkpoints: a log's origin, size and root as a signed note (C2SP tlog-checkpoint), and a hub's cosignature on it.

The signature line of the log is named by the origin, as the format demands; a cosignature by the hub's party id. A
cosignature (C2SP tlog-cosignature, `cosignature/v1`) carries the hub's own time and says: I hold this history and
nothing that contradicts it. Whether that may be said is `intake`'s to judge.
"""

import base64
import binascii
import re
from collections.abc import Iterable

import msgspec

from federation import limits
from federation.documents import cosignatures, notes
from federation.documents.cosignatures import Cosignature
from federation.documents.errors import BadSignatureError, KeyNotChainedError
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.notes import Note
from federation.log.tree import EMPTY_ROOT, HASH_BYTES
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PARTY_ID_PATTERN, PartyId

_ORIGIN = re.compile(rf"({PARTY_ID_PATTERN})/catalog/([1-9]\d{{0,9}})", re.ASCII)
_SIZE = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True):
    """What a log's owner vouches for: the log of `origin` has `size` leaves under `root`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint as received, with the note whose signatures are still to be verified."""

    checkpoint: Checkpoint
    note: Note


def origin_of(party_id: PartyId, epoch: int) -> str:
    """The origin of a party's catalogue log in an epoch (from 1)."""
    return f"{party_id}/catalog/{epoch}"


def epoch_of(checkpoint: Checkpoint) -> int:
    """The epoch that a checkpoint's origin names."""
    return int(checkpoint.origin.rpartition("/")[2])


def sign(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """The checkpoint as a note signed by the log's owner."""
    text = checkpoint.text()
    return Note(text, (notes.sign(text, checkpoint.origin, key),)).encode()


def parse(data: bytes) -> SignedCheckpoint:
    """Read a checkpoint note; raises RecordInvalidError or TooLargeError. Nothing is verified yet."""
    note = notes.parse(data, bytes_max=limits.CHECKPOINT_BYTES_MAX)
    lines = note.text.split("\n")
    if len(lines) != 4 or _ORIGIN.fullmatch(lines[0]) is None or _SIZE.fullmatch(lines[1]) is None:  # noqa: PLR2004
        raise RecordInvalidError("a checkpoint has three lines: origin, size, root")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise RecordInvalidError("the checkpoint's root is not base64") from error
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if len(root) != HASH_BYTES or checkpoint.text() != note.text:
        raise RecordInvalidError("the checkpoint's root is not 32 bytes, or its base64 has stray bits")
    if checkpoint.size == 0 and root != EMPTY_ROOT:
        raise RecordInvalidError("a log of no lines has the SHA-256 of nothing as its root")
    return SignedCheckpoint(checkpoint, note)


def verify(signed: SignedCheckpoint, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """The checkpoint, once one of the owner's `keys` has signed it for `origin`.

    Raises BadSignatureError for another origin or a wrong signature, KeyNotChainedError if no key's line is there.
    """
    if signed.checkpoint.origin != origin:
        raise BadSignatureError(f"the checkpoint is of {signed.checkpoint.origin}, not of {origin}")
    for key in keys:
        if notes.verified(signed.note, origin, key):
            return signed.checkpoint
    raise KeyNotChainedError(f"no key that may sign for {origin} has signed this checkpoint")


def cosign(signed: SignedCheckpoint, name: PartyId, key: SigningKey, timestamp: int) -> str:
    """The cosignature line of `name` on the checkpoint at `timestamp` (Unix seconds)."""
    return cosignatures.sign(signed.note.text, name, key, timestamp).line()


def with_line(data: bytes, line: str) -> bytes:
    """The note with one more signature line; raises RecordInvalidError or TooLargeError if that is no note."""
    joined = data + line.encode()
    parse(joined)
    return joined


def cosignature(signed: SignedCheckpoint, name: PartyId, key: PublicKey) -> Cosignature | None:
    """The newest cosignature of `name` on the checkpoint, or None; raises BadSignatureError for one that is wrong."""
    return cosignatures.newest(signed.note, name, key)
