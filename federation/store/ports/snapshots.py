"""Snapshots: the one this node offers of a log, and those on their way into a hub's copies.

Every method takes part in the caller's transaction and decides nothing.
"""

from datetime import datetime
from typing import Protocol

from federation.recon.state import SnapshotLoad, SnapshotMade
from federation.records import LogHead
from federation.vocabulary.ids import PartyId


class SnapshotStore(Protocol):
    """Queries over snapshots."""

    async def made(self, holder_id: str, party_id: str) -> SnapshotMade | None:
        """The snapshot that is offered of a log."""

    async def offer(self, holder_id: PartyId, party_id: PartyId, made: SnapshotMade) -> None:
        """Offer this one from now on."""

    async def put_chunk(self, head: LogHead, sha256: bytes, body: bytes, now: datetime) -> None:
        """Keep a chunk; nothing but its time when it is kept already."""

    async def chunk(self, holder_id: PartyId, party_id: PartyId, sha256: bytes) -> bytes | None:
        """A chunk by its hash."""

    async def drop_chunks(self, holder_id: PartyId, party_id: PartyId, made_before: datetime) -> None:
        """Drop chunks last made before this time."""

    async def wanting(self, leaves_min: int, stale_percent: int) -> list[LogHead]:
        """Logs of at least so many leaves that no snapshot, or one older than that share of it, is offered of."""

    async def load(self, hub_id: PartyId, shop_id: PartyId, *, lock: bool = False) -> SnapshotLoad | None:
        """The snapshot on its way into a copy."""

    async def save_load(self, load: SnapshotLoad) -> None:
        """Begin a load, or remember how far it is."""

    async def end_load(self, hub_id: PartyId, shop_id: PartyId) -> None:
        """Forget a load and its parts."""

    async def put_part(self, load: SnapshotLoad, number: int, body: bytes) -> None:
        """Keep a part until all of them are here."""

    async def parts(self, load: SnapshotLoad) -> list[bytes]:
        """The parts that are here, by number."""
