"""Papers that a hub issues to a boutique (statements, invoices) as signed files which anyone can check offline.

The file is one JSON object. `document` is what the hub says, canonical JSON; `signature` is the line of a signed note
(`notes`) over those very bytes and a newline, by a sign key of the hub; `operations` are the hub's own, by which its id
and its keys follow from nothing but this file. What a paper says beyond its face is its kind's to define.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents import identity, json, notes
from federation.documents.errors import BadSignatureError
from federation.documents.identity import IdentityState, Time
from federation.documents.keys import PublicKey, SigningKey, decode_base64url
from federation.documents.times import seconds_of
from federation.vocabulary.ids import PartyId
from federation.vocabulary.zones import UTC_NAME, ZoneName

PAPER_BYTES_MAX = 16 * 1_048_576
"""The most bytes of such a file."""

Name = Annotated[str, msgspec.Meta(max_length=400)]
Operations = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=limits.OPERATIONS_MAX)]


class PaperParty(msgspec.Struct, frozen=True, kw_only=True):
    """Who issued a paper, or for whom it is."""

    id: Annotated[str, msgspec.Meta(max_length=100)]
    name: Name


class PaperFace(msgspec.Struct, frozen=True, kw_only=True):
    """What every paper says of itself: its kind and number, by and for whom, and which period it is about.

    The period ends before `period_end`. Times are in UTC, days and months those of `time_zone` (IANA); papers that do
    not name it count in UTC.
    """

    kind: Annotated[str, msgspec.Meta(max_length=40)]
    number: Annotated[str, msgspec.Meta(max_length=60)]
    hub: PaperParty
    boutique: PaperParty
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    period_start: Time
    period_end: Time
    issued_at: Time
    time_zone: ZoneName = UTC_NAME


class SealedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """The file; nothing in it is verified yet. `document` is held as its very bytes."""

    type: Literal["fed.paper/1"]
    document: msgspec.Raw
    signature: Annotated[str, msgspec.Meta(max_length=limits.CHECKPOINT_BYTES_MAX)]
    operations: Operations

    @property
    def body(self) -> bytes:
        """The document as it was signed."""
        return bytes(self.document)

    @property
    def face(self) -> PaperFace:
        """What it says of itself; raises RecordInvalidError when it is no paper."""
        return json.decode(self.body, PaperFace, bytes_max=PAPER_BYTES_MAX)


def seal(document: bytes, hub_id: PartyId, key: SigningKey, operations: Sequence[str]) -> bytes:
    """The file of a document (one line of canonical JSON), signed by a sign key of the hub."""
    signature = notes.sign(_signed_text(document), hub_id, key)
    paper = SealedPaper(
        type="fed.paper/1",
        document=msgspec.Raw(document),
        signature=signature.line().removesuffix("\n"),
        operations=tuple(operations),
    )
    return json.encode(paper)


def read_paper(content: bytes) -> SealedPaper:
    """Take a file apart; raises RecordInvalidError or TooLargeError. Nothing is verified yet."""
    return json.decode(content, SealedPaper, bytes_max=PAPER_BYTES_MAX)


def check(paper: SealedPaper, hub_id: str = "", operations: Sequence[str] = ()) -> PaperFace:
    """What a paper says of itself, once a key of the hub it names is known to have signed exactly this.

    With `hub_id` it must be that hub. `operations` are the hub's as the reader knows them, for what they say of the end
    of a key. Raises BadSignatureError, or RecordInvalidError for operations that are none.
    """
    face = paper.face
    chains = [_states(chain, face.hub.id) for chain in (paper.operations, operations) if chain]
    if hub_id and hub_id != face.hub.id:
        raise BadSignatureError(f"the paper is of the hub {face.hub.id}, not of {hub_id}")
    text = _signed_text(paper.body)
    note = notes.parse(
        (text + "\n" + paper.signature + "\n").encode(), bytes_max=PAPER_BYTES_MAX + limits.CHECKPOINT_BYTES_MAX
    )
    states = [state for chain in sorted(chains, key=len) for state in chain]
    if not any(notes.verified(note, face.hub.id, key) for key in _keys(states, seconds_of(face.issued_at))):
        raise BadSignatureError(f"no key of {face.hub.id} has signed this paper as it stands here")
    return face


def party_of(operations: Sequence[str]) -> PartyId:
    """Whose operations these are; raises RecordInvalidError for what are none."""
    return identity.states([text.encode() for text in operations])[0].party_id


def _states(operations: Sequence[str], hub_id: str) -> tuple[IdentityState, ...]:
    """The hub's states; raises BadSignatureError when the operations are another's."""
    states = identity.states([text.encode() for text in operations])
    if states[0].party_id != hub_id:
        raise BadSignatureError(f"the paper names the hub {hub_id}, the operations are {states[0].party_id}'s")
    return states


def _signed_text(document: bytes) -> str:
    return document.decode() + "\n"


def _keys(states: Sequence[IdentityState], moment: int) -> tuple[PublicKey, ...]:
    """The keys that the hub ever named for daily use and that had not ended at `moment` by their last word."""
    last = {entry.x: entry for state in states for entry in state.sign_keys.values()}
    counting = [entry for entry in last.values() if entry.not_after is None or moment <= seconds_of(entry.not_after)]
    return tuple(PublicKey(decode_base64url(entry.x)) for entry in counting)
