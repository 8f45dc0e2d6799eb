"""Kept fork proofs in memory, by the party that keeps them and the shop they are about."""

import msgspec

from federation.node.memory import Table, statement
from federation.records import ForkFound
from federation.vocabulary.ids import PartyId


class _Row(msgspec.Struct, frozen=True):
    holder_id: str
    found: ForkFound


_FORKS = Table[_Row]("fed_fork", lambda row: (row.holder_id, row.found.shop_id, row.found.epoch), together=1)


async def add_fork(holder_id: PartyId, fork: ForkFound) -> bool:
    async with statement() as own:
        return await own.insert(_FORKS, _Row(holder_id, fork))


async def fork(holder_id: str, shop_id: str, epoch: int) -> ForkFound | None:
    async with statement() as own:
        row = own.get(_FORKS, holder_id, shop_id, epoch)
        return None if row is None else row.found


async def forks(holder_id: PartyId, shop_id: PartyId) -> list[ForkFound]:
    async with statement() as own:
        return [row.found for row in reversed(own.scan(_FORKS, holder_id, shop_id))]
