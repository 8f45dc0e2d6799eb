"""Queries over snapshots: offered ones with their chunks, and loads with the parts that are here."""

from datetime import datetime

from federation.node import database
from federation.recon.state import SnapshotLoad, SnapshotMade
from federation.records import LogHead
from federation.vocabulary.ids import PartyId


async def made(holder_id: str, party_id: str) -> SnapshotMade | None:
    row = await database.fetch_one(
        "SELECT epoch, size, manifest, made_at FROM fed_snapshot WHERE holder_id = $1 AND party_id = $2",
        holder_id,
        party_id,
    )
    return None if row is None else SnapshotMade(**dict(row))


async def offer(holder_id: PartyId, party_id: PartyId, made: SnapshotMade) -> None:
    await database.execute(
        """
        INSERT INTO fed_snapshot (holder_id, party_id, epoch, size, manifest, made_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (holder_id, party_id) DO UPDATE
            SET epoch = excluded.epoch, size = excluded.size, manifest = excluded.manifest, made_at = excluded.made_at
        """,
        holder_id,
        party_id,
        made.epoch,
        made.size,
        made.manifest,
        made.made_at,
    )


async def put_chunk(head: LogHead, sha256: bytes, body: bytes, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_snapshot_chunk (holder_id, party_id, sha256, body, made_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (holder_id, party_id, sha256) DO UPDATE SET made_at = excluded.made_at
        """,
        head.holder_id,
        head.party_id,
        sha256,
        body,
        now,
    )


async def chunk(holder_id: PartyId, party_id: PartyId, sha256: bytes) -> bytes | None:
    body: bytes | None = await database.fetch_value(
        "SELECT body FROM fed_snapshot_chunk WHERE holder_id = $1 AND party_id = $2 AND sha256 = $3",
        holder_id,
        party_id,
        sha256,
    )
    return body


async def drop_chunks(holder_id: PartyId, party_id: PartyId, made_before: datetime) -> None:
    await database.execute(
        "DELETE FROM fed_snapshot_chunk WHERE holder_id = $1 AND party_id = $2 AND made_at < $3",
        holder_id,
        party_id,
        made_before,
    )


async def wanting(leaves_min: int, stale_percent: int) -> list[LogHead]:
    rows = await database.fetch(
        """
        SELECT g.holder_id, g.party_id, g.epoch, g.size, g.peaks, g.note, g.changed_at FROM fed_log g
        JOIN fed_party p ON p.id = g.holder_id
        LEFT JOIN fed_snapshot s ON s.holder_id = g.holder_id AND s.party_id = g.party_id AND s.epoch = g.epoch
        WHERE g.size >= $1 AND (s.size IS NULL OR (g.size - s.size) * 100 > s.size * $2)
        """,
        leaves_min,
        stale_percent,
    )
    return [LogHead(**dict(row)) for row in rows]


async def load(hub_id: PartyId, shop_id: PartyId, *, lock: bool = False) -> SnapshotLoad | None:
    suffix = " FOR UPDATE" if lock else ""
    row = await database.fetch_one(
        "SELECT hub_id, shop_id, manifest, begun_at, taken, bytes_taken, failures FROM fed_snapshot_load"  # noqa: S608
        f" WHERE hub_id = $1 AND shop_id = $2{suffix}",
        hub_id,
        shop_id,
    )
    return None if row is None else SnapshotLoad(**dict(row))


async def save_load(load: SnapshotLoad) -> None:
    await database.execute(
        """
        INSERT INTO fed_snapshot_load (hub_id, shop_id, manifest, begun_at, taken, bytes_taken, failures)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hub_id, shop_id) DO UPDATE
            SET manifest = excluded.manifest, begun_at = excluded.begun_at, taken = excluded.taken,
                bytes_taken = excluded.bytes_taken, failures = excluded.failures
        """,
        load.hub_id,
        load.shop_id,
        load.manifest,
        load.begun_at,
        load.taken,
        load.bytes_taken,
        load.failures,
    )


async def end_load(hub_id: PartyId, shop_id: PartyId) -> None:
    for table in ("fed_snapshot_load", "fed_snapshot_part"):
        await database.execute(f"DELETE FROM {table} WHERE hub_id = $1 AND shop_id = $2", hub_id, shop_id)  # noqa: S608


async def put_part(load: SnapshotLoad, number: int, body: bytes) -> None:
    await database.execute(
        """
        INSERT INTO fed_snapshot_part (hub_id, shop_id, number, body) VALUES ($1, $2, $3, $4)
        ON CONFLICT (hub_id, shop_id, number) DO UPDATE SET body = excluded.body
        """,
        load.hub_id,
        load.shop_id,
        number,
        body,
    )


async def parts(load: SnapshotLoad) -> list[bytes]:
    rows = await database.fetch(
        "SELECT body FROM fed_snapshot_part WHERE hub_id = $1 AND shop_id = $2 ORDER BY number",
        load.hub_id,
        load.shop_id,
    )
    return [row["body"] for row in rows]
