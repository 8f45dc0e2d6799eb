"""How far hubs and shops have followed each other, for the people who run them."""

from datetime import datetime

from federation.conversations import stock
from federation.records import ReplicaView, SyncState
from federation.store import links, replicas
from federation.vocabulary.ids import PartyId


async def replica_states(hub_id: PartyId, now: datetime) -> list[ReplicaView]:
    """Every shop a hub is or was linked with: sizes on both sides, trust in its stock, the last failure."""
    rows = await replicas.views(hub_id)
    return [ReplicaView(**row, freshness=stock.freshness_at(row["last_stock_at"], now)) for row in rows]


async def sync_states(shop_id: PartyId) -> list[SyncState]:
    """Every hub a shop is or was linked with: what it has acknowledged, the last failure."""
    return await links.sync_states(shop_id)
