"""Writing the next operation of an identity: rotation, theft, recovery, move, retirement, an undoing.

Each gives an unsigned operation; a person signs it with a root key (`identity.sign_operation`) and the party's node
records it. Pure: keys and times come from the caller. A key that ends stays listed with its end, so that anyone can
judge what it signed before; the oldest ended ones make room when there are SIGN_KEYS_MAX.
"""

from collections.abc import Sequence

from federation import limits
from federation.documents.errors import OperationRefusedError
from federation.documents.identity import IdentityState, Operation, SignKey
from federation.documents.keys import PublicKey, encode_base64url
from federation.documents.rivals import Resolution
from federation.documents.times import seconds_of

OVERLAP_DAYS_MIN = 7
"""How long the old key goes on after a planned rotation, so that every reader learns the new one in its own time."""


_END_OPEN = 2**53


def rotation(
    state: IdentityState, new: PublicKey, *, at: str, old_until: str, roots: Sequence[PublicKey] = ()
) -> Operation:
    """Name a new sign key; those of now end at `old_until`: days ahead when planned, in the past after a theft.

    `roots`, highest first, replace the root keys of now.
    """
    entries = [SignKey(x=_text(new))]
    for keyid, entry in state.sign_keys.items():
        if keyid != new.keyid:
            ends = old_until if entry.not_after is None else min(entry.not_after, old_until)
            entries.append(SignKey(x=entry.x, not_after=ends))
    return Operation(
        type="rotate",
        at=at,
        previous=state.head,
        root_keys=tuple(_text(key) for key in (roots or state.root_keys)),
        sign_keys=tuple(_newest(entries)),
    )


def roots_change(state: IdentityState, roots: Sequence[PublicKey], *, at: str) -> Operation:
    """Other root keys, highest first, and the sign keys of now as they are."""
    if not 1 <= len(roots) <= limits.ROOT_KEYS_MAX:
        raise OperationRefusedError(f"an identity has 1 to {limits.ROOT_KEYS_MAX} root keys, not {len(roots)}")
    return Operation(
        type="rotate",
        at=at,
        previous=state.head,
        root_keys=tuple(_text(key) for key in roots),
        sign_keys=tuple(state.sign_keys.values()),
    )


def move(state: IdentityState, address: str, *, at: str) -> Operation:
    """Be reached at `address` (scheme and authority) from now on."""
    if address == state.address:
        raise OperationRefusedError(f"{state.party_id} lives at {address} already")
    return Operation(type="move", at=at, previous=state.head, address=address)


def retirement(state: IdentityState, *, at: str) -> Operation:
    """End for good."""
    return Operation(type="retire", at=at, previous=state.head)


def undoing(resolution: Resolution, root: PublicKey, sign_key: PublicKey, *, at: str) -> tuple[Operation, str]:
    """A rival to the oldest operation that a lower root than `root` signed and that may still be undone, and its hash.

    It puts the state back to before that operation: it restates the keys of then with `sign_key`, the node's own, and
    leaves out the root that is overruled. Raises OperationRefusedError when nothing can be undone by this key.
    """
    number = _undoable(resolution, root)
    before, step = resolution.steps[number - 1].state, resolution.steps[number]
    kept = [entry for keyid, entry in before.sign_keys.items() if keyid != sign_key.keyid]
    operation = Operation(
        type="rotate",
        at=at,
        previous=before.head,
        root_keys=tuple(_text(key) for place, key in enumerate(before.root_keys) if place != step.root),
        sign_keys=tuple(_newest([SignKey(x=_text(sign_key)), *kept])),
    )
    return operation, step.signed.hash


def state_to_restore(resolution: Resolution, root: PublicKey) -> IdentityState:
    """The state before what `undoing` would undo; raises OperationRefusedError as it does."""
    return resolution.steps[_undoable(resolution, root) - 1].state


def _undoable(resolution: Resolution, root: PublicKey) -> int:
    for number, step in enumerate(resolution.steps[1:], start=1):
        before = resolution.steps[number - 1].state
        place = next((index for index, key in enumerate(before.root_keys) if key == root), None)
        open_until = step.signed.first_seen + limits.UNDO_WINDOW_SECONDS
        if place is not None and place < step.root and resolution.now <= open_until:
            return number
    raise OperationRefusedError(
        "nothing can be undone with this key: no operation of the last 72 hours was signed by a lower root key than it"
    )


def _newest(entries: list[SignKey]) -> list[SignKey]:
    """At most SIGN_KEYS_MAX: those without an end first, then those that end last."""
    ranked = sorted(entries, key=lambda entry: -_END_OPEN if entry.not_after is None else -seconds_of(entry.not_after))
    kept = set(map(id, ranked[: limits.SIGN_KEYS_MAX]))
    return [entry for entry in entries if id(entry) in kept]


def _text(key: PublicKey) -> str:
    return encode_base64url(key.raw)
