"""Who a party is: its operations, each signed by a root key and naming the one before, and the state they fold to.

The party id is the hash of the first operation, so it outlives every domain, host and key. Each operation is a
signed note whose text is one line of JSON; the note's signature lines carry root thumbprints as names. Sign keys
work daily and never change the identity; root keys do nothing else. The order of root keys is their priority; which
of two competing operations holds is `rivals`' to say. Times inside operations prove nothing, and nothing here
decides by them except `not_after` of a sign key.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents import json, notes
from federation.documents.errors import OperationRefusedError
from federation.documents.keys import PublicKey, SigningKey, decode_base64url, encode_base64url
from federation.documents.times import TIME_PATTERN, seconds_of
from federation.vocabulary.ids import PartyId

PartyKind = Literal["shop", "hub"]
OperationType = Literal["genesis", "rotate", "move", "retire", "fork_resolve"]
KeyText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}(?!\n)$")]
Time = Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
Origin = Annotated[str, msgspec.Meta(max_length=300, pattern=r"^(https?://[a-z0-9.:\[\]-]+)?(?!\n)$")]

_PREFIX: dict[PartyKind, str] = {"shop": "s1", "hub": "h1"}
_ID_CHARACTERS = 32


class SignKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key for daily use, as base64url of its 32 bytes; after `not_after` nothing it signs is taken."""

    x: KeyText
    not_after: Time | None = None


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of an identity. Which fields must be set follows from `type`; `address` is a scheme and authority."""

    type: OperationType
    at: Time
    previous: Hash | None = None
    kind: PartyKind | None = None
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    root_keys: Annotated[tuple[KeyText, ...], msgspec.Meta(max_length=limits.ROOT_KEYS_MAX)] = ()
    sign_keys: Annotated[tuple[SignKey, ...], msgspec.Meta(max_length=limits.SIGN_KEYS_MAX)] = ()
    address: Origin = ""
    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)] | None = None
    checkpoint: Annotated[str, msgspec.Meta(max_length=limits.CHECKPOINT_BYTES_MAX)] = ""


class IdentityState(msgspec.Struct, frozen=True, kw_only=True):
    """What a party's operations add up to. `head` is the hash that the next operation names as `previous`.

    `opening` is the checkpoint that the last fork_resolve named as the end of the epoch before.
    """

    party_id: PartyId
    kind: PartyKind
    head: str
    root_keys: tuple[PublicKey, ...]
    sign_keys: dict[str, SignKey]
    address: str
    epoch: int = 1
    opening: str = ""
    retired: bool = False

    def sign_key(self, keyid: str, now: int) -> PublicKey | None:
        """The key of this thumbprint if it may sign at `now` (Unix seconds), else None."""
        entry = self.sign_keys.get(keyid)
        if entry is None or (entry.not_after is not None and now > seconds_of(entry.not_after)):
            return None
        return PublicKey(decode_base64url(entry.x))


class OperationsDocument(msgspec.Struct, frozen=True):
    """Signed notes of one identity as they travel, oldest first: `GET {endpoint}/operations` and when told unasked."""

    operations: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=limits.OPERATIONS_MAX)]


class OperationSight(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader says of one operation it knows: its `number` from 1 and when it first saw it.

    `holds` is whether it is part of the chain that holds, `countersigned` a hub's note on it (`heads`), `operation`
    the note itself where it is asked for.
    """

    hash: Hash
    number: Annotated[int, msgspec.Meta(ge=1, le=limits.OPERATIONS_MAX)]
    first_seen: Time
    holds: bool
    countersigned: Annotated[str, msgspec.Meta(max_length=limits.CHECKPOINT_BYTES_MAX)] = ""
    operation: Annotated[str, msgspec.Meta(max_length=limits.OPERATION_BYTES_MAX)] = ""


class SightsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader knows of a party's operations; `next` numbers the first one of the next page, null at the end."""

    party_id: str
    operations: Annotated[tuple[OperationSight, ...], msgspec.Meta(max_length=limits.OPERATIONS_SEEN_MAX)]
    contested_until: Time | None = None
    next: int | None = None


class SeenOperation(msgspec.Struct, frozen=True):
    """An operation's bytes and the Unix second at which this reader first saw it."""

    data: bytes
    first_seen: int


class SignedOperation(msgspec.Struct, frozen=True):
    """An operation as read: its note, not verified yet, and the hash that what follows names as `previous`."""

    operation: Operation
    note: notes.Note
    hash: str
    data: bytes
    first_seen: int = 0


def genesis(
    kind: PartyKind,
    root: SigningKey,
    *,
    sign_keys: Sequence[PublicKey],
    at: str,
    name: str = "",
    address: str = "",
    further_roots: Sequence[PublicKey] = (),
) -> bytes:
    """The first operation of a new party, signed by its highest root key; `fold` of it gives the party id."""
    operation = Operation(
        type="genesis",
        at=at,
        kind=kind,
        name=name,
        root_keys=tuple(encode_base64url(key.raw) for key in (root.public, *further_roots)),
        sign_keys=tuple(SignKey(x=encode_base64url(key.raw)) for key in sign_keys),
        address=address,
    )
    return sign_operation(operation, root)


