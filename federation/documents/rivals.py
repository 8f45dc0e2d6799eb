"""Which of a party's competing operations hold, by the order of its root keys and the reader's own first sight.

Of operations after the same one, the first seen holds, unless one signed by a higher root was seen within
UNDO_WINDOW_SECONDS of it; what followed the loser falls with it. A party is *contested* while that may still change
and two of its operations contradict each other. Invariants: the outcome depends on nothing but the operations'
bytes, the seconds at which this reader first saw them and, within one second, the order in which it keeps them; an
operation without the signature of a root key of the state before it changes nothing and is not kept; nobody but the
holder of a higher root can crowd out one that is.
"""

import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from federation import limits
from federation.documents.errors import OperationRefusedError
from federation.documents.identity import (
    IdentityState,
    SeenOperation,
    SignedOperation,
    begin,
    follow,
    read_operation,
    signing_root,
)
from federation.documents.keys import PublicKey, decode_base64url
from federation.documents.times import seconds_of
from federation.vocabulary.errors import GalleriaError

RIVALS_PER_ROOT_MAX = 2
"""Operations of one root key after one operation that a reader keeps: a third would prove nothing new."""
BYTES_PER_RANK_MAX = limits.PROFILE_BYTES_MAX
"""Bytes of operations that a reader keeps of one rank of branches (see `_Tree`): a longer chain could not be served."""


class Step(msgspec.Struct, frozen=True):
    """One operation that holds: the place of the root that signed it (0 is highest) and the state after it."""

    signed: SignedOperation
    root: int
    state: IdentityState
    rivals: int = 0


class KeyLife(msgspec.Struct, frozen=True):
    """From and until when (Unix seconds, by the reader's sight) a key may sign for its party; no end is None."""

    key: PublicKey
    named_at: int
    ends_at: int | None

    def covers(self, moment: int) -> bool:
        """Whether what the reader first countersigned at `moment` may bear this key's signature."""
        return self.ends_at is None or moment <= self.ends_at


class Resolution(msgspec.Struct, frozen=True):
    """The operations that hold, what they fold to, and until when (Unix seconds) two that contradict may change it."""

    steps: tuple[Step, ...]
    contested_until: int | None
    now: int

    @property
    def state(self) -> IdentityState:
        return self.steps[-1].state

    @property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(step.signed.data for step in self.steps)

    @property
    def contested(self) -> bool:
        """Whether nobody should rely on this party until a higher root has spoken or the window has closed."""
        return self.contested_until is not None and self.now <= self.contested_until

    @property
    def keys(self) -> tuple[KeyLife, ...]:
        """Every key that was ever named, with its end: its `not_after`, or the sight of what left it out."""
        return key_lives(self.steps)


def resolve(operations: Sequence[SeenOperation], now: int) -> Resolution:
    """Choose among competing operations, then fold what holds; operations that fit nowhere are left out.

    The first operation is the genesis; raises OperationRefusedError when it is not.
    """
    if not 1 <= len(operations) <= limits.OPERATIONS_SEEN_MAX:
        raise OperationRefusedError(f"{len(operations)} operations are none, or more than anybody keeps")
    genesis = read_operation(operations[0].data, operations[0].first_seen)
    followers = _by_previous(operations[1:])
    steps = [Step(genesis, 0, begin(genesis))]
    until: int | None = None
    while found := _rivals(steps[-1].state, followers):
        holder = _holder(found)
        steps.append(msgspec.structs.replace(holder, rivals=len(found) - 1))
        if len(found) > 1 and not _has_spoken(holder, found):
            closes = holder.signed.first_seen + limits.UNDO_WINDOW_SECONDS
            until = closes if until is None else max(until, closes)
    return Resolution(tuple(steps), until, now)


def joined(seen: Sequence[SeenOperation], told: Iterable[bytes], now: int) -> tuple[SeenOperation, ...]:
    """`seen` and, with `now` as their first sight, those operations of `told` that a root key has signed into place.

    What fits nowhere, is known, or contradicts by a root that has contradicted itself before, is left out. Raises
    OperationRefusedError when the first of nothing seen is no genesis.
    """
    known = {item.data for item in seen}
    fresh = [data for data in dict.fromkeys(told) if data not in known]
    if seen and not fresh:
        return tuple(seen)
    kept, tree = list(seen), _Tree()
    for item in kept:
        tree.add(read_operation(item.data), bounded=False)
    for data in fresh:
        with contextlib.suppress(GalleriaError):
            if tree.add(read_operation(data), bounded=True):
                kept.append(SeenOperation(data, now))
    if not kept:
        raise OperationRefusedError("no genesis was told: an identity begins with one")
    return tuple(kept)


