"""One proof for many leaves of a log: the roots of all largest subtrees of the RFC 6962 tree that hold none of them.

The subtrees stand from left to right. Together with the leaves they make the root, so what is shared by several
audit paths travels once, and neighbours need hardly any proof at all. Empty when every leaf is given.
"""

from collections.abc import Iterator, Mapping, Sequence

from federation.log.tree import HASH_BYTES, node_hash, root_of
from federation.vocabulary.errors import RecordInvalidError


def prove(hashes: Sequence[bytes], places: Sequence[int]) -> list[bytes]:
    """The proof for the leaves at `places` of the tree of all `hashes`; raises RecordInvalidError for no such leaf."""
    wanted = sorted(set(places))
    if not wanted or wanted[0] < 0 or wanted[-1] >= len(hashes):
        raise RecordInvalidError(f"a tree of {len(hashes)} leaves has not all of the leaves asked for")
    found: list[bytes] = []
    pending = [(0, len(hashes), wanted)]
    while pending:
        low, high, inside = pending.pop()
        if not inside:
            found.append(root_of(hashes[low:high]))
        elif high - low > 1:
            middle = low + split(high - low)
            pending.append((middle, high, [place for place in inside if place >= middle]))
            pending.append((low, middle, [place for place in inside if place < middle]))
    return found


def root_from(size: int, leaves: Mapping[int, bytes], proof: Sequence[bytes]) -> bytes:
    """The root that `leaves` (place to hash) and `proof` make in a tree of `size`.

    Raises RecordInvalidError when the proof has another number of subtrees than these leaves leave open.
    """
    if not leaves or min(leaves) < 0 or max(leaves) >= size or any(len(item) != HASH_BYTES for item in proof):
        raise RecordInvalidError(f"this proof is not one for leaves of a tree of {size}")
    given = iter(proof)
    root = _root(0, size, sorted(leaves), leaves, given)
    if next(given, None) is not None:
        raise RecordInvalidError("the proof holds more subtrees than were left open")
    return root


def split(count: int) -> int:
    """How many of `count` leaves stand in the left subtree: the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _root(low: int, high: int, inside: Sequence[int], leaves: Mapping[int, bytes], given: Iterator[bytes]) -> bytes:
    """The root of the subtree over [low, high); as deep as the logarithm of the tree's size."""
    if not inside:
        subtree = next(given, None)
        if subtree is None:
            raise RecordInvalidError("the proof holds fewer subtrees than are left open")
        return subtree
    if high - low == 1:
        return leaves[low]
    middle = low + split(high - low)
    left = [place for place in inside if place < middle]
    right = inside[len(left) :]
    return node_hash(_root(low, middle, left, leaves, given), _root(middle, high, right, leaves, given))
