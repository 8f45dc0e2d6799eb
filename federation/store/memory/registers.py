"""A hub's copies of shops' stock registers in memory."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Place, Tally
from federation.node.memory import statement
from federation.store.memory.rows import REGISTERS, STOCKS, RegisterRow, StockRow
from federation.vocabulary.ids import PartyId


async def open_table(hub_id: PartyId, shop_id: PartyId) -> None:
    async with statement() as own:
        await own.insert(STOCKS, StockRow(hub_id, shop_id))


async def tally(hub_id: PartyId, shop_id: PartyId) -> Tally | None:
    async with statement() as own:
        row = await own.lock(STOCKS, hub_id, shop_id)
        return None if row is None else row.tally


async def at_places(hub_id: PartyId, shop_id: PartyId, places: Sequence[Place]) -> list[StockRegister]:
    async with statement() as own:
        rows = [own.get(REGISTERS, hub_id, shop_id, *place) for place in places]
        return [row.register for row in rows if row is not None]


async def put(hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister]) -> None:
    async with statement() as own:
        for register in registers:
            await own.put(REGISTERS, RegisterRow(hub_id, shop_id, register))


async def save_tally(hub_id: PartyId, shop_id: PartyId, tally: Tally, heard_at: datetime | None, now: datetime) -> None:
    def change(row: StockRow) -> StockRow:
        known = None if row.heard_at is not None and row.heard_at > now else row.heard_at
        moments = [moment for moment in (known, heard_at) if moment is not None]
        return msgspec.structs.replace(row, tally=tally, heard_at=max(moments, default=None))

    async with statement() as own:
        await own.change(STOCKS, (hub_id, shop_id), change)


async def heard_beside(hub_id: PartyId, shop_id: PartyId, since: datetime) -> bool:
    async with statement() as own:
        others = [row for row in own.scan(STOCKS, hub_id) if row.shop_id != shop_id]
        return any(row.heard_at is not None and row.heard_at >= since for row in others)


async def page(hub_id: PartyId, shop_id: PartyId, after: Place | None, limit: int) -> list[StockRegister]:
    async with statement() as own:
        found = [row.register for row in own.scan(REGISTERS, hub_id, shop_id)]
        return [item for item in found if after is None or (item.variant_id, item.location) > after][:limit]
