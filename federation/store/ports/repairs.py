"""Looking over and mending the rows of a log, and what a hub remembers of doing so.

Every method takes part in the caller's transaction and decides nothing. Rows are read as they are, damaged ones too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.log.nodes import Node
from federation.recon.items import Item
from federation.recon.state import RepairNote
from federation.records import LogHead, StoredLeaf
from federation.vocabulary.ids import PartyId


class RepairStore(Protocol):
    """Queries of the repair service."""

    async def items(self, head: LogHead, size: int, *, history: bool) -> list[Item]:
        """(seq, leaf hash) of the newest leaf of each key among the first `size`, or of every leaf (`history`).

        Hashes are worked out from the lines, so altered lines show; a line no longer kept has its kept hash.
        """

    async def misfits(self, head: LogHead) -> list[int]:
        """The places of rows that contradict their own lines: by hash, place, key or operation."""

    async def kept_hashes(self, head: LogHead) -> list[tuple[int, bytes]]:
        """(seq, kept hash) of every row of the log's epoch by seq, those beyond its end too."""

    async def leaves_of(
        self, head: LogHead, size: int, places: Sequence[int], hashes: Sequence[bytes]
    ) -> list[StoredLeaf]:
        """The leaves among the first `size` in these places or with these hashes, by seq, whose lines are kept."""

    async def newest_places(self, head: LogHead, size: int, *, good: bool = False) -> list[tuple[str, int]]:
        """(key, seq) of the newest leaf of each key among the first `size`, by key in byte order.

        `good` passes over leaves that are quarantined at the log's holder.
        """

    async def put_leaves(self, head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
        """Write these leaves in their places, whatever stood there."""

    async def put_hashes(self, head: LogHead, hashes: Sequence[tuple[int, bytes]]) -> None:
        """Keep the hashes of leaves whose lines are not kept, in places where nothing stands."""

    async def drop_beyond(self, head: LogHead, size: int) -> None:
        """Drop rows numbered `size` or more."""

    async def kept_nodes(self, head: LogHead) -> dict[tuple[int, int], bytes]:
        """Every kept subtree root by level and place."""

    async def replace_nodes(self, head: LogHead, nodes: Sequence[Node]) -> None:
        """Make these the kept subtree roots."""

    async def replace_end(self, head: LogHead) -> None:
        """Make size, peaks and note of the log's end those of `head`."""

    async def note(self, hub_id: PartyId, shop_id: PartyId) -> RepairNote:
        """What is remembered of repairing a copy; empty at first."""

    async def save_note(self, note: RepairNote) -> None:
        """Remember it."""

    async def due(self, now: datetime, window_began: datetime) -> list[tuple[PartyId, PartyId]]:
        """(hub, shop) of linked copies to look over: under repair, live and due, or resting since `window_began`."""

    async def hasten(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
        """Have a copy looked over soon."""
