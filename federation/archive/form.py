"""What an archive says of itself: the signed manifest, the names of its members, and how large each may be.

An archive is a zip file. `manifest.note` is a signed note by a sign key of the party: one line of JSON that names every
member with its SHA-256, but for pictures, which bear theirs as their name and are listed in `media/index.jsonl`. So
whoever holds the party's operations can tell whether anything was changed, left out or put in.
"""

import re
from typing import Annotated, Literal

import msgspec

from federation.archive.errors import ArchiveRefusedError
from federation.documents import json, notes
from federation.documents.errors import BadSignatureError
from federation.documents.identity import Hash, IdentityState, Time
from federation.documents.keys import SigningKey
from federation.documents.times import seconds_of
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId, is_party_id

MANIFEST = "manifest.note"
PARTY = "identity/party.json"
OPERATIONS = "identity/operations.jsonl"
SEALED_KEY = "identity/sign-key.sealed.json"
MEDIA_INDEX = "media/index.jsonl"
MEDIA_PREFIX = "media/"

MANIFEST_BYTES_MAX = 1_048_576
MEMBERS_MAX = 500
LINE_BYTES_MAX = 64 * 1_048_576
"""A line may hold a whole imported file."""
MEMBER_BYTES_MAX = 4 * 2**30
MEDIA_COUNT_MAX = 500_000
MEDIA_BYTES_MAX = 10 * 1_048_576
ARCHIVE_BYTES_MAX = 64 * 2**30

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*(\.[a-z]+)*", re.ASCII)
_PICTURE = re.compile(r"media/[0-9a-f]{64}", re.ASCII)

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file inside; `lines` counts its newlines."""

    name: Annotated[str, msgspec.Meta(max_length=200)]
    sha256: Hash
    size_bytes: Count
    lines: Count


class LogEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Where the catalogue log of an epoch ends, and the root of its tree there."""

    epoch: Annotated[int, msgspec.Meta(ge=1)]
    size: Count
    root: Hash


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive holds. `is_final`: the node that made it has stopped acting for the party."""

    format: Literal["fed.archive/1"] = "fed.archive/1"
    party: PartyId
    kind: Literal["shop", "hub"]
    name: Annotated[str, msgspec.Meta(max_length=200)]
    address: Annotated[str, msgspec.Meta(max_length=300)]
    made_at: Time
    head: Hash
    logs: tuple[LogEnd, ...]
    vseq: Count
    is_final: bool
    media_count: Annotated[int, msgspec.Meta(ge=0, le=MEDIA_COUNT_MAX)]
    media_bytes: Count
    members: Annotated[tuple[Member, ...], msgspec.Meta(max_length=MEMBERS_MAX)]

    def member(self, name: str) -> Member:
        """The member of that name; raises ArchiveRefusedError without one."""
        for item in self.members:
            if item.name == name:
                return item
        raise ArchiveRefusedError("it is missing", member=name)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the media index: a picture lies in `media/<sha256>`."""

    sha256: Hash
    media_type: Annotated[str, msgspec.Meta(max_length=100)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=MEDIA_BYTES_MAX)]

    @property
    def name(self) -> str:
        """The member that holds its bytes."""
        return f"{MEDIA_PREFIX}{self.sha256}"


def sign_manifest(manifest: Manifest, key: SigningKey) -> bytes:
    """The manifest as a note signed by the party's sign key, named by the party."""
    text = json.encode(manifest).decode() + "\n"
    return notes.Note(text, (notes.sign(text, manifest.party, key),)).encode()


def read_manifest(data: bytes) -> tuple[Manifest, notes.Note]:
    """The manifest and its note, not verified yet. Raises ArchiveRefusedError."""
    try:
        note = notes.parse(data, bytes_max=MANIFEST_BYTES_MAX)
        manifest = json.decode(note.text.encode(), Manifest, bytes_max=MANIFEST_BYTES_MAX)
    except GalleriaError as error:
        raise ArchiveRefusedError(
            f"it cannot be read ({error.detail}); was the archive made by a newer program?", member=MANIFEST
        ) from error
    names = [item.name for item in manifest.members]
    odd = [name for name in names if not may_be_named(name) or name == MANIFEST]
    if odd or len(set(names)) != len(names) or not is_party_id(manifest.party):
        raise ArchiveRefusedError(
            f"it names what no archive holds: {', '.join(odd[:3]) or manifest.party}", member=MANIFEST
        )
    too_large = [item.name for item in manifest.members if item.size_bytes > MEMBER_BYTES_MAX]
    if too_large or manifest.media_bytes + sum(item.size_bytes for item in manifest.members) > ARCHIVE_BYTES_MAX:
        raise ArchiveRefusedError("it promises more than an archive may hold", member=MANIFEST)
    return manifest, note


def check_signature(manifest: Manifest, note: notes.Note, state: IdentityState) -> None:
    """Refuse a manifest that no sign key of the party signed while it was one. Raises ArchiveRefusedError."""
    moment = seconds_of(manifest.made_at)
    if state.party_id != manifest.party or state.head != manifest.head:
        raise ArchiveRefusedError("the operations are not those that the manifest speaks of", member=OPERATIONS)
    try:
        signed = any(
            notes.verified(note, manifest.party, key)
            for keyid in state.sign_keys
            if (key := state.sign_key(keyid, moment)) is not None
        )
    except BadSignatureError as error:
        raise ArchiveRefusedError("its signature does not verify: it was changed", member=MANIFEST) from error
    if not signed:
        raise ArchiveRefusedError("no key of the party has signed it", member=MANIFEST)


def may_be_named(name: str) -> bool:
    """Whether a member may bear this name: no way out of the archive, nothing hidden."""
    return _NAME.fullmatch(name) is not None


def is_picture(name: str) -> bool:
    """Whether a member is a picture, named by its SHA-256."""
    return _PICTURE.fullmatch(name) is not None
