"""The Merkle tree over leaf hashes (RFC 6962 section 2.1): roots, appending from its peaks, and both proofs.

A `Range` holds only the roots of the perfect subtrees that make up a tree (its peaks), enough to append and to find
the root. A proof is a list of subtree roots: which subtrees those are is said here, `nodes` finds their roots in what
is kept of a long log; made from all leaf hashes, or checked from none. Knows nothing of lines or signatures.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from federation.vocabulary.errors import RecordInvalidError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of a one byte and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Range(msgspec.Struct, frozen=True):
    """A tree of `size` leaves by its peaks, largest first: one per set bit of `size`."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extend(self, hashes: Iterable[bytes]) -> "Range":
        """The tree with these leaf hashes appended."""
        size, peaks = self.size, list(self.peaks)
        for leaf in hashes:
            merged, merges = leaf, size
            while merges & 1:
                merged = node_hash(peaks.pop(), merged)
                merges >>= 1
            peaks.append(merged)
            size += 1
        return Range(size, tuple(peaks))

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def encode(self) -> bytes:
        """The peaks one after another, for keeping beside the size."""
        return b"".join(self.peaks)

    @staticmethod
    def decode(size: int, data: bytes) -> "Range":
        """The tree of `size` leaves from its kept peaks; raises RecordInvalidError if their number cannot be right."""
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            raise RecordInvalidError(f"{len(data)} bytes are not the peaks of a tree of {size} leaves")
        return Range(size, tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    return Range().extend(hashes).root()


Span = tuple[int, int]
"""A subtree by its leaves: from the first up to, not including, the second."""


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose roots are the audit path of leaf `index` in a tree of `size` (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise RecordInvalidError(f"a tree of {size} leaves has no leaf {index}")
    path: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def consistency_spans(old_size: int, size: int) -> list[Span]:
    """The subtrees whose roots prove that a tree of `size` grew from `old_size` leaves (RFC 6962 section 2.1.2)."""
    if not 0 <= old_size <= size:
        raise RecordInvalidError(f"a tree of {size} leaves has not grown from one of {old_size}")
    if old_size in {0, size}:
        return []
    path: list[Span] = []
    low, high, whole = 0, size, True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + path[::-1]


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of all `hashes`."""
    return [root_of(hashes[low:high]) for low, high in inclusion_spans(index, len(hashes))]


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree of all `hashes` grew from its first `old_size` leaves."""
    return [root_of(hashes[low:high]) for low, high in consistency_spans(old_size, len(hashes))]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` of the tree of `size` leaves with this `root` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    sides = _sides(index, size - 1, len(proof))
    if sides is None:
        return False
    value = leaf
    for sibling, is_left in zip(proof, sides, strict=True):
        value = node_hash(sibling, value) if is_left else node_hash(value, sibling)
    return value == root


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether `proof` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    sides = _sides(place, last, len(steps) - 1)
    if sides is None:
        return False
    old = new = steps[0]
    for sibling, is_left in zip(steps[1:], sides, strict=True):
        old = node_hash(sibling, old) if is_left else old
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    return old == old_root and new == new_root


def _sides(place: int, last: int, count: int) -> list[bool] | None:
    """On the way from node `place` (of `last` + 1 on its level) to the root: which of `count` siblings lie left.

    None when the way has another number of siblings.
    """
    sides = []
    for _ in range(count):
        if last == 0:
            return None
        is_left = bool(place & 1) or place == last
        while is_left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        sides.append(is_left)
        place, last = place >> 1, last >> 1
    return sides if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
