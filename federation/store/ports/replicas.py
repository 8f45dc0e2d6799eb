"""A hub's replicas: their states and quarantined records.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from federation.conversations.messages import Quarantine
from federation.conversations.replica import ReplicaState
from federation.records import Replica
from federation.vocabulary.ids import PartyId


class ReplicaStore(Protocol):
    """Queries over a hub's replicas: their states and quarantined records."""

    async def open_replica(self, hub_id: PartyId, shop_id: PartyId) -> None:
        """Begin to follow a shop; nothing when that has begun."""

    async def keep_note(self, hub_id: PartyId, shop_id: PartyId, note: bytes) -> None:
        """Remember the newest checkpoint of a forgotten copy, for the next one to agree with; empty: no more."""

    async def replica(self, hub_id: str, shop_id: str, *, lock: bool = False) -> Replica | None:
        """How a hub stands with a shop, locked until the end of the transaction when `lock`."""

    async def record_pushed(
        self, hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime
    ) -> None:
        """Record a batch taken in by push."""

    async def record_pulled(
        self, hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime, *, found: int
    ) -> None:
        """Record a look at the shop's checkpoint: its size, and how many leaves were taken in that push had missed."""

    async def record_error(self, hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
        """Record why the shop could not be followed just now."""

    async def set_state(self, hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
        """Move a replica to another state."""

    async def begin_epoch(self, hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
        """Let a replica begin anew, in a later epoch of the shop's log."""

    async def freeze(self, hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
        """Stop following a shop that signed two histories; the proof is among the forks."""

    async def add_quarantined(
        self, hub_id: PartyId, shop_id: PartyId, epoch: int, records: Sequence[Quarantine], now: datetime
    ) -> None:
        """Remember records that are not served."""

    async def views(self, hub_id: PartyId) -> list[dict[str, Any]]:
        """The columns of a ReplicaView (all but freshness) of every shop a hub is or was linked with, by name."""
