"""Keeping what a log grew by: its lines, the subtree roots they completed, its new end and that end's checkpoint.

Invariant: the four are written together, in the caller's transaction, for one's own log and for copies alike; so any
proof about any kept size can be made from what is kept.
"""

from collections.abc import Sequence

from federation.log.leaves import Leaf
from federation.log.nodes import Node
from federation.records import LogHead, StoredLeaf
from federation.store import logs


async def keep(grown: LogHead, leaves: Sequence[Leaf], nodes: Sequence[Node]) -> None:
    """Keep `leaves` and the `nodes` they completed, and make `grown` the end of its log."""
    await logs.add_leaves(grown, [stored(leaf) for leaf in leaves])
    await logs.add_nodes(grown, nodes)
    await logs.advance(grown, sum(len(leaf.line) for leaf in leaves))


def stored(leaf: Leaf) -> StoredLeaf:
    """A leaf as the store keeps it."""
    return StoredLeaf(leaf.seq, leaf.key, leaf.operation, leaf.line, bytes.fromhex(leaf.hash))