def sign_operation(operation: Operation, root: SigningKey) -> bytes:
    """The operation as a signed note, ready to publish; `fold` judges whether it fits."""
    text = json.encode(operation).decode() + "\n"
    return notes.Note(text, (notes.sign(text, root.public.keyid, root),)).encode()


def party_id_of(genesis_bytes: bytes) -> PartyId:
    """The id that a genesis operation gives; raises OperationRefusedError for anything else."""
    return begin(read_operation(genesis_bytes)).party_id


def fold(operations: Sequence[bytes]) -> IdentityState:
    """The state after a straight chain of operations, each verified against the one before.

    Raises OperationRefusedError naming the operation (counted from 0) that does not follow.
    """
    return states(operations)[-1]


def states(operations: Sequence[bytes]) -> tuple[IdentityState, ...]:
    """The state after each operation of a straight chain; raises as `fold` does."""
    if not 1 <= len(operations) <= limits.OPERATIONS_MAX:
        raise OperationRefusedError(f"an identity has 1 to {limits.OPERATIONS_MAX} operations, not {len(operations)}")
    found = [begin(read_operation(operations[0]))]
    for number, data in enumerate(operations[1:], start=1):
        signed = read_operation(data)
        if signing_root(found[-1], signed) is None:
            raise OperationRefusedError(f"operation {number} is not signed by a root key of the state before it")
        found.append(follow(found[-1], signed))
    return tuple(found)


def read_operation(data: bytes, first_seen: int = 0) -> SignedOperation:
    """Take an operation apart; raises RecordInvalidError or TooLargeError. No signature is verified yet."""
    note = notes.parse(data, bytes_max=limits.OPERATION_BYTES_MAX)
    line = note.text.removesuffix("\n")
    if "\n" in line:
        raise OperationRefusedError("an operation is one line of JSON")
    operation = json.decode(line.encode(), Operation, bytes_max=limits.OPERATION_BYTES_MAX)
    return SignedOperation(operation, note, hashlib.sha256(note.text.encode()).hexdigest(), data, first_seen)


def begin(signed: SignedOperation) -> IdentityState:
    """The state after a genesis, signed by one of its own roots; raises OperationRefusedError for anything else."""
    operation = signed.operation
    if operation.type != "genesis" or operation.previous is not None or operation.kind is None:
        raise OperationRefusedError("the first operation is a genesis: with a kind, without a previous one")
    digest = base64.b32encode(bytes.fromhex(signed.hash)).decode().lower()
    state = IdentityState(
        party_id=PartyId(_PREFIX[operation.kind] + digest[:_ID_CHARACTERS]),
        kind=operation.kind,
        head=signed.hash,
        root_keys=_roots(operation),
        sign_keys=_sign_keys(operation),
        address=operation.address,
    )
    if signing_root(state, signed) is None:
        raise OperationRefusedError("the genesis is not signed by one of its own root keys")
    return state


def follow(state: IdentityState, signed: SignedOperation) -> IdentityState:
    """The state after one more operation, whoever signed it; raises OperationRefusedError when it does not fit."""
    operation = signed.operation
    if state.retired:
        raise OperationRefusedError("the party has retired: nothing follows")
    if operation.previous != state.head:
        raise OperationRefusedError(f"the operation follows {operation.previous}, the head is {state.head}")
    after = msgspec.structs.replace(state, head=signed.hash)
    if operation.type == "rotate":
        return msgspec.structs.replace(after, root_keys=_roots(operation), sign_keys=_sign_keys(operation))
    if operation.type == "move" and operation.address:
        return msgspec.structs.replace(after, address=operation.address)
    if operation.type == "retire":
        return msgspec.structs.replace(after, retired=True)
    if operation.type == "fork_resolve" and operation.epoch == state.epoch + 1 and operation.checkpoint:
        return msgspec.structs.replace(after, epoch=operation.epoch, opening=operation.checkpoint)
    raise OperationRefusedError(f"a {operation.type} here lacks what it must say, or says it out of turn")


def signing_root(state: IdentityState, signed: SignedOperation) -> int | None:
    """The place (0 is highest) of the highest root key whose signature the operation carries."""
    for place, key in enumerate(state.root_keys):
        if notes.verified(signed.note, key.keyid, key):
            return place
    return None


def _roots(operation: Operation) -> tuple[PublicKey, ...]:
    keys = tuple(PublicKey(decode_base64url(text)) for text in operation.root_keys)
    if not keys or len(set(keys)) != len(keys):
        raise OperationRefusedError("an identity has at least one root key and none twice")
    return keys


def _sign_keys(operation: Operation) -> dict[str, SignKey]:
    keys = {PublicKey(decode_base64url(entry.x)).keyid: entry for entry in operation.sign_keys}
    if len(keys) != len(operation.sign_keys):
        raise OperationRefusedError("a sign key is listed twice")
    if any(entry.not_after is not None and seconds_of(entry.not_after) < 0 for entry in operation.sign_keys):
        raise OperationRefusedError("a sign key ends before 1970")
    return keys
