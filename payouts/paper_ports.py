"""What papers of money need of others: the words of orders, who the parties are in law, and the hub's signature."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payouts.domain.papers import LegalParty, LineWords, OrderWords

__all__ = ["LegalParty", "LineWords", "Office", "OrderWords"]


class Office(Protocol):
    """Where papers are written: knows orders' words and the parties, and signs for the hub."""

    @property
    def time_zone(self) -> str:
        """Where the hub's days begin and its months end: a zone that is known here."""

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        """The shop orders that are known, in words."""

    async def hub(self) -> LegalParty:
        """The hub itself."""

    async def boutique(self, shop_id: str) -> LegalParty:
        """A boutique as it presents itself now."""

    async def seal(self, document: bytes, now: datetime) -> bytes:
        """The signed form of a document (canonical JSON), which can be checked without asking anybody."""
