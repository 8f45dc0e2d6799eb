"""Hosted parties and peers in memory, and the signed operations of both."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.documents.identity import SeenOperation
from federation.node.memory import Table, statement
from federation.records import Countersigned, HostedParty, PartyKind, Peer
from federation.store.memory.rows import (
    LINKS,
    OPERATIONS,
    PARTIES,
    PEER_OPERATIONS,
    PEERS,
    OperationRow,
    PeerOperationRow,
)
from federation.vocabulary.ids import PartyId


class _Nonce(msgspec.Struct, frozen=True):
    sender_id: PartyId
    nonce: str
    seen_at: datetime


_NONCES = Table[_Nonce]("fed_nonce", lambda row: (row.sender_id, row.nonce))


_COUNTERSIGNED = Table[Countersigned]("fed_countersigned", lambda row: (row.local_id, row.hub_id, row.hash), together=1)


async def add_party(party: HostedParty, operations: Sequence[SeenOperation]) -> None:
    async with statement() as own:
        await own.add(PARTIES, party)
        for number, seen in enumerate(operations):
            await own.add(OPERATIONS, OperationRow(party.id, number, seen))


async def party(party_id: str) -> HostedParty | None:
    async with statement() as own:
        return own.get(PARTIES, party_id)


async def parties(kind: PartyKind | None, after: str, limit: int) -> list[HostedParty]:
    async with statement() as own:
        return [row for row in own.scan(PARTIES) if kind in {None, row.kind} and row.id > after][:limit]


async def operations(party_id: str) -> list[bytes]:
    async with statement() as own:
        return [row.seen.data for row in own.scan(OPERATIONS, party_id)]


async def seen_operations(party_id: str, *, lock: bool = False) -> tuple[SeenOperation, ...]:
    async with statement() as own:
        if lock:
            await own.lock(PARTIES, party_id)
        return tuple(row.seen for row in own.scan(OPERATIONS, party_id))


async def add_operation(party_id: PartyId, operation: SeenOperation) -> None:
    async with statement() as own:
        await own.add(OPERATIONS, OperationRow(party_id, len(list(own.scan(OPERATIONS, party_id))), operation))


async def set_sign_seed(party_id: PartyId, sign_seed: bytes) -> None:
    async with statement() as own:
        await own.change(PARTIES, (party_id,), lambda row: msgspec.structs.replace(row, sign_seed=sign_seed))


async def set_retired(party_id: PartyId, retired_at: datetime | None) -> None:
    async with statement() as own:
        await own.change(PARTIES, (party_id,), lambda row: msgspec.structs.replace(row, retired_at=retired_at))


async def unsealed_parties() -> int:
    return 0  # nothing lies on a disk here


async def reseal() -> int:
    return 0


async def countersigned(party_id: str) -> list[Countersigned]:
    async with statement() as own:
        rows = own.scan(_COUNTERSIGNED, party_id)
        return sorted(rows, key=lambda row: (row.hub_id, row.number, row.first_seen_at))


async def save_countersigned(items: Sequence[Countersigned]) -> None:
    async with statement() as own:
        for item in items:
            known = await own.lock(_COUNTERSIGNED, item.local_id, item.hub_id, item.hash)
            if known is None or item.first_seen_at <= known.first_seen_at:
                await own.put(_COUNTERSIGNED, item)


async def set_departure(party_id: PartyId, left_at: datetime | None, moved_to: str) -> None:
    async with statement() as own:
        await own.change(
            PARTIES, (party_id,), lambda row: msgspec.structs.replace(row, left_at=left_at, moved_to=moved_to)
        )


async def peer(peer_id: str, *, lock: bool = False) -> Peer | None:
    async with statement() as own:
        return await own.lock(PEERS, peer_id) if lock else own.get(PEERS, peer_id)


async def peer_operations(peer_id: str) -> tuple[SeenOperation, ...]:
    async with statement() as own:
        return tuple(row.seen for row in own.scan(PEER_OPERATIONS, peer_id))


async def save_peer(peer: Peer, operations: Sequence[SeenOperation]) -> None:
    async with statement() as own:
        known = await own.lock(PEERS, peer.id)
        kept = peer if known is None else _refetched(known, peer)
        await own.put(PEERS, kept)
        for number, seen in enumerate(operations):
            await own.insert(PEER_OPERATIONS, PeerOperationRow(peer.id, number, seen))


def _refetched(known: Peer, peer: Peer) -> Peer:
    return msgspec.structs.replace(peer, kind=known.kind, first_seen_at=known.first_seen_at)


async def parties_linked_with(peer_id: str) -> list[PartyId]:
    async with statement() as own:
        return sorted(row.link.local_id for row in own.scan(LINKS) if row.link.remote_id == peer_id)


async def claim_refresh(peer_id: str, now: datetime, next_at: datetime) -> bool:
    async with statement() as own:
        known = await own.lock(PEERS, peer_id)
        if known is None or known.refresh_at > now:
            return False
        await own.put(PEERS, msgspec.structs.replace(known, refresh_at=next_at))
        return True


async def spend_nonce(sender_id: PartyId, nonce: str, now: datetime) -> bool:
    async with statement() as own:
        return await own.insert(_NONCES, _Nonce(sender_id, nonce, now))


async def forget_nonces(before: datetime) -> int:
    async with statement() as own:
        old = [row for row in own.scan(_NONCES) if row.seen_at < before]
        for row in old:
            await own.delete(_NONCES, row.sender_id, row.nonce)
        return len(old)
