"""Signed notes (C2SP signed-note): the form of everything signed to last, checkpoints and identity operations alike.

A note is text ending in a newline, an empty line, and one signature line per signer: an em dash, a name, and base64
of a 4-byte key hash with the signature. The signature covers the text including its last newline. Lines that do
not verify under a known key are ignored, as the format demands; a line of a known key that fails is refused.
"""

import base64
import binascii
import hashlib
import re

import msgspec

from federation import limits
from federation.documents.errors import BadSignatureError
from federation.documents.keys import PublicKey, SigningKey
from federation.vocabulary.errors import RecordInvalidError, TooLargeError

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
KEY_HASH_BYTES = 4

_NAME = re.compile(r"[^\s+\x00-\x1f]{1,256}")
_SIGNATURE_LINE = re.compile("\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_BREAK = "\n\n\u2014 "


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line: the signer's `name`, its 4-byte `key_hash`, and what follows it in the base64."""

    name: str
    key_hash: bytes
    blob: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"\u2014 {self.name} {base64.b64encode(self.key_hash + self.blob).decode()}\n"


class Note(msgspec.Struct, frozen=True):
    """A note's signed `text` (ending in a newline) and its signature lines, none of them verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()


def key_hash(name: str, algorithm: int, key: PublicKey) -> bytes:
    """What a signature line calls a key: SHA-256 of name, newline, algorithm byte and key, its first four bytes."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + key.raw).digest()[:KEY_HASH_BYTES]


def sign(text: str, name: str, key: SigningKey) -> NoteSignature:
    """An Ed25519 signature line of `key`, called `name`, over `text`."""
    _check_text(text)
    if _NAME.fullmatch(name) is None:
        raise RecordInvalidError(f"{name!r} cannot name a signer: no white space, no plus sign")
    return NoteSignature(name, key_hash(name, ED25519, key.public), key.sign(text.encode()))


def parse(data: bytes, *, bytes_max: int = limits.CHECKPOINT_BYTES_MAX) -> Note:
    """Take a note apart; raises RecordInvalidError for another form, TooLargeError beyond a bound."""
    if len(data) > bytes_max:
        raise TooLargeError(f"the note has {len(data)} bytes, at most {bytes_max} are read")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordInvalidError("the note is not UTF-8") from error
    text, found, lines = whole.rpartition(_BREAK)
    if not found or not lines.endswith("\n"):
        raise RecordInvalidError("the note has no signature lines after an empty line")
    _check_text(text + "\n")
    signature_lines = ("\u2014 " + lines[:-1]).split("\n")
    if len(signature_lines) > limits.CHECKPOINT_SIGNATURES_MAX:
        raise TooLargeError(f"the note has more than {limits.CHECKPOINT_SIGNATURES_MAX} signature lines")
    return Note(text + "\n", tuple(_parse_line(line) for line in signature_lines))


def verified(note: Note, name: str, key: PublicKey) -> bool:
    """Whether the note carries a signature of `key` under `name`; False when it has none.

    Raises BadSignatureError when a line claims this key and does not verify.
    """
    wanted = key_hash(name, ED25519, key)
    claims = [item for item in note.signatures if item.name == name and item.key_hash == wanted]
    for claim in claims:
        if not key.verify(claim.blob, note.text.encode()):
            raise BadSignatureError(f"the note's signature line of {name} does not verify")
    return bool(claims)


def _parse_line(line: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None or _NAME.fullmatch(match[1]) is None:
        raise RecordInvalidError(f"{line[:80]!r} is not a signature line")
    try:
        blob = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise RecordInvalidError(f"{line[:80]!r} does not end in base64") from error
    if len(blob) <= KEY_HASH_BYTES or base64.b64encode(blob).decode() != match[2]:
        raise RecordInvalidError(f"{line[:80]!r} is no signature: too short, or its base64 has stray bits")
    return NoteSignature(match[1], blob[:KEY_HASH_BYTES], blob[KEY_HASH_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(ord(character) < ord(" ") and character != "\n" for character in text):
        raise RecordInvalidError("a note's text ends in a newline and has no other control characters")
