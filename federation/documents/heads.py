"""The head of a party's operations as a note that a hub countersigns, with the time at which it first saw it.

Text: the origin `<party>/operations`, the number of operations from genesis to the head, and the head's hash in
base64. It has the shape of a checkpoint and is countersigned as one is, and says: at this time I first saw the
operation of this hash, in this place. A hub countersigns rivals too; it never says that one of them holds.
"""

import base64
import binascii
import re

import msgspec

from federation import limits
from federation.documents import cosignatures, notes
from federation.documents.cosignatures import Cosignature
from federation.documents.errors import BadSignatureError
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.notes import Note
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PARTY_ID_PATTERN, PartyId

_TEXT = re.compile(rf"({PARTY_ID_PATTERN})/operations\n([1-9]\d{{0,3}})\n([A-Za-z0-9+/]{{43}}=)\n", re.ASCII)


class OperationsHead(msgspec.Struct, frozen=True):
    """Where an operation stands: the party, its number from 1 (the genesis), and its hash in hexadecimal."""

    party_id: PartyId
    number: int
    hash: str

    def text(self) -> str:
        return f"{self.party_id}/operations\n{self.number}\n{base64.b64encode(bytes.fromhex(self.hash)).decode()}\n"


def countersign(head: OperationsHead, hub_id: PartyId, key: SigningKey, first_seen: int) -> bytes:
    """The head as a note with the hub's countersignature at `first_seen` (Unix seconds)."""
    text = head.text()
    return Note(text, (cosignatures.sign(text, hub_id, key, first_seen),)).encode()


def parse(data: bytes) -> tuple[OperationsHead, Note]:
    """Read a head's note; raises RecordInvalidError or TooLargeError. Nothing is verified yet."""
    note = notes.parse(data, bytes_max=limits.CHECKPOINT_BYTES_MAX)
    match = _TEXT.fullmatch(note.text)
    if match is None:
        raise RecordInvalidError("the head of operations has three lines: origin, number, hash")
    try:
        digest = base64.b64decode(match[3], validate=True)
    except binascii.Error as error:
        raise RecordInvalidError("the head's hash is not base64") from error
    head = OperationsHead(PartyId(match[1]), int(match[2]), digest.hex())
    if head.text() != note.text:
        raise RecordInvalidError("the head's base64 has stray bits")
    return head, note


def verify(data: bytes, expected: OperationsHead, hub_id: PartyId, keys: tuple[PublicKey, ...]) -> Cosignature:
    """The hub's countersignature on `expected`; raises BadSignatureError for another head or no good signature."""
    head, note = parse(data)
    if head != expected:
        raise BadSignatureError(f"{hub_id} countersigned another head than the one it was shown")
    for key in keys:
        if (found := cosignatures.newest(note, hub_id, key)) is not None:
            return found
    raise BadSignatureError(f"no key that may sign for {hub_id} has countersigned this head")
