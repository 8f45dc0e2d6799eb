"""Telling linked hubs that stock moved, in the transaction that moved it."""

from datetime import datetime

from federation.service import stock
from federation.vocabulary.ids import PartyId
from shops import store as boutiques


async def announce(shop_id: PartyId, now: datetime) -> None:
    """Enqueue the registers changed up to now for every linked hub."""
    await stock.announce_stock(shop_id, await boutiques.vseq(shop_id), now)
