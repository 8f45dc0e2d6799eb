"""Logs: a shop's own and a hub's countersigned copies, told apart by who holds them.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.log.nodes import Node, Place
from federation.records import LogHead, StoredCheckpoint, StoredLeaf
from federation.vocabulary.ids import PartyId


class LogStore(Protocol):
    """Queries over logs: a shop's own and a hub's countersigned copies, told apart by who holds them."""

    async def head(self, holder_id: str, party_id: str, *, lock: bool = False) -> LogHead | None:
        """The end of a log, locked against other appenders until the end of the transaction when `lock`."""

    async def copies(self, holder_id: PartyId, after: str, limit: int) -> list[LogHead]:
        """The ends of the copies that a hub holds of shops with an id beyond `after`, by id."""

    async def open_log(self, head: LogHead) -> None:
        """Begin a log; nothing when it has begun."""

    async def add_leaves(self, head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
        """Add lines in places where nothing stands, as quickly as may be."""

    async def advance(self, head: LogHead, inflated_bytes: int) -> None:
        """Make `head` the end of its log and keep its checkpoint; `inflated_bytes` is what the new lines weigh."""

    async def add_checkpoint(self, head: LogHead, inflated_bytes: int) -> None:
        """Keep the checkpoint at the end of `head`, whose last `inflated_bytes` bytes of lines are new with it."""

    async def checkpoints_after(self, head: LogHead, size: int, size_max: int) -> list[StoredCheckpoint]:
        """Checkpoints of a log with a size in (`size`, `size_max`], and the last at or below `size`, by size."""

    async def checkpoint_at(self, head: LogHead, size: int) -> bytes | None:
        """The checkpoint note of a log at exactly `size`."""

    async def lines(self, head: LogHead, start: int, end: int) -> list[bytes]:
        """The lines numbered from `start` up to, not including, `end`."""

    async def add_nodes(self, head: LogHead, nodes: Sequence[Node]) -> None:
        """Keep the subtree roots that new leaves completed."""

    async def nodes(self, head: LogHead, places: Sequence[Place]) -> dict[Place, bytes]:
        """The kept roots in these places of a log's tree, level 0 being its leaves; those that are not there miss."""

    async def leaf(self, head: LogHead, seq: int) -> StoredLeaf | None:
        """The line numbered `seq`."""

    async def seq_of(self, head: LogHead, leaf_hash: bytes) -> int | None:
        """The number of the line with this hash."""

    async def past_head(self, holder_id: str, party_id: str, epoch: int) -> LogHead | None:
        """The end of a log in an epoch that is over."""

    async def begin_epoch(self, head: LogHead) -> None:
        """Put the log's present end by as past, and let it go on from `head`, the end of a later epoch."""

    async def newest(self, head: LogHead, keys: Sequence[str]) -> dict[str, StoredLeaf]:
        """The newest line of each of `keys` that has one."""

    async def live_lines(self, head: LogHead, after: str, limit: int) -> list[StoredLeaf]:
        """The newest line of each key beyond `after` that ends in a `put`, by key."""

    async def unsaid_keys(self, head: LogHead, earlier_epoch: int) -> list[str]:
        """The keys that end in a `put` in an earlier epoch of a log and of which `head`'s epoch says nothing."""

    async def live_records(self, holder_id: PartyId, party_id: PartyId, prefix: str) -> int:
        """How many keys that begin with `prefix` end in a `put`: what the log says is published."""

    async def replace_notes(self, head: LogHead, notes: Sequence[tuple[int, bytes]]) -> None:
        """Replace the checkpoint notes at these sizes by the same checkpoints, signed otherwise."""

    async def touch(self, head: LogHead, note: bytes, now: datetime) -> None:
        """Replace the newest note of a log by the same checkpoint, signed otherwise."""
