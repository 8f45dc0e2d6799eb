"""Reconciling stock tables by ranges, for whoever finds that two of them differ and would not send all of one.

An item is a register: its timestamp the vseq, its id the hash of its line. Invariant: nothing is written here.
"""

from collections.abc import Sequence
from datetime import datetime

from federation import limits
from federation.conversations.messages import StockRegister
from federation.conversations.stock import place_of, register_id
from federation.recon import session
from federation.recon.items import ItemSet
from federation.service.calls import PeerCall
from federation.service.context import Federation
from federation.service.recon import Found, session_with
from federation.store import registers
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId


async def answer_inventory(fed: Federation, ends: tuple[PartyId, PartyId], message: bytes, *, as_hub: bool) -> bytes:
    """The answer to a message about stock; `ends` are (we, the peer): a hub compares what the shop told it."""
    if as_hub:
        held = await _registers(*ends)
    elif fed.shop_desk is not None:
        held = list((await fed.shop_desk.stock_news(ends[0], 0, limits.LIVE_RECORDS_MAX)).registers)
    else:
        raise NotFoundError("no stock is kept here")
    return session.answer(stock_items(held), message)


async def _registers(hub_id: PartyId, shop_id: PartyId) -> list[StockRegister]:
    held: list[StockRegister] = []
    while page := await registers.page(hub_id, shop_id, place_of(held[-1]) if held else None, limits.STOCK_PAGE_MAX):
        held += page
    return held


def stock_items(held: Sequence[StockRegister]) -> ItemSet:
    """Registers as items: their vseq, and the hash of their line."""
    return ItemSet((register.vseq, register_id(register)) for register in held)


async def reconcile_inventory(
    fed: Federation, ends: tuple[PartyId, PartyId], ours: Sequence[StockRegister], now: datetime
) -> tuple[list[StockRegister], Found]:
    """Which of our registers a peer does not hold as they are, by rising vseq; `ends` are (we, the peer)."""
    exchange = PeerCall(local_id=ends[0], remote_id=ends[1], method="POST", path="/recon/inventory")
    found = await session_with(fed, exchange, stock_items(ours), now)
    lacking = [register for register in ours if register_id(register) in found.have]
    return sorted(lacking, key=lambda register: register.vseq), found
