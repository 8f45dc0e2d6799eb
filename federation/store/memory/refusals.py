"""Records that hubs take as history and do not show, in memory."""

from collections.abc import Sequence

import msgspec

from federation.conversations.messages import Quarantine
from federation.node.memory import statement
from federation.records import Refusal
from federation.store.memory.rows import LEAVES, LOGS, PEERS, QUARANTINE, REFUSALS, RefusalRow
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId

_ERRORS = msgspec.json.Decoder(tuple[FieldError, ...])


async def standing(hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> list[Quarantine]:
    async with statement() as own:
        log = own.get(LOGS, hub_id, shop_id)
        if log is None:
            return []
        newest = {row.leaf.key: row.leaf.seq for row in own.scan(LEAVES, hub_id, shop_id, log.epoch)}
        found = [
            Quarantine(seq=row.seq, key=row.key, errors=_ERRORS.decode(row.errors))
            for row in own.scan(QUARANTINE, hub_id, shop_id)
            if row.epoch == log.epoch and row.seq > after and newest.get(row.key, 0) <= row.seq
        ]
        return sorted(found, key=lambda item: item.seq)[:limit]


async def replace(shop_id: PartyId, hub_id: PartyId, refusals: Sequence[Refusal]) -> None:
    async with statement() as own:
        for row in list(own.scan(REFUSALS, shop_id, hub_id)):
            await own.delete(REFUSALS, row.shop_id, row.refusal.hub_id, row.refusal.key)
        for refusal in refusals:
            await own.put(REFUSALS, RefusalRow(shop_id, refusal))


async def refusals(shop_id: PartyId, key: str = "") -> list[Refusal]:
    async with statement() as own:
        found = []
        for row in own.scan(REFUSALS, shop_id):
            peer = own.get(PEERS, row.refusal.hub_id)
            name = row.refusal.hub_id if peer is None else peer.name
            if key in {"", row.refusal.key}:
                found.append(msgspec.structs.replace(row.refusal, hub_name=name))
        return sorted(found, key=lambda item: (item.key, item.hub_name))
