"""The key and the address with which a boutique goes on at a new node, as its operations will say.

With the root key: a fresh sign key is named and the old ones end at once, so the old node can sign nothing more even
if it wanted to; and the address moves. Without it the boutique speaks with the key it had, from the address it had. One
that nobody can connect to has no address, and needs none at its new node either.
"""

import os
from datetime import datetime

import msgspec

from federation.documents import identity
from federation.documents.identity import Operation, SeenOperation, SignKey
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.profile import OUTBOX_ADDRESS
from federation.documents.times import text_of
from federation.service.arriving import Judged
from federation.vocabulary.errors import NotAllowedError


class NewHome(msgspec.Struct, frozen=True, kw_only=True):
    """What the boutique signs with from now on, where it lives, and all its operations."""

    key: SigningKey
    is_key_new: bool
    address: str
    operations: tuple[SeenOperation, ...]


def settle(judged: Judged, address: str, root: SigningKey | None, sealed: SigningKey | None, now: datetime) -> NewHome:
    """Decide both. Raises NotAllowedError for a root key of somebody else, or when a needed key is missing."""
    if root is None:
        return _as_before(judged, address, sealed, now)
    if root.public not in judged.state.root_keys:
        raise NotAllowedError(f"this is not the root key of {judged.told.name}: look for {judged.party_id}.root-key")
    address = OUTBOX_ADDRESS if judged.state.address == OUTBOX_ADDRESS else address
    key = SigningKey.from_seed(os.urandom(32))
    ends = text_of(now)
    kept = [
        msgspec.structs.replace(item, not_after=min(item.not_after or ends, ends))
        for item in judged.state.sign_keys.values()
    ]
    rotate = Operation(
        type="rotate",
        at=ends,
        previous=judged.state.head,
        root_keys=tuple(encode_base64url(item.raw) for item in judged.state.root_keys),
        sign_keys=(SignKey(x=encode_base64url(key.public.raw)), *kept[-4:]),
    )
    operations = _followed(judged.operations, rotate, root, now)
    if address != judged.state.address:
        move = Operation(type="move", at=ends, previous=_head(operations), address=address)
        operations = _followed(operations, move, root, now)
    return NewHome(key=key, is_key_new=True, address=address, operations=operations)


def _as_before(judged: Judged, address: str, sealed: SigningKey | None, now: datetime) -> NewHome:
    if sealed is None:
        raise NotAllowedError("give the boutique's root key (its recovery file), or the password of the key inside")
    if judged.state.sign_key(sealed.public.keyid, int(now.timestamp())) is None:
        raise NotAllowedError("the key in the archive may no longer sign: the root key must name a new one")
    if judged.state.address == OUTBOX_ADDRESS:
        address = OUTBOX_ADDRESS
    if judged.state.address != address:
        raise NotAllowedError(
            f"{judged.told.name} lives at {judged.state.address}: only its root key can say that it lives at {address}"
        )
    return NewHome(key=sealed, is_key_new=False, address=address, operations=judged.operations)


def _followed(
    operations: tuple[SeenOperation, ...], operation: Operation, root: SigningKey, now: datetime
) -> tuple[SeenOperation, ...]:
    signed = identity.sign_operation(operation, root)
    return (*operations, SeenOperation(signed, int(now.timestamp())))


def _head(operations: tuple[SeenOperation, ...]) -> str:
    return identity.read_operation(operations[-1].data).hash
