"""Addresses that do not answer, and until when they are left alone.

Every method takes part in the caller's transaction and decides nothing.
"""

from datetime import datetime
from typing import Protocol


class ContactStore(Protocol):
    """Queries over addresses that do not answer."""

    async def rest(self, authority: str, until: datetime, error: str, now: datetime) -> None:
        """Leave an address alone until a moment; of two the later holds."""

    async def resting_until(self, authority: str) -> datetime | None:
        """Until when an address is, or was last, left alone."""

    async def forget(self, authority: str) -> None:
        """The address answers again."""

    async def resting(self, now: datetime) -> list[tuple[str, datetime]]:
        """Every address that is left alone at present, with the end of its rest."""
