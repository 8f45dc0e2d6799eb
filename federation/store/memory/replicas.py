"""A hub's replicas in memory: their states and quarantined records."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations.messages import Quarantine
from federation.conversations.replica import ReplicaState
from federation.node.memory import MemoryConnection, statement
from federation.records import Link, Replica
from federation.store.memory.rows import (
    LINKS,
    LOGS,
    PEERS,
    QUARANTINE,
    REPLICAS,
    STOCKS,
    QuarantineRow,
    StockRow,
)
from federation.vocabulary.ids import PartyId

_ERROR_LENGTH_MAX = 500
_replace = msgspec.structs.replace


async def open_replica(hub_id: PartyId, shop_id: PartyId) -> None:
    async with statement() as own:
        await own.insert(REPLICAS, _unknown(hub_id, shop_id))


async def keep_note(hub_id: PartyId, shop_id: PartyId, note: bytes) -> None:
    await _change(hub_id, shop_id, lambda row: _replace(row, kept_note=note))


def _unknown(hub_id: PartyId, shop_id: PartyId) -> Replica:
    return Replica(
        hub_id=hub_id,
        shop_id=shop_id,
        state="desynced",
        shop_size=0,
        found_by_pull=0,
        last_push_at=None,
        last_pull_at=None,
        last_error="",
        last_error_at=None,
    )


async def replica(hub_id: str, shop_id: str, *, lock: bool = False) -> Replica | None:
    async with statement() as own:
        return await own.lock(REPLICAS, hub_id, shop_id) if lock else own.get(REPLICAS, hub_id, shop_id)


async def _change(hub_id: PartyId, shop_id: PartyId, change: Callable[[Replica], Replica]) -> None:
    async with statement() as own:
        await own.change(REPLICAS, (hub_id, shop_id), change)


async def record_pushed(hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime) -> None:
    def change(row: Replica) -> Replica:
        return _replace(row, state=state, shop_size=max(row.shop_size, size), last_push_at=now, last_error="")

    await _change(hub_id, shop_id, change)


async def record_pulled(
    hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime, *, found: int
) -> None:
    def change(row: Replica) -> Replica:
        return _replace(
            row,
            state=state,
            shop_size=max(row.shop_size, size),
            found_by_pull=row.found_by_pull + found,
            last_pull_at=now,
            last_error="",
        )

    await _change(hub_id, shop_id, change)


async def record_error(hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
    def change(row: Replica) -> Replica:
        return _replace(row, last_error=error[:_ERROR_LENGTH_MAX], last_error_at=now, last_pull_at=now)

    await _change(hub_id, shop_id, change)


async def set_state(hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
    await _change(hub_id, shop_id, lambda row: _replace(row, state=state))


async def begin_epoch(hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
    def change(row: Replica) -> Replica:
        return _replace(row, state=state, shop_size=0, last_error="", last_error_at=None)

    await _change(hub_id, shop_id, change)


async def freeze(hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
    def change(row: Replica) -> Replica:
        return _replace(row, state="frozen", last_error=error[:_ERROR_LENGTH_MAX], last_error_at=now)

    await _change(hub_id, shop_id, change)


async def add_quarantined(
    hub_id: PartyId, shop_id: PartyId, epoch: int, records: Sequence[Quarantine], now: datetime
) -> None:
    async with statement() as own:
        for record in records:
            errors = msgspec.json.encode(record.errors)
            await own.insert(QUARANTINE, QuarantineRow(hub_id, shop_id, epoch, record.seq, record.key, errors, now))


async def views(hub_id: PartyId) -> list[dict[str, Any]]:
    async with statement() as own:
        found = [_view(own, row.link) for row in own.scan(LINKS, hub_id)]
        return sorted(found, key=lambda view: (view["name"], view["shop_id"]))


def _view(own: MemoryConnection, link: Link) -> dict[str, Any]:
    hub_id, shop_id = link.local_id, link.remote_id
    peer, head = own.get(PEERS, shop_id), own.get(LOGS, hub_id, shop_id)
    known = own.get(REPLICAS, hub_id, shop_id) or _unknown(hub_id, shop_id)
    stock = own.get(STOCKS, hub_id, shop_id) or StockRow(hub_id, shop_id)
    return {
        "shop_id": shop_id,
        "name": "" if peer is None else peer.name,
        "link_state": link.state,
        "state": known.state,
        "size": 0 if head is None else head.size,
        "shop_size": known.shop_size,
        "found_by_pull": known.found_by_pull,
        "vseq_high": stock.tally.vseq_high,
        "last_push_at": known.last_push_at,
        "last_pull_at": known.last_pull_at,
        "last_stock_at": stock.heard_at,
        "last_error": known.last_error,
        "last_error_at": known.last_error_at,
        "quarantined": len(own.scan(QUARANTINE, hub_id, shop_id)),
    }
