"""Links in memory, and what a shop has delivered along them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations.link import LinkState
from federation.documents import identity
from federation.node.memory import MemoryConnection, statement
from federation.records import Delivery, Link, LinkView, SyncState
from federation.store.memory.rows import (
    DELIVERIES,
    LINKS,
    LOGS,
    OPERATIONS,
    PARTIES,
    PEERS,
    REFUSALS,
    REPLICAS,
    STOCKS,
    DeliveryRow,
    LinkRow,
)
from federation.vocabulary.ids import PartyId

_ERROR_LENGTH_MAX = 500


async def link(local_id: str, remote_id: str, *, lock: bool = False) -> Link | None:
    async with statement() as own:
        row = await own.lock(LINKS, local_id, remote_id) if lock else own.get(LINKS, local_id, remote_id)
        return None if row is None else row.link


async def save_link(link: Link, remote_proof: bytes | None) -> None:
    async with statement() as own:
        known = await own.lock(LINKS, link.local_id, link.remote_id)
        kept = b"" if known is None else known.remote_proof
        await own.put(LINKS, LinkRow(link, kept if remote_proof is None else remote_proof))


async def state(local_id: str, remote_id: str) -> LinkState | None:
    async with statement() as own:
        row = own.get(LINKS, local_id, remote_id)
        return None if row is None else row.link.state


async def views(local_id: PartyId) -> list[LinkView]:
    async with statement() as own:
        rows = [row.link for row in own.scan(LINKS, local_id)]
        return [_view(own, item) for item in sorted(rows, key=lambda item: item.proposed_at, reverse=True)]


def _view(own: MemoryConnection, link: Link) -> LinkView:
    peer = own.get(PEERS, link.remote_id)
    assert peer is not None, "a link is made with a peer that is known"  # noqa: S101 - tells the type checker
    return LinkView(
        id=link.id,
        local_id=link.local_id,
        remote_id=link.remote_id,
        remote_name=peer.name,
        remote_kind=peer.kind,
        remote_url=peer.base_url,
        ours=link.ours,
        theirs=link.theirs,
        state=link.state,
        proposed_by=link.proposed_by,
        message=link.message,
        proposed_at=link.proposed_at,
        changed_at=link.changed_at,
    )


async def accepted_remotes(local_id: PartyId) -> list[PartyId]:
    async with statement() as own:
        return [row.link.remote_id for row in own.scan(LINKS, local_id) if row.link.state == "accepted"]


async def accepted_pairs(kind: str) -> list[tuple[PartyId, PartyId]]:
    async with statement() as own:
        local = {row.id for row in own.scan(PARTIES) if row.kind == kind}
        return [pair for pair in _accepted(own) if pair[0] in local]


async def collecting_pairs(address: str, ended_since: datetime) -> list[tuple[PartyId, PartyId]]:
    async with statement() as own:
        links = [row.link for row in own.scan(LINKS) if row.link.state != "ended" or row.link.changed_at >= ended_since]
        here = {row.id for row in own.scan(PARTIES) if row.left_at is None}
        wanted = {item.local_id for item in links if item.local_id in here}
        told = {party_id: [row.seen.data for row in own.scan(OPERATIONS, party_id)] for party_id in wanted}
    there = {party_id for party_id, bodies in told.items() if identity.fold(bodies).address == address}
    return [(item.local_id, item.remote_id) for item in links if item.local_id in there]


def _accepted(own: MemoryConnection) -> list[tuple[PartyId, PartyId]]:
    """(local, remote) of every accepted link of the parties that act here."""
    here = {row.id for row in own.scan(PARTIES) if row.left_at is None}
    links = [row.link for row in own.scan(LINKS) if row.link.state == "accepted"]
    return [(item.local_id, item.remote_id) for item in links if item.local_id in here]


async def silent_pairs(since: datetime) -> list[tuple[PartyId, PartyId, datetime | None]]:
    async with statement() as own:
        accepted = set(_accepted(own))
        told = [row.delivery for row in own.scan(DELIVERIES)]
        silent = [
            item
            for item in told
            if (item.shop_id, item.hub_id) in accepted and (item.last_stock_at is None or item.last_stock_at < since)
        ]
        ordered = sorted(silent, key=lambda item: (item.last_stock_at is not None, item.last_stock_at or since))
        return [(item.shop_id, item.hub_id, item.last_stock_at) for item in ordered]


async def lagging_pairs(before: datetime, failed_before: datetime) -> list[tuple[PartyId, PartyId]]:
    async with statement() as own:
        accepted = set(_accepted(own))
        lagging = []
        for item in [row.delivery for row in own.scan(DELIVERIES)]:
            head = own.get(LOGS, item.shop_id, item.shop_id)
            behind = head is not None and item.acked_size < head.size and head.changed_at < before
            rested = not item.last_error or (item.last_error_at is not None and item.last_error_at < failed_before)
            if behind and rested and (item.shop_id, item.hub_id) in accepted:
                lagging.append((item.shop_id, item.hub_id))
        return lagging


async def troubled_pairs(since: datetime, silent: tuple[datetime, datetime]) -> list[tuple[PartyId, PartyId]]:
    begin, end = silent
    async with statement() as own:
        told = [(row.delivery.last_error or row.stock_error, row.delivery) for row in own.scan(DELIVERIES)]
        held = [row for row in own.scan(REPLICAS) if row.last_error and (row.last_error_at or since) >= since]
        failed = [(row.hub_id, row.shop_id) for row in held]
        tables = [(row, row.heard_at) for row in own.scan(STOCKS)]
        failed += [(row.hub_id, row.shop_id) for row, heard_at in tables if heard_at and begin <= heard_at < end]
        failed += [(row.shop_id, row.hub_id) for error, row in told if error and (row.last_error_at or since) >= since]
        return sorted(set(_accepted(own)).intersection(failed))


async def open_delivery(shop_id: PartyId, hub_id: PartyId) -> None:
    async with statement() as own:
        await own.insert(
            DELIVERIES,
            DeliveryRow(
                Delivery(
                    shop_id=shop_id,
                    hub_id=hub_id,
                    acked_size=0,
                    acked_vseq=0,
                    quarantined=0,
                    last_success_at=None,
                    last_stock_at=None,
                    last_error="",
                    last_error_at=None,
                )
            ),
        )


async def delivery(shop_id: str, hub_id: str) -> Delivery | None:
    async with statement() as own:
        row = own.get(DELIVERIES, shop_id, hub_id)
        return None if row is None else row.delivery


async def record_size(
    shop_id: PartyId, hub_id: PartyId, size: int, now: datetime, *, cosigned_note: bytes = b"", quarantined: int = 0
) -> None:
    def change(row: DeliveryRow) -> DeliveryRow:
        told = msgspec.structs.replace(
            row.delivery,
            acked_size=size,
            last_success_at=now,
            last_error="",
            quarantined=row.delivery.quarantined + quarantined,
        )
        return DeliveryRow(told, cosigned_note or row.cosigned_note, row.stock_error)

    await _change(shop_id, hub_id, change)


async def record_stock(shop_id: PartyId, hub_id: PartyId, vseq: int, echo: int, now: datetime) -> None:
    def change(row: DeliveryRow) -> DeliveryRow:
        told = _with(row, acked_vseq=vseq, stock_echo=echo, last_stock_at=now, last_success_at=now)
        return msgspec.structs.replace(told, stock_error="")

    await _change(shop_id, hub_id, change)


async def record_compared(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    await _change(shop_id, hub_id, lambda row: _with(row, stock_compared_at=now))


async def record_stock_error(shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
    def change(row: DeliveryRow) -> DeliveryRow:
        return msgspec.structs.replace(_with(row, last_error_at=now), stock_error=error[:_ERROR_LENGTH_MAX])

    await _change(shop_id, hub_id, change)


async def record_error(shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
    await _change(shop_id, hub_id, lambda row: _with(row, last_error=error[:_ERROR_LENGTH_MAX], last_error_at=now))


def _with(row: DeliveryRow, **changes: Any) -> DeliveryRow:
    return msgspec.structs.replace(row, delivery=msgspec.structs.replace(row.delivery, **changes))


async def _change(shop_id: PartyId, hub_id: PartyId, change: Callable[[DeliveryRow], DeliveryRow]) -> None:
    async with statement() as own:
        await own.change(DELIVERIES, (shop_id, hub_id), change)


async def sync_states(shop_id: PartyId) -> list[SyncState]:
    async with statement() as own:
        states = [_sync_state(own, row.link) for row in own.scan(LINKS, shop_id)]
        return sorted(states, key=lambda item: (item.hub_name, item.hub_id))


def _sync_state(own: MemoryConnection, link: Link) -> SyncState:
    row = own.get(DELIVERIES, link.local_id, link.remote_id)
    head = own.get(LOGS, link.local_id, link.local_id)
    told = None if row is None else row.delivery
    return SyncState(
        hub_id=link.remote_id,
        hub_name=_view(own, link).remote_name,
        link_state=link.state,
        size=0 if head is None else head.size,
        acked_size=0 if told is None else told.acked_size,
        acked_vseq=0 if told is None else told.acked_vseq,
        quarantined=len(own.scan(REFUSALS, link.local_id, link.remote_id)),
        last_success_at=None if told is None else told.last_success_at,
        last_stock_at=None if told is None else told.last_stock_at,
        last_error="" if row is None else row.delivery.last_error or row.stock_error,
        last_error_at=None if told is None else told.last_error_at,
    )


async def cosigned_note(shop_id: PartyId, hub_id: PartyId) -> bytes:
    async with statement() as own:
        row = own.get(DELIVERIES, shop_id, hub_id)
        return b"" if row is None else row.cosigned_note
