"""What is not shown of a shop's records: as its hubs say it, and as the shop heard of it.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from federation.conversations.messages import Quarantine
from federation.records import Refusal
from federation.vocabulary.ids import PartyId


class RefusalStore(Protocol):
    """Queries over quarantined records that still stand, at the hub and at the shop."""

    async def standing(self, hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> list[Quarantine]:
        """What a hub does not show of a shop's present epoch and nothing newer has replaced, by line beyond `after`."""

    async def replace(self, shop_id: PartyId, hub_id: PartyId, refusals: Sequence[Refusal]) -> None:
        """Remember what one hub does not show now, in place of what it did not show before."""

    async def refusals(self, shop_id: PartyId, key: str = "") -> list[Refusal]:
        """What hubs do not show of a hosted shop (of one key when given), by key."""
