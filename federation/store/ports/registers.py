"""A hub's copies of shops' stock registers, and what each whole table comes to.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Place, Tally
from federation.vocabulary.ids import PartyId


class RegisterStore(Protocol):
    """Queries over a hub's copies of stock registers."""

    async def open_table(self, hub_id: PartyId, shop_id: PartyId) -> None:
        """Begin to keep a shop's registers; nothing when that has begun."""

    async def tally(self, hub_id: PartyId, shop_id: PartyId) -> Tally | None:
        """What a shop's whole table comes to, held until the end of the transaction; None when none is kept."""

    async def at_places(self, hub_id: PartyId, shop_id: PartyId, places: Sequence[Place]) -> list[StockRegister]:
        """The registers that are kept of these places."""

    async def put(self, hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister]) -> None:
        """Keep registers, each in place of the one before it."""

    async def save_tally(
        self, hub_id: PartyId, shop_id: PartyId, tally: Tally, heard_at: datetime | None, now: datetime
    ) -> None:
        """Keep what the table comes to, and that it was the shop's own at `heard_at` (None: it may not be).

        A later moment that is known stays, unless it lies past `now`.
        """

    async def heard_beside(self, hub_id: PartyId, shop_id: PartyId, since: datetime) -> bool:
        """Whether any other shop's table was known to be its own at `since` or later."""

    async def page(self, hub_id: PartyId, shop_id: PartyId, after: Place | None, limit: int) -> list[StockRegister]:
        """The next registers past a place, in an order that is always the same."""
