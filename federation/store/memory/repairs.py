"""Rows of a log in memory as they are, and what a hub remembers of mending them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from federation.log.nodes import Node
from federation.node.memory import Table, statement
from federation.recon.items import Item
from federation.recon.state import RepairNote
from federation.records import LogHead, StoredLeaf
from federation.store.memory import logs
from federation.store.memory.rows import LEAVES, LINKS, LOGS, QUARANTINE, REPLICAS, LeafRow
from federation.vocabulary.ids import PartyId

_NOTES = Table[RepairNote]("fed_repair", lambda row: (row.hub_id, row.shop_id))


def _log(head: LogHead) -> tuple[str, str, int]:
    return (head.holder_id, head.party_id, head.epoch)


def _hash(leaf: StoredLeaf) -> bytes:
    return hashlib.sha256(b"\0" + leaf.line).digest() if leaf.line else leaf.hash


async def _leaves(head: LogHead, size: int | None = None) -> list[StoredLeaf]:
    async with statement() as own:
        return [row.leaf for row in own.scan(LEAVES, *_log(head)) if size is None or row.leaf.seq < size]


def _newest(leaves: Iterable[StoredLeaf]) -> list[StoredLeaf]:
    """The last leaf of each key, by key; leaves come by seq."""
    found = {leaf.key: leaf for leaf in leaves if leaf.line}
    return [found[key] for key in sorted(found)]


async def items(head: LogHead, size: int, *, history: bool) -> list[Item]:
    leaves = await _leaves(head, size)
    kept = leaves if history else _newest(leaves)
    return [(leaf.seq, _hash(leaf)) for leaf in kept]


async def misfits(head: LogHead) -> list[int]:
    found = []
    for leaf in await _leaves(head):
        begins = f'{{"s":{leaf.seq},"o":"{leaf.operation}","k":"{leaf.key}","p":'.encode()
        if leaf.hash != _hash(leaf) or not leaf.line.startswith(begins) if leaf.line else leaf.key:
            found.append(leaf.seq)
    return found


async def kept_hashes(head: LogHead) -> list[tuple[int, bytes]]:
    return [(leaf.seq, leaf.hash) for leaf in await _leaves(head)]


async def leaves_of(head: LogHead, size: int, places: Sequence[int], hashes: Sequence[bytes]) -> list[StoredLeaf]:
    wanted, told = set(places), set(hashes)
    return [leaf for leaf in await _leaves(head, size) if leaf.line and (leaf.seq in wanted or leaf.hash in told)]


async def newest_places(head: LogHead, size: int, *, good: bool = False) -> list[tuple[str, int]]:
    async with statement() as own:
        rows = own.scan(QUARANTINE, head.holder_id, head.party_id) if good else []
        passed_over = {row.seq for row in rows if row.epoch == head.epoch}
    leaves = [leaf for leaf in await _leaves(head, size) if leaf.seq not in passed_over]
    return [(leaf.key, leaf.seq) for leaf in _newest(leaves)]


async def put_leaves(head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
    async with statement() as own:
        for leaf in leaves:
            await own.put(LEAVES, LeafRow(*_log(head), leaf))


async def put_hashes(head: LogHead, hashes: Sequence[tuple[int, bytes]]) -> None:
    async with statement() as own:
        for seq, told in hashes:
            await own.insert(LEAVES, LeafRow(*_log(head), StoredLeaf(seq, "", "del", b"", told)))


async def drop_beyond(head: LogHead, size: int) -> None:
    async with statement() as own:
        for row in own.scan(LEAVES, *_log(head)):
            if row.leaf.seq >= size:
                await own.delete(LEAVES, *_log(head), row.leaf.seq)


async def kept_nodes(head: LogHead) -> dict[tuple[int, int], bytes]:
    async with statement() as own:
        rows = own.scan(logs.NODES, *_log(head))
        return {(row.node.level, row.node.place): row.node.hash for row in rows}


async def replace_nodes(head: LogHead, nodes: Sequence[Node]) -> None:
    async with statement() as own:
        for row in own.scan(logs.NODES, *_log(head)):
            await own.delete(logs.NODES, *_log(head), row.node.level, row.node.place)
    await logs.add_nodes(head, nodes)


async def replace_end(head: LogHead) -> None:
    async with statement() as own:
        known = await own.lock(LOGS, head.holder_id, head.party_id)
        if known is not None and known.epoch == head.epoch:
            await own.put(LOGS, head)


async def note(hub_id: PartyId, shop_id: PartyId) -> RepairNote:
    async with statement() as own:
        return own.get(_NOTES, hub_id, shop_id) or RepairNote(hub_id=hub_id, shop_id=shop_id)


async def save_note(note: RepairNote) -> None:
    async with statement() as own:
        await own.put(_NOTES, note)


async def due(now: datetime, window_began: datetime) -> list[tuple[PartyId, PartyId]]:
    async with statement() as own:
        found = []
        for replica in own.scan(REPLICAS):
            ends = (replica.hub_id, replica.shop_id)
            link, kept = own.get(LINKS, *ends), own.get(_NOTES, *ends) or RepairNote(hub_id=ends[0], shop_id=ends[1])
            is_due = {
                "repairing": True,
                "snapshotting": True,
                "live": kept.next_at is None or kept.next_at <= now,
                "throttled": kept.window_at is None or kept.window_at <= window_began,
            }.get(replica.state, False)
            if link is not None and link.link.state == "accepted" and is_due:
                found.append((kept.next_at is not None, kept.next_at or now, ends))
        return [ends for _, _, ends in sorted(found)]


async def hasten(hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
    async with statement() as own:
        kept = await own.lock(_NOTES, hub_id, shop_id)
        if kept is not None and kept.next_at is not None and kept.next_at > now:
            await own.put(_NOTES, msgspec.structs.replace(kept, next_at=now))