def key_lives(steps: Sequence[Step]) -> tuple[KeyLife, ...]:
    """The keys that `steps` name, oldest first; a later operation's word about a key replaces an earlier one's."""
    lives: dict[str, KeyLife] = {}
    for step in steps:
        sight = step.signed.first_seen
        for keyid, life in lives.items():
            if keyid not in step.state.sign_keys and life.covers(sight):
                lives[keyid] = msgspec.structs.replace(life, ends_at=sight)
        for keyid, entry in step.state.sign_keys.items():
            ends_at = None if entry.not_after is None else seconds_of(entry.not_after)
            named_at = lives[keyid].named_at if keyid in lives else sight
            lives[keyid] = KeyLife(PublicKey(decode_base64url(entry.x)), named_at, ends_at)
    return tuple(lives.values())


class _Tree:
    """Every state that any branch of an identity leads to, by the hash of its newest operation.

    A branch ranks as the lowest root that signed on it. Each rank has room of its own, so that whoever holds a lower
    root fills none but that.
    """

    def __init__(self) -> None:
        self.states: dict[str, IdentityState] = {}
        self.places: dict[str, list[int]] = {}
        self.ranks: dict[str, int] = {}
        self.size = 0
        self.sizes: Counter[int] = Counter()
        self.bytes: Counter[int] = Counter()

    def add(self, signed: SignedOperation, *, bounded: bool) -> bool:
        """Put an operation in its place; False when it has none or, `bounded`, there is no room for it."""
        if not self.states:
            state = begin(signed)
            self.states[state.head] = state
            self._count(signed, 0)
            return True
        before = self.states.get(signed.operation.previous or "")
        if before is None or signed.hash in self.states:
            return False
        place = signing_root(before, signed)
        if place is None:
            return False
        rank = max(place, self.ranks[before.head])
        if bounded and not self._has_room(before.head, place, rank, len(signed.data)):
            return False
        self.states[signed.hash] = follow(before, signed)
        self.places.setdefault(before.head, []).append(place)
        self._count(signed, rank)
        return True

    def _count(self, signed: SignedOperation, rank: int) -> None:
        self.ranks[signed.hash] = rank
        self.size += 1
        self.sizes[rank] += 1
        self.bytes[rank] += len(signed.data)

    def _has_room(self, head: str, place: int, rank: int, size: int) -> bool:
        """Room for RIVALS_PER_ROOT_MAX of each root in each place; a higher root's rivals have a rank's room twice."""
        rivals = self.places.get(head, [])
        if rivals.count(place) >= RIVALS_PER_ROOT_MAX or self.size >= limits.OPERATIONS_SEEN_MAX:
            return False
        times = 2 if rivals and place < min(rivals) else 1
        has_bytes = self.bytes[rank] + size <= times * BYTES_PER_RANK_MAX
        return has_bytes and self.sizes[rank] < times * limits.OPERATIONS_MAX


def _by_previous(operations: Iterable[SeenOperation]) -> dict[str, list[SignedOperation]]:
    found: dict[str, list[SignedOperation]] = {}
    for item in operations:
        with contextlib.suppress(GalleriaError):
            signed = read_operation(item.data, item.first_seen)
            found.setdefault(signed.operation.previous or "", []).append(signed)
    return found


def _rivals(state: IdentityState, followers: dict[str, list[SignedOperation]]) -> list[Step]:
    """Every operation that may follow `state`, with the place of the root that signed it."""
    rivals = []
    for signed in followers.get(state.head, []):
        with contextlib.suppress(GalleriaError):
            root = signing_root(state, signed)
            if root is not None:
                rivals.append(Step(signed, root, follow(state, signed)))
    return rivals


def _holder(rivals: list[Step]) -> Step:
    first, *later = sorted(rivals, key=lambda rival: (rival.signed.first_seen, rival.root))  # else as they were kept
    holder = first
    for rival in later:
        in_time = rival.signed.first_seen <= holder.signed.first_seen + limits.UNDO_WINDOW_SECONDS
        if rival.root < holder.root and in_time:
            holder = rival
    return holder


def _has_spoken(holder: Step, rivals: list[Step]) -> bool:
    """Whether the highest root has decided: it signed what holds, and nothing that contradicts it."""
    return holder.root == 0 and sum(rival.root == 0 for rival in rivals) == 1
