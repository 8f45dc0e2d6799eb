"""What is kept of a long tree so that a proof is cheap: the root of every whole subtree of 16, 256, 4096... leaves.

A node stands on a `level` (its subtree has 2^level leaves, level a multiple of LEVEL_STEP) in a `place` (counted from
0 on its level); level 0 are the leaf hashes themselves, kept with their lines. Invariants: a node is written once, with
the leaf that completes it, and never changes; any subtree that a proof names is made of at most 15 nodes per level, so
a proof in a log of 100,000 leaves reads some 200 hashes. Pure: `parts` says what to fetch, `root` works it out.
"""

from collections.abc import Iterable, Mapping

import msgspec

from federation.log.tree import Range, Span, node_hash
from federation.vocabulary.errors import RecordInvalidError

LEVEL_STEP = 4

Place = tuple[int, int]
"""A node by its level and its place on it."""


class Node(msgspec.Struct, frozen=True):
    """The root of a whole subtree of 2^`level` leaves."""

    level: int
    place: int
    hash: bytes


class Growth(msgspec.Struct, frozen=True):
    """A tree after leaves were appended, and the nodes that they completed."""

    tree: Range
    nodes: tuple[Node, ...]


def grow(tree: Range, hashes: Iterable[bytes]) -> Growth:
    """Append leaf hashes to `tree`, keeping the nodes completed on the way."""
    size, peaks, nodes = tree.size, list(tree.peaks), list[Node]()
    for leaf in hashes:
        merged, merges, level = leaf, size, 0
        while merges & 1:
            merged = node_hash(peaks.pop(), merged)
            merges >>= 1
            level += 1
            if level % LEVEL_STEP == 0:
                nodes.append(Node(level, size >> level, merged))
        peaks.append(merged)
        size += 1
    return Growth(Range(size, tuple(peaks)), tuple(nodes))


def parts(span: Span) -> list[Place]:
    """The nodes that a subtree is made of, from left to right: as few as are kept."""
    at, end = span
    found: list[Place] = []
    while at < end:
        level = _level_at(at, end - at)
        found.append((level, at >> level))
        at += 1 << level
    return found


def root(span: Span, held: Mapping[Place, bytes]) -> bytes:
    """The root of a subtree from its fetched parts; raises RecordInvalidError when one is not among `held`."""
    peaks: list[tuple[int, bytes]] = []
    for place in parts(span):
        if place not in held:
            raise RecordInvalidError(f"the tree lacks the node in place {place[1]} of level {place[0]}")
        level, merged = place[0], held[place]
        while peaks and peaks[-1][0] == level:
            merged = node_hash(peaks.pop()[1], merged)
            level += 1
        peaks.append((level, merged))
    if not peaks:
        return Range().root()
    value = peaks[-1][1]
    for _, peak in reversed(peaks[:-1]):
        value = node_hash(peak, value)
    return value


def _level_at(at: int, count: int) -> int:
    """The highest level with a node that begins at leaf `at` and has at most `count` leaves."""
    level = 0
    while at % (1 << level + LEVEL_STEP) == 0 and count >= 1 << level + LEVEL_STEP:
        level += LEVEL_STEP
    return level
