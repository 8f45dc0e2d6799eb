"""The rules by which a reader lets a shop's log grow: all of a batch or none of it, whoever brought it.

Invariants: the copy's size never falls; every line taken stands at its own number; the signed root is the root of
the copy with these lines. A record that is wrong inside its line is history all the same: it is taken, and named as
quarantined. Pure: the caller reads the state under a lock, keeps what `Accepted` says in the same transaction, and
only then cosigns. Record counts per shop are the caller's to bound.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from federation import limits
from federation.documents.keys import PublicKey
from federation.log import checkpoint as checkpoints
from federation.log.checkpoint import Checkpoint, SignedCheckpoint
from federation.log.errors import ForkDetectedError, LineInvalidError, RootMismatchError, SizeMismatchError
from federation.log.leaves import Leaf, parse_leaf
from federation.log.nodes import Node, grow
from federation.log.records import Judgement, Record, opening_of
from federation.log.tree import Range, verify_consistency
from federation.vocabulary.errors import FieldError, TooLargeError

Newest = Callable[[str], str | None]
"""The hash (hexadecimal) of a key's newest leaf in the copy, None if it has none."""


class LogState(msgspec.Struct, frozen=True):
    """A copy before a batch: which log, and its tree so far.

    `follows` is the checkpoint that the first line of a later epoch must name; empty in the first epoch.
    """

    origin: str
    tree: Range
    follows: str = ""


class Faulty(msgspec.Struct, frozen=True):
    """A leaf that was taken and must not be served, and why."""

    leaf: Leaf
    errors: tuple[FieldError, ...]


class Grown(msgspec.Struct, frozen=True):
    """A batch that may be kept: the tree after it with the nodes it completed, and its leaves."""

    tree: Range
    nodes: tuple[Node, ...]
    leaves: tuple[Leaf, ...]


class Accepted(msgspec.Struct, frozen=True):
    """What the leaves of a batch say: the faulty among them, and by `seq` the records of all other puts."""

    quarantined: tuple[Faulty, ...]
    records: Mapping[int, Record]


def check_batch(
    state: LogState, old_size: int, lines: Sequence[bytes], signed: SignedCheckpoint, keys: Iterable[PublicKey]
) -> Grown:
    """Let `lines`, said to follow `old_size` leaves and to lead to the checkpoint, be leaves of the copy.

    What they say is for `accept` to judge, which refuses nothing any more. Raises BadSignatureError or
    KeyNotChainedError for the checkpoint, ForkDetectedError if it contradicts the copy, SizeMismatchError if the batch
    starts elsewhere, TooLargeError, LineInvalidError, and RootMismatchError.
    """
    checkpoint = checkpoints.verify(signed, state.origin, keys)
    if checkpoint.size == state.tree.size and checkpoint.root != state.tree.root():
        raise ForkDetectedError(f"{state.origin} has two signed roots at size {checkpoint.size}")
    if old_size != state.tree.size:
        raise SizeMismatchError(
            f"the batch follows {old_size} leaves of {state.origin}, here are {state.tree.size}",
            expected=state.tree.size,
        )
    leaves = parse_lines(lines, old_size)
    if checkpoint.size != old_size + len(leaves):
        raise LineInvalidError(f"{len(leaves)} lines after {old_size} do not lead to size {checkpoint.size}")
    check_opening(leaves, state.follows)
    growth = grow(state.tree, [bytes.fromhex(leaf.hash) for leaf in leaves])
    if growth.tree.root() != checkpoint.root:
        raise RootMismatchError(
            f"the root signed for size {checkpoint.size} of {state.origin} is not that of our copy with these lines",
            expected=state.tree.size,
        )
    return Grown(growth.tree, growth.nodes, leaves)


def accept(leaves: Sequence[Leaf], told: Mapping[int, Judgement], newest: Newest) -> Accepted:
    """What is to be served of a batch's leaves, `told` by `seq` as `judged` found them, and what is not."""
    faulty = tuple(_faulty(leaves, told, newest))
    bad = {item.leaf.seq for item in faulty}
    return Accepted(
        faulty, {seq: said for seq, said in told.items() if seq not in bad and isinstance(said, msgspec.Struct)}
    )


def parse_lines(lines: Sequence[bytes], first: int) -> tuple[Leaf, ...]:
    """Read lines whose numbers must run from `first` without a gap; raises TooLargeError or LineInvalidError."""
    if len(lines) > limits.BATCH_OPERATIONS_MAX:
        raise TooLargeError(f"a batch has at most {limits.BATCH_OPERATIONS_MAX} lines, not {len(lines)}")
    if sum(map(len, lines)) > limits.BATCH_INFLATED_BYTES_MAX:
        raise TooLargeError(f"a batch has at most {limits.BATCH_INFLATED_BYTES_MAX} bytes")
    leaves = tuple(parse_leaf(line) for line in lines)
    for place, leaf in enumerate(leaves, start=first):
        if leaf.seq != place:
            raise LineInvalidError(f"the line in place {place} calls itself {leaf.seq}")
    return leaves


def check_opening(leaves: Sequence[Leaf], follows: str) -> None:
    """Refuse a later epoch whose first line does not name the checkpoint that a root key named as the last before."""
    if not follows or not leaves or leaves[0].seq:
        return
    opening = opening_of(leaves[0])
    if opening is None or opening.follows != follows:
        raise LineInvalidError("the first line of this epoch does not name the checkpoint that a root key resolved to")


def check_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Refuse a newer checkpoint of the same log that does not continue the older one.

    Raises ForkDetectedError for two roots at one size, SizeMismatchError for a shrunken log, and RootMismatchError
    for a proof that does not show the growth.
    """
    if old.origin != new.origin or new.size < old.size:
        raise SizeMismatchError(
            f"{new.origin} at {new.size} cannot follow {old.origin} at {old.size}", expected=old.size
        )
    if old.size == new.size and old.root != new.root:
        raise ForkDetectedError(f"{old.origin} has two signed roots at size {old.size}")
    if not verify_consistency(old.size, new.size, proof, old.root, new.root):
        raise RootMismatchError(f"the proof does not show that {new.origin} grew from {old.size} to {new.size}")


def _faulty(leaves: Sequence[Leaf], told: Mapping[int, Judgement], newest: Newest) -> Iterable[Faulty]:
    inside: dict[str, str] = {}
    for leaf in leaves:
        before = inside[leaf.key] if leaf.key in inside else newest(leaf.key)
        inside[leaf.key] = leaf.hash
        said = told[leaf.seq]
        errors = said if isinstance(said, tuple) else ()
        if leaf.previous != before:
            sentence = f"names {leaf.previous} as its key's newest leaf, which is {before}"
            errors = (FieldError("", "previous", sentence), *errors)
        elif leaf.operation == "del" and before is None:
            errors = (FieldError("", "previous", "deletes a key that the log never held"), *errors)
        if errors:
            yield Faulty(leaf, errors)
