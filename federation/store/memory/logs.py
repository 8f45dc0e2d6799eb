"""Logs in memory: a shop's own and a hub's countersigned copies, told apart by who holds them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.log.nodes import Node, Place
from federation.node.memory import Table, statement
from federation.records import LogHead, StoredCheckpoint, StoredLeaf
from federation.store.memory.rows import LEAVES, LOGS, LeafRow
from federation.vocabulary.ids import PartyId


class _Checkpoint(msgspec.Struct, frozen=True):
    holder_id: str
    party_id: str
    epoch: int
    kept: StoredCheckpoint


class NodeRow(msgspec.Struct, frozen=True):
    holder_id: str
    party_id: str
    epoch: int
    node: Node


_CHECKPOINTS = Table[_Checkpoint](
    "fed_checkpoint", lambda row: (row.holder_id, row.party_id, row.epoch, row.kept.size), together=3
)
NODES = Table[NodeRow](
    "fed_node", lambda row: (row.holder_id, row.party_id, row.epoch, row.node.level, row.node.place), together=3
)
_PAST = Table[LogHead]("fed_past_log", lambda row: (row.holder_id, row.party_id, row.epoch))


def _log(head: LogHead) -> tuple[str, str, int]:
    return (head.holder_id, head.party_id, head.epoch)


async def head(holder_id: str, party_id: str, *, lock: bool = False) -> LogHead | None:
    async with statement() as own:
        return await own.lock(LOGS, holder_id, party_id) if lock else own.get(LOGS, holder_id, party_id)


async def copies(holder_id: PartyId, after: str, limit: int) -> list[LogHead]:
    async with statement() as own:
        return [row for row in own.scan(LOGS, holder_id) if after < row.party_id != holder_id][:limit]


async def open_log(head: LogHead) -> None:
    async with statement() as own:
        await own.insert(LOGS, head)


async def add_leaves(head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
    async with statement() as own:
        for item in leaves:
            await own.add(LEAVES, LeafRow(*_log(head), item))


async def advance(head: LogHead, inflated_bytes: int) -> None:
    async with statement() as own:
        known = await own.lock(LOGS, head.holder_id, head.party_id)
        if known is not None and known.epoch == head.epoch:
            await own.put(LOGS, head)
    await add_checkpoint(head, inflated_bytes)


async def add_checkpoint(head: LogHead, inflated_bytes: int) -> None:
    async with statement() as own:
        before = [row.kept for row in own.scan(_CHECKPOINTS, *_log(head)) if row.kept.size < head.size]
        weight = inflated_bytes + (before[-1].inflated_bytes if before else 0)
        await own.add(_CHECKPOINTS, _Checkpoint(*_log(head), StoredCheckpoint(head.size, weight, head.note)))


async def checkpoints_after(head: LogHead, size: int, size_max: int) -> list[StoredCheckpoint]:
    async with statement() as own:
        kept = [row.kept for row in own.scan(_CHECKPOINTS, *_log(head))]
        start = max((item.size for item in kept if item.size <= size), default=0)
        return [item for item in kept if start <= item.size <= size_max]


async def checkpoint_at(head: LogHead, size: int) -> bytes | None:
    async with statement() as own:
        row = own.get(_CHECKPOINTS, *_log(head), size)
        return None if row is None else row.kept.note


async def lines(head: LogHead, start: int, end: int) -> list[bytes]:
    async with statement() as own:
        return [row.leaf.line for row in own.scan(LEAVES, *_log(head)) if start <= row.leaf.seq < end]


async def add_nodes(head: LogHead, nodes: Sequence[Node]) -> None:
    async with statement() as own:
        for node in nodes:
            await own.add(NODES, NodeRow(*_log(head), node))


async def nodes(head: LogHead, places: Sequence[Place]) -> dict[Place, bytes]:
    async with statement() as own:
        found: dict[Place, bytes] = {}
        for level, place in places:
            leaf_row = own.get(LEAVES, *_log(head), place) if level == 0 else None
            node_row = own.get(NODES, *_log(head), level, place) if level else None
            if leaf_row is not None:
                found[level, place] = leaf_row.leaf.hash
            if node_row is not None:
                found[level, place] = node_row.node.hash
        return found


async def leaf(head: LogHead, seq: int) -> StoredLeaf | None:
    async with statement() as own:
        row = own.get(LEAVES, *_log(head), seq)
        return None if row is None else row.leaf


async def seq_of(head: LogHead, leaf_hash: bytes) -> int | None:
    async with statement() as own:
        found = (row.leaf.seq for row in own.scan(LEAVES, *_log(head)) if row.leaf.hash == leaf_hash)
        return next(found, None)


async def past_head(holder_id: str, party_id: str, epoch: int) -> LogHead | None:
    async with statement() as own:
        return own.get(_PAST, holder_id, party_id, epoch)


async def begin_epoch(head: LogHead) -> None:
    async with statement() as own:
        known = await own.lock(LOGS, head.holder_id, head.party_id)
        if known is not None and known.epoch < head.epoch:
            await own.add(_PAST, known)
            await own.put(LOGS, head)


async def newest(head: LogHead, keys: Sequence[str]) -> dict[str, StoredLeaf]:
    async with statement() as own:
        wanted = set(keys)
        return {row.leaf.key: row.leaf for row in own.scan(LEAVES, *_log(head)) if row.leaf.key in wanted}


async def live_lines(head: LogHead, after: str, limit: int) -> list[StoredLeaf]:
    async with statement() as own:
        last = {row.leaf.key: row.leaf for row in own.scan(LEAVES, *_log(head)) if row.leaf.key > after}
        return [last[key] for key in sorted(last) if last[key].operation == "put"][:limit]


async def unsaid_keys(head: LogHead, earlier_epoch: int) -> list[str]:
    async with statement() as own:
        said = {row.leaf.key for row in own.scan(LEAVES, *_log(head))}
        rows = own.scan(LEAVES, head.holder_id, head.party_id, earlier_epoch)
        last = {row.leaf.key: row.leaf.operation for row in rows}
        return sorted(key for key, operation in last.items() if operation == "put" and key not in said)


async def live_records(holder_id: PartyId, party_id: PartyId, prefix: str) -> int:
    async with statement() as own:
        known = own.get(LOGS, holder_id, party_id)
        if known is None:
            return 0
        last = {row.leaf.key: row.leaf.operation for row in own.scan(LEAVES, *_log(known))}
        return sum(operation == "put" and key.startswith(prefix) for key, operation in last.items())


async def replace_notes(head: LogHead, notes: Sequence[tuple[int, bytes]]) -> None:
    async with statement() as own:
        for size, note in notes:
            row = await own.lock(_CHECKPOINTS, *_log(head), size)
            if row is not None:
                kept = msgspec.structs.replace(row.kept, note=note)
                await own.put(_CHECKPOINTS, msgspec.structs.replace(row, kept=kept))


async def touch(head: LogHead, note: bytes, now: datetime) -> None:
    async with statement() as own:
        await own.change(
            LOGS,
            (head.holder_id, head.party_id),
            lambda row: msgspec.structs.replace(row, note=note, changed_at=now),
        )
