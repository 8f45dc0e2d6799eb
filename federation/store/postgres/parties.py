"""Queries over hosted parties and peers, and the signed operations of both."""

from collections.abc import Sequence
from datetime import UTC, datetime

from federation.documents.identity import SeenOperation
from federation.node import database
from federation.records import HostedParty, PartyKind, Peer
from federation.vocabulary.ids import PartyId

_PARTY = "id, kind, name, sign_seed, created_at, left_at, moved_to"
_PEER = "id, kind, name, profile_url, base_url, first_seen_at, fetched_at, refresh_at"


async def add_party(party: HostedParty, operations: Sequence[bytes]) -> None:
    await database.execute(
        f"INSERT INTO fed_party ({_PARTY}) VALUES ($1, $2, $3, $4, $5, $6, $7)",  # noqa: S608 - a constant list of columns
        party.id,
        party.kind,
        party.name,
        party.sign_seed,
        party.created_at,
        party.left_at,
        party.moved_to,
    )
    await database.execute_many(
        "INSERT INTO fed_operation (party_id, number, body) VALUES ($1, $2, $3)",
        [(party.id, number, body) for number, body in enumerate(operations)],
    )


async def party(party_id: str) -> HostedParty | None:
    row = await database.fetch_one(f"SELECT {_PARTY} FROM fed_party WHERE id = $1", party_id)  # noqa: S608
    return None if row is None else HostedParty(**dict(row))


async def parties(kind: PartyKind | None, after: str, limit: int) -> list[HostedParty]:
    rows = await database.fetch(
        f"SELECT {_PARTY} FROM fed_party WHERE ($1::text IS NULL OR kind = $1) AND id > $2 ORDER BY id LIMIT $3",  # noqa: S608
        kind,
        after,
        limit,
    )
    return [HostedParty(**dict(row)) for row in rows]


async def operations(party_id: str) -> list[bytes]:
    rows = await database.fetch("SELECT body FROM fed_operation WHERE party_id = $1 ORDER BY number", party_id)
    return [row["body"] for row in rows]


async def add_operation(party_id: PartyId, number: int, operation: bytes, sign_seed: bytes) -> None:
    await database.execute(
        "INSERT INTO fed_operation (party_id, number, body) VALUES ($1, $2, $3)", party_id, number, operation
    )
    await database.execute("UPDATE fed_party SET sign_seed = $2 WHERE id = $1", party_id, sign_seed)


async def set_departure(party_id: PartyId, left_at: datetime | None, moved_to: str) -> None:
    await database.execute(
        "UPDATE fed_party SET left_at = $2, moved_to = $3 WHERE id = $1", party_id, left_at, moved_to
    )


async def peer(peer_id: str) -> Peer | None:
    row = await database.fetch_one(f"SELECT {_PEER} FROM fed_peer WHERE id = $1", peer_id)  # noqa: S608
    return None if row is None else Peer(**dict(row))


async def peer_operations(peer_id: str) -> tuple[SeenOperation, ...]:
    rows = await database.fetch(
        "SELECT body, first_seen_at FROM fed_peer_operation WHERE peer_id = $1 ORDER BY number", peer_id
    )
    return tuple(SeenOperation(row["body"], int(row["first_seen_at"].timestamp())) for row in rows)


async def save_peer(peer: Peer, operations: Sequence[SeenOperation]) -> None:
    await database.execute(
        f"""
        INSERT INTO fed_peer ({_PEER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, profile_url = excluded.profile_url,
            base_url = excluded.base_url, fetched_at = excluded.fetched_at, refresh_at = excluded.refresh_at
        """,  # noqa: S608
        peer.id,
        peer.kind,
        peer.name,
        peer.profile_url,
        peer.base_url,
        peer.first_seen_at,
        peer.fetched_at,
        peer.refresh_at,
    )
    await database.execute_many(
        """
        INSERT INTO fed_peer_operation (peer_id, number, body, first_seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (peer_id, number) DO NOTHING
        """,
        [
            (peer.id, number, seen.data, datetime.fromtimestamp(seen.first_seen, UTC))
            for number, seen in enumerate(operations)
        ],
    )


async def claim_refresh(peer_id: str, now: datetime, next_at: datetime) -> bool:
    tag = await database.execute(
        "UPDATE fed_peer SET refresh_at = $3 WHERE id = $1 AND refresh_at <= $2", peer_id, now, next_at
    )
    return database.affected(tag) == 1


async def peers_first_seen_since(moment: datetime) -> int:
    return int(await database.fetch_value("SELECT count(*) FROM fed_peer WHERE first_seen_at >= $1", moment))


async def spend_nonce(sender_id: PartyId, nonce: str, now: datetime) -> bool:
    tag = await database.execute(
        "INSERT INTO fed_nonce (sender_id, nonce, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        sender_id,
        nonce,
        now,
    )
    return database.affected(tag) == 1


async def forget_nonces(before: datetime) -> int:
    return database.affected(await database.execute("DELETE FROM fed_nonce WHERE seen_at < $1", before))
