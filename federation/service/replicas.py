"""How far hubs and shops have followed each other, for the people who run them."""

from datetime import datetime

from federation.conversations import stock
from federation.recon.state import RepairNote
from federation.records import ReplicaView, SyncState
from federation.store import links, repairs, replicas
from federation.vocabulary.ids import PartyId


async def replica_states(hub_id: PartyId, now: datetime) -> list[ReplicaView]:
    """Every shop a hub is or was linked with: sizes on both sides, trust in its stock, the last failure."""
    rows = await replicas.views(hub_id)
    return [ReplicaView(**row, freshness=stock.freshness_at(row["last_stock_at"], now)) for row in rows]


async def repair_note(hub_id: PartyId, shop_id: PartyId) -> RepairNote:
    """What a hub remembers of keeping its copy of a shop whole: progress, last repair and its cost, next look."""
    return await repairs.note(hub_id, shop_id)


async def sync_states(shop_id: PartyId) -> list[SyncState]:
    """Every hub a shop is or was linked with: what it has acknowledged, the last failure."""
    return await links.sync_states(shop_id)
