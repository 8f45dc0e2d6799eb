"""The other hubs with which a hosted hub compares checkpoints.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.records import ComparedHub
from federation.vocabulary.ids import PartyId


class ComparedStore(Protocol):
    """Queries over the hubs that a hub compares itself with, by the address of their endpoints."""

    async def note_hubs(self, hub_id: PartyId, endpoints: Sequence[str], named_by: str, now: datetime) -> None:
        """Remember hubs to compare with; nothing for those known already."""

    async def due_hubs(self, hub_id: PartyId, now: datetime, limit: int) -> list[ComparedHub]:
        """The hubs whose turn has come, the longest due first."""

    async def hubs(self, hub_id: PartyId) -> list[ComparedHub]:
        """All hubs that a hub compares itself with, by address."""

    async def record_round(self, hub: ComparedHub) -> None:
        """Remember how a round went, and when the next is due."""
