"""Snapshots in memory: offered ones with their chunks, and loads with the parts that are here."""

from datetime import datetime

import msgspec

from federation.node.memory import Table, statement
from federation.recon.state import SnapshotLoad, SnapshotMade
from federation.records import LogHead
from federation.store.memory.rows import LOGS, PARTIES
from federation.vocabulary.ids import PartyId


class _MadeRow(msgspec.Struct, frozen=True):
    holder_id: str
    party_id: str
    made: SnapshotMade


class _ChunkRow(msgspec.Struct, frozen=True):
    holder_id: str
    party_id: str
    sha256: bytes
    body: bytes
    made_at: datetime


class _PartRow(msgspec.Struct, frozen=True):
    hub_id: str
    shop_id: str
    number: int
    body: bytes


_MADE = Table[_MadeRow]("fed_snapshot", lambda row: (row.holder_id, row.party_id))
_CHUNKS = Table[_ChunkRow]("fed_snapshot_chunk", lambda row: (row.holder_id, row.party_id, row.sha256), together=2)
_LOADS = Table[SnapshotLoad]("fed_snapshot_load", lambda row: (row.hub_id, row.shop_id))
_PARTS = Table[_PartRow]("fed_snapshot_part", lambda row: (row.hub_id, row.shop_id, row.number), together=2)


async def made(holder_id: str, party_id: str) -> SnapshotMade | None:
    async with statement() as own:
        row = own.get(_MADE, holder_id, party_id)
        return None if row is None else row.made


async def offer(holder_id: PartyId, party_id: PartyId, made: SnapshotMade) -> None:
    async with statement() as own:
        await own.put(_MADE, _MadeRow(holder_id, party_id, made))


async def put_chunk(head: LogHead, sha256: bytes, body: bytes, now: datetime) -> None:
    async with statement() as own:
        await own.put(_CHUNKS, _ChunkRow(head.holder_id, head.party_id, sha256, body, now))


async def chunk(holder_id: PartyId, party_id: PartyId, sha256: bytes) -> bytes | None:
    async with statement() as own:
        row = own.get(_CHUNKS, holder_id, party_id, sha256)
        return None if row is None else row.body


async def drop_chunks(holder_id: PartyId, party_id: PartyId, made_before: datetime) -> None:
    async with statement() as own:
        for row in own.scan(_CHUNKS, holder_id, party_id):
            if row.made_at < made_before:
                await own.delete(_CHUNKS, holder_id, party_id, row.sha256)


async def wanting(leaves_min: int, stale_percent: int) -> list[LogHead]:
    async with statement() as own:
        found = []
        for head in own.scan(LOGS):
            row = own.get(_MADE, head.holder_id, head.party_id)
            size = row.made.size if row is not None and row.made.epoch == head.epoch else None
            is_stale = size is None or (head.size - size) * 100 > size * stale_percent
            if head.size >= leaves_min and is_stale and own.get(PARTIES, head.holder_id) is not None:
                found.append(head)
        return found


async def load(hub_id: PartyId, shop_id: PartyId, *, lock: bool = False) -> SnapshotLoad | None:
    async with statement() as own:
        return await own.lock(_LOADS, hub_id, shop_id) if lock else own.get(_LOADS, hub_id, shop_id)


async def save_load(load: SnapshotLoad) -> None:
    async with statement() as own:
        await own.put(_LOADS, load)


async def end_load(hub_id: PartyId, shop_id: PartyId) -> None:
    async with statement() as own:
        await own.delete(_LOADS, hub_id, shop_id)
        for row in own.scan(_PARTS, hub_id, shop_id):
            await own.delete(_PARTS, hub_id, shop_id, row.number)


async def put_part(load: SnapshotLoad, number: int, body: bytes) -> None:
    async with statement() as own:
        await own.put(_PARTS, _PartRow(load.hub_id, load.shop_id, number, body))


async def parts(load: SnapshotLoad) -> list[bytes]:
    async with statement() as own:
        return [row.body for row in own.scan(_PARTS, load.hub_id, load.shop_id)]
