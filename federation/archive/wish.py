"""What passes between a party's new node and its old one when the archive travels over the wire. Pure.

Whoever wants the archive shows that the party wants it: by a ticket that its owner made at the old node, or by a wish
that a key of the party has signed. Either way the new node names the hash of a secret of its own (the claim); with the
secret it then asks how far the archive is, and for its bytes. So a ticket or a wish that somebody else gets hold of
afterwards opens nothing, and neither does what the old node keeps.
"""

import hashlib
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.archive.errors import ExportRefusedError
from federation.archive.form import ARCHIVE_BYTES_MAX
from federation.documents import json, notes
from federation.documents.identity import Hash, IdentityState, Origin, Time
from federation.documents.keys import SigningKey
from federation.documents.times import seconds_of
from federation.vocabulary.ids import PartyId

WISH_BYTES_MAX = 4_096

ArchiveSize = Annotated[int, msgspec.Meta(ge=0, le=ARCHIVE_BYTES_MAX)]
Steps = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class ExportWish(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a signed wish: at `at`, whoever knows the secret of `claim` may have the archive from `address`.

    Signed by a root key or a sign key of the party, the signature line named by the key's thumbprint. `stop` is whether
    the party stops at that node, so that the archive is its last from there.
    """

    format: Literal["fed.export/1"] = "fed.export/1"
    party: PartyId
    address: Origin
    at: Time
    claim: Hash
    stop: bool


class ExportAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of `POST /export`: a `ticket` or a signed `wish`, the `claim`, and the address it will live at.

    Without `stop` nothing is changed or made: the answer says what there is to move.
    """

    claim: Hash
    to: Origin
    stop: bool
    ticket: Annotated[str, msgspec.Meta(max_length=100)] = ""
    wish: Annotated[str, msgspec.Meta(max_length=WISH_BYTES_MAX)] = ""


class ExportState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the archive is: `here` (the party still acts there), `making`, `ready` or `failed`.

    `done` of `whole` steps are made; once it is ready, its length and its SHA-256, by which its bytes are asked for.
    `handle` is how the shop is called in addresses; `media_bytes` about how much the archive will hold, for those who
    look for room first.
    """

    party: PartyId
    name: Annotated[str, msgspec.Meta(max_length=200)]
    handle: Annotated[str, msgspec.Meta(max_length=200)]
    state: Literal["here", "making", "ready", "failed"]
    products: Steps = 0
    orders: Steps = 0
    media_bytes: ArchiveSize = 0
    done: Steps = 0
    whole: Steps = 0
    size_bytes: ArchiveSize = 0
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?(?!\n)$")] = ""
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


def claim_of(secret: str) -> str:
    """The hash by which a secret is known to others."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_wish(wish: ExportWish, key: SigningKey) -> str:
    """The wish as a signed note."""
    text = json.encode(wish).decode() + "\n"
    return notes.Note(text, (notes.sign(text, key.public.keyid, key),)).encode().decode()


def check_wish(asked: ExportAsked, address: str, state: IdentityState, now: int) -> None:
    """Refuse a wish that is not the party's, not for this node, not of now (Unix seconds), or of other words.

    Raises RecordInvalidError for another form, BadSignatureError, ExportRefusedError.
    """
    note = notes.parse(asked.wish.encode(), bytes_max=WISH_BYTES_MAX)
    wish = json.decode(note.text.encode(), ExportWish, bytes_max=WISH_BYTES_MAX)
    if (wish.party, wish.address) != (state.party_id, address):
        raise ExportRefusedError("the wish is about another party, or meant for another node")
    if (wish.claim, wish.stop) != (asked.claim, asked.stop):
        raise ExportRefusedError("the wish says something else than what is asked")
    if not now - limits.CLOCK_BEHIND_SECONDS_MAX <= seconds_of(wish.at) <= now + limits.CLOCK_AHEAD_SECONDS_MAX:
        raise ExportRefusedError("the wish is too old, or from a clock that is ahead: sign it anew")
    daily = (state.sign_key(keyid, now) for keyid in state.sign_keys)
    keys = (*state.root_keys, *(key for key in daily if key is not None))
    if not any(notes.verified(note, key.keyid, key) for key in keys):
        raise ExportRefusedError("no key of the party has signed the wish")
