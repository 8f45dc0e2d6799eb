"""Who a party is: its operations, each signed by a root key and naming the one before, and the state they fold to.

The party id is the hash of the first operation, so it outlives every domain, host and key. Each operation is a
signed note whose text is one line of JSON; the note's signature lines carry root thumbprints as names. Sign keys
work daily and never change the identity; root keys do nothing else. The order of root keys is their priority: a
higher one may undo what a lower one did within UNDO_WINDOW_SECONDS, counted from the reader's own first sight.
Times inside operations prove nothing, and nothing here decides by them except `not_after` of a sign key.
"""

import base64
import contextlib
import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents import json, notes
from federation.documents.errors import OperationRefusedError
from federation.documents.keys import PublicKey, SigningKey, decode_base64url, encode_base64url
from federation.documents.times import TIME_PATTERN, seconds_of
from federation.vocabulary.errors import GalleriaError
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
    """What a party's operations add up to. `head` is the hash that the next operation names as `previous`."""

    party_id: PartyId
    kind: PartyKind
    head: str
    root_keys: tuple[PublicKey, ...]
    sign_keys: dict[str, SignKey]
    address: str
    epoch: int = 1
    retired: bool = False

    def sign_key(self, keyid: str, now: int) -> PublicKey | None:
        """The key of this thumbprint if it may sign at `now` (Unix seconds), else None."""
        entry = self.sign_keys.get(keyid)
        if entry is None or (entry.not_after is not None and now > seconds_of(entry.not_after)):
            return None
        return PublicKey(decode_base64url(entry.x))


class SeenOperation(msgspec.Struct, frozen=True):
    """An operation's bytes and the Unix second at which this reader first saw it."""

    data: bytes
    first_seen: int


class Resolution(msgspec.Struct, frozen=True):
    """The operations that hold, what they fold to, and whether a higher root may still overturn a contested one."""

    state: IdentityState
    chain: tuple[bytes, ...]
    contested: bool


class _Signed(msgspec.Struct, frozen=True):
    operation: Operation
    note: notes.Note
    hash: str
    data: bytes
    first_seen: int = 0


class _Rival(msgspec.Struct, frozen=True):
    root: int
    signed: _Signed
    after: IdentityState


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
    return _begin(_parse(genesis_bytes)).party_id


def fold(operations: Sequence[bytes]) -> IdentityState:
    """The state after a straight chain of operations, each verified against the one before.

    Raises OperationRefusedError naming the operation (counted from 0) that does not follow.
    """
    if not 1 <= len(operations) <= limits.OPERATIONS_MAX:
        raise OperationRefusedError(f"an identity has 1 to {limits.OPERATIONS_MAX} operations, not {len(operations)}")
    state = _begin(_parse(operations[0]))
    for number, data in enumerate(operations[1:], start=1):
        signed = _parse(data)
        if _signing_root(state, signed) is None:
            raise OperationRefusedError(f"operation {number} is not signed by a root key of the state before it")
        state = _follow(state, signed)
    return state


def resolve(operations: Sequence[SeenOperation], now: int) -> Resolution:
    """Choose among competing operations by root priority and first sight, then fold what holds.

    Of operations after the same one, the first seen holds, unless a higher root's was seen within
    UNDO_WINDOW_SECONDS of it. Operations that fit nowhere are left out. Raises OperationRefusedError without a
    genesis.
    """
    if not 1 <= len(operations) <= limits.OPERATIONS_MAX:
        raise OperationRefusedError(f"an identity has 1 to {limits.OPERATIONS_MAX} operations, not {len(operations)}")
    parsed = _readable(operations)
    state, chain, contested = _begin(parsed[0]), [parsed[0].data], False
    while rivals := _rivals(state, parsed):
        holder = _holder(rivals)
        undoable_until = min(item.signed.first_seen for item in rivals) + limits.UNDO_WINDOW_SECONDS
        contested |= len(rivals) > 1 and holder.root > 0 and now <= undoable_until
        state = holder.after
        chain.append(holder.signed.data)
    return Resolution(state, tuple(chain), contested)


def _readable(operations: Sequence[SeenOperation]) -> list[_Signed]:
    parsed = [_parse(operations[0].data, operations[0].first_seen)]
    for item in operations[1:]:
        with contextlib.suppress(GalleriaError):
            parsed.append(_parse(item.data, item.first_seen))
    return parsed


def _rivals(state: IdentityState, parsed: list[_Signed]) -> list[_Rival]:
    """Every operation that may follow `state`, with the place of the root that signed it."""
    rivals = []
    for signed in parsed:
        if signed.operation.previous == state.head:
            with contextlib.suppress(GalleriaError):
                root = _signing_root(state, signed)
                if root is not None:
                    rivals.append(_Rival(root, signed, _follow(state, signed)))
    return rivals


def _holder(rivals: list[_Rival]) -> _Rival:
    first, *later = sorted(rivals, key=lambda rival: (rival.signed.first_seen, rival.signed.hash))
    holder = first
    for rival in later:
        in_time = rival.signed.first_seen <= holder.signed.first_seen + limits.UNDO_WINDOW_SECONDS
        if rival.root < holder.root and in_time:
            holder = rival
    return holder


def _parse(data: bytes, first_seen: int = 0) -> _Signed:
    note = notes.parse(data, bytes_max=limits.OPERATION_BYTES_MAX)
    line = note.text.removesuffix("\n")
    if "\n" in line:
        raise OperationRefusedError("an operation is one line of JSON")
    operation = json.decode(line.encode(), Operation, bytes_max=limits.OPERATION_BYTES_MAX)
    return _Signed(operation, note, hashlib.sha256(note.text.encode()).hexdigest(), data, first_seen)


def _begin(signed: _Signed) -> IdentityState:
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
    if _signing_root(state, signed) is None:
        raise OperationRefusedError("the genesis is not signed by one of its own root keys")
    return state


def _follow(state: IdentityState, signed: _Signed) -> IdentityState:
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
        return msgspec.structs.replace(after, epoch=operation.epoch)
    raise OperationRefusedError(f"a {operation.type} here lacks what it must say, or says it out of turn")


def _signing_root(state: IdentityState, signed: _Signed) -> int | None:
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
