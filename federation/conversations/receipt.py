"""A receipt: the receiver's signed word that it has an event, kept by the sender as evidence for anyone. Pure.

A receipt is a C2SP signed note whose text is one line of JSON naming who told whom which event under which number, the
SHA-256 of its bytes as they came, and when; signed by a sign key of the receiver under `<receiver>/receipts`. The
same event is answered with the same text, however often it comes.
"""

import hashlib

import msgspec

from federation.conversations.forms import Party, UtcTime, Uuid, Version
from federation.documents import json, notes
from federation.documents.errors import BadSignatureError
from federation.documents.keys import PublicKey, SigningKey
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId

RECEIPT_BYTES_MAX = 2_048


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says: `to` has event `event` of `from_` since `at`."""

    from_: Party = msgspec.field(name="from")
    to: Party
    order: Uuid
    sequence: Version
    event: Uuid
    sha256: str
    at: UtcTime


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an event: its number and a receipt, or `expected`, the number that is missing before it."""

    sequence: Version
    receipt: str = ""
    expected: Version | None = None


def digest(event: bytes) -> str:
    """How a receipt names an event's bytes."""
    return hashlib.sha256(event).hexdigest()


def sign(receipt: Receipt, key: SigningKey) -> str:
    """The receipt as a note; the same receipt and key always give the same text."""
    text = json.encode(receipt).decode() + "\n"
    signature = notes.sign(text, _name(receipt.to), key)
    return notes.Note(text, (signature,)).encode().decode()


def read(note: str, keys: tuple[PublicKey, ...]) -> Receipt:
    """What a receipt says, its signature verified by one of the receiver's `keys`.

    Raises RecordInvalidError for another form, BadSignatureError when none of the keys signed it.
    """
    parsed = notes.parse(note.encode(), bytes_max=RECEIPT_BYTES_MAX)
    receipt = json.decode(parsed.text.encode(), Receipt)
    if not any(notes.verified(parsed, _name(receipt.to), key) for key in keys):
        raise BadSignatureError(f"the receipt is not signed by a key of {receipt.to}")
    return receipt


def check(receipt: Receipt, ends: tuple[PartyId, PartyId], event: tuple[str, int, bytes]) -> None:
    """Refuse a receipt for anything but this event (its id, number and bytes) told by ends[0] to ends[1]."""
    event_id, sequence, data = event
    said = (receipt.from_, receipt.to, receipt.event, receipt.sequence, receipt.sha256)
    if said != (*ends, event_id, sequence, digest(data)):
        raise RecordInvalidError("the receipt is for another event")


def _name(party_id: str) -> str:
    return f"{party_id}/receipts"
