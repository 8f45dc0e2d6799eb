"""Queries over hosted parties and peers, and the signed operations of both."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from federation.documents.identity import SeenOperation
from federation.node import database, sealing
from federation.records import Countersigned, HostedParty, PartyKind, Peer
from federation.vocabulary.ids import PartyId

_PARTY = "id, kind, name, sign_seed, created_at, left_at, moved_to, retired_at"
_PEER = "id, kind, name, profile_url, base_url, first_seen_at, fetched_at, refresh_at, retired_at"
_COUNTERSIGNED = "local_id, hub_id, hash, number, note, first_seen_at, heard_at"


async def add_party(party: HostedParty, operations: Sequence[SeenOperation]) -> None:
    await database.execute(
        f"INSERT INTO fed_party ({_PARTY}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",  # noqa: S608 - constant columns
        party.id,
        party.kind,
        party.name,
        sealing.seal(party.id, party.sign_seed),
        party.created_at,
        party.left_at,
        party.moved_to,
        party.retired_at,
    )
    await database.execute_many(
        "INSERT INTO fed_operation (party_id, number, body, first_seen_at) VALUES ($1, $2, $3, $4)",
        [(party.id, number, seen.data, _moment(seen)) for number, seen in enumerate(operations)],
    )


async def party(party_id: str) -> HostedParty | None:
    row = await database.fetch_one(f"SELECT {_PARTY} FROM fed_party WHERE id = $1", party_id)  # noqa: S608
    return None if row is None else _hosted(row)


async def parties(kind: PartyKind | None, after: str, limit: int) -> list[HostedParty]:
    rows = await database.fetch(
        f"SELECT {_PARTY} FROM fed_party WHERE ($1::text IS NULL OR kind = $1) AND id > $2 ORDER BY id LIMIT $3",  # noqa: S608
        kind,
        after,
        limit,
    )
    return [_hosted(row) for row in rows]


def _hosted(row: Any) -> HostedParty:
    return HostedParty(**{**dict(row), "sign_seed": sealing.unseal(row["id"], row["sign_seed"])})


def _moment(seen: SeenOperation) -> datetime:
    return datetime.fromtimestamp(seen.first_seen, UTC)


def _seen(rows: Sequence[Any]) -> tuple[SeenOperation, ...]:
    return tuple(SeenOperation(row["body"], int(row["first_seen_at"].timestamp())) for row in rows)


async def operations(party_id: str) -> list[bytes]:
    return [seen.data for seen in await seen_operations(party_id)]


async def seen_operations(party_id: str, *, lock: bool = False) -> tuple[SeenOperation, ...]:
    if lock:
        await database.execute("SELECT FROM fed_party WHERE id = $1 FOR UPDATE", party_id)
    return _seen(
        await database.fetch(
            "SELECT body, first_seen_at FROM fed_operation WHERE party_id = $1 ORDER BY number", party_id
        )
    )


async def add_operation(party_id: PartyId, operation: SeenOperation) -> None:
    await database.execute(
        """
        INSERT INTO fed_operation (party_id, number, body, first_seen_at)
        SELECT $1, count(*), $2, $3 FROM fed_operation WHERE party_id = $1
        """,
        party_id,
        operation.data,
        _moment(operation),
    )


async def set_sign_seed(party_id: PartyId, sign_seed: bytes) -> None:
    await database.execute(
        "UPDATE fed_party SET sign_seed = $2 WHERE id = $1", party_id, sealing.seal(party_id, sign_seed)
    )


async def set_retired(party_id: PartyId, retired_at: datetime | None) -> None:
    await database.execute("UPDATE fed_party SET retired_at = $2 WHERE id = $1", party_id, retired_at)


async def unsealed_parties() -> int:
    rows = await database.fetch("SELECT sign_seed FROM fed_party")
    return sum(not sealing.is_sealed_now(row["sign_seed"]) for row in rows)


async def reseal() -> int:
    rows = await database.fetch("SELECT id, sign_seed FROM fed_party ORDER BY id FOR UPDATE")
    changed = [
        (row["id"], sealing.seal(row["id"], sealing.unseal(row["id"], row["sign_seed"])))
        for row in rows
        if not sealing.is_sealed_now(row["sign_seed"])
    ]
    await database.execute_many("UPDATE fed_party SET sign_seed = $2 WHERE id = $1", changed)
    return len(changed)


async def countersigned(party_id: str) -> list[Countersigned]:
    rows = await database.fetch(
        f"SELECT {_COUNTERSIGNED} FROM fed_countersigned WHERE local_id = $1 ORDER BY hub_id, number, first_seen_at",  # noqa: S608 - constant columns
        party_id,
    )
    return [Countersigned(**dict(row)) for row in rows]


async def save_countersigned(items: Sequence[Countersigned]) -> None:
    await database.execute_many(
        f"""
        INSERT INTO fed_countersigned ({_COUNTERSIGNED}) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (local_id, hub_id, hash) DO UPDATE SET note = excluded.note, heard_at = excluded.heard_at,
            first_seen_at = excluded.first_seen_at
        WHERE excluded.first_seen_at <= fed_countersigned.first_seen_at
        """,  # noqa: S608 - constant columns
        [
            (item.local_id, item.hub_id, item.hash, item.number, item.note, item.first_seen_at, item.heard_at)
            for item in items
        ],
    )


async def set_departure(party_id: PartyId, left_at: datetime | None, moved_to: str) -> None:
    await database.execute(
        "UPDATE fed_party SET left_at = $2, moved_to = $3 WHERE id = $1", party_id, left_at, moved_to
    )


async def peer(peer_id: str, *, lock: bool = False) -> Peer | None:
    tail = "FOR UPDATE" if lock else ""
    row = await database.fetch_one(f"SELECT {_PEER} FROM fed_peer WHERE id = $1 {tail}", peer_id)  # noqa: S608 - constants
    return None if row is None else Peer(**dict(row))


async def peer_operations(peer_id: str) -> tuple[SeenOperation, ...]:
    return _seen(
        await database.fetch(
            "SELECT body, first_seen_at FROM fed_peer_operation WHERE peer_id = $1 ORDER BY number", peer_id
        )
    )


async def save_peer(peer: Peer, operations: Sequence[SeenOperation]) -> None:
    await database.execute(
        f"""
        INSERT INTO fed_peer ({_PEER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, profile_url = excluded.profile_url,
            base_url = excluded.base_url, fetched_at = excluded.fetched_at, refresh_at = excluded.refresh_at,
            retired_at = excluded.retired_at
        """,  # noqa: S608
        peer.id,
        peer.kind,
        peer.name,
        peer.profile_url,
        peer.base_url,
        peer.first_seen_at,
        peer.fetched_at,
        peer.refresh_at,
        peer.retired_at,
    )
    await database.execute_many(
        """
        INSERT INTO fed_peer_operation (peer_id, number, body, first_seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (peer_id, number) DO NOTHING
        """,
        [(peer.id, number, seen.data, _moment(seen)) for number, seen in enumerate(operations)],
    )


async def parties_linked_with(peer_id: str) -> list[PartyId]:
    rows = await database.fetch("SELECT local_id FROM fed_link WHERE remote_id = $1 ORDER BY local_id", peer_id)
    return [PartyId(row["local_id"]) for row in rows]


async def claim_refresh(peer_id: str, now: datetime, next_at: datetime) -> bool:
    tag = await database.execute(
        "UPDATE fed_peer SET refresh_at = $3 WHERE id = $1 AND refresh_at <= $2", peer_id, now, next_at
    )
    return database.affected(tag) == 1


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
