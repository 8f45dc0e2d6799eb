"""Keeping what a log grew by: its lines, the subtree roots they completed, its new end and that end's checkpoint.

Invariant: the four are written together, in the caller's transaction, for one's own log and for copies alike; so any
proof about any kept size can be made from what is kept. `fill` does so for a copy that came as a snapshot.
"""

from collections.abc import Sequence

from federation.log.leaves import Leaf
from federation.log.nodes import Node
from federation.records import LogHead, StoredLeaf
from federation.store import logs, repairs


async def keep(grown: LogHead, leaves: Sequence[Leaf], nodes: Sequence[Node]) -> None:
    """Keep `leaves` and the `nodes` they completed, and make `grown` the end of its log."""
    await logs.add_leaves(grown, [stored(leaf) for leaf in leaves])
    await logs.add_nodes(grown, nodes)
    await logs.advance(grown, sum(len(leaf.line) for leaf in leaves))


def stored(leaf: Leaf) -> StoredLeaf:
    """A leaf as the store keeps it."""
    return StoredLeaf(leaf.seq, leaf.key, leaf.operation, leaf.line, bytes.fromhex(leaf.hash))


async def fill(head: LogHead, hashes: Sequence[bytes], *, anew: bool) -> None:
    """Keep the hash of every leaf whose line is not here; where there was a copy before, in place of wrong rows too."""
    kept = dict(await repairs.kept_hashes(head))
    if not anew:
        wrong = {seq for seq, item in enumerate(hashes) if kept.get(seq, item) != item}.union(
            await repairs.misfits(head)
        )
        await repairs.put_leaves(
            head, [StoredLeaf(seq, "", "del", b"", hashes[seq]) for seq in sorted(wrong) if seq < head.size]
        )
    await repairs.put_hashes(head, [(seq, item) for seq, item in enumerate(hashes) if seq not in kept])
    await repairs.drop_beyond(head, head.size)
