"""Queries over a hub's replicas: their states and quarantined records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations.messages import Quarantine
from federation.conversations.replica import ReplicaState
from federation.node import database
from federation.records import Replica
from federation.vocabulary.ids import PartyId

_REPLICA = """
hub_id, shop_id, state, shop_size, found_by_pull, last_push_at, last_pull_at, last_error, last_error_at,
kept_note
"""


async def open_replica(hub_id: PartyId, shop_id: PartyId) -> None:
    await database.execute(
        "INSERT INTO fed_replica (hub_id, shop_id, state) VALUES ($1, $2, 'desynced') ON CONFLICT DO NOTHING",
        hub_id,
        shop_id,
    )


async def keep_note(hub_id: PartyId, shop_id: PartyId, note: bytes) -> None:
    await database.execute(
        "UPDATE fed_replica SET kept_note = $3 WHERE hub_id = $1 AND shop_id = $2", hub_id, shop_id, note
    )


async def replica(hub_id: str, shop_id: str, *, lock: bool = False) -> Replica | None:
    suffix = " FOR UPDATE" if lock else ""
    row = await database.fetch_one(
        f"SELECT {_REPLICA} FROM fed_replica WHERE hub_id = $1 AND shop_id = $2{suffix}",  # noqa: S608
        hub_id,
        shop_id,
    )
    return None if row is None else Replica(**dict(row))


async def record_pushed(hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_replica SET state = $3, shop_size = greatest(shop_size, $4), last_push_at = $5, last_error = ''
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        state,
        size,
        now,
    )


async def record_pulled(
    hub_id: PartyId, shop_id: PartyId, state: ReplicaState, size: int, now: datetime, *, found: int
) -> None:
    await database.execute(
        """
        UPDATE fed_replica SET state = $3, shop_size = greatest(shop_size, $4), found_by_pull = found_by_pull + $5,
            last_pull_at = $6, last_error = ''
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        state,
        size,
        found,
        now,
    )


async def record_error(hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_replica SET last_error = $3, last_error_at = $4, last_pull_at = $4
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        error[:500],
        now,
    )


async def set_state(hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
    await database.execute(
        "UPDATE fed_replica SET state = $3 WHERE hub_id = $1 AND shop_id = $2", hub_id, shop_id, state
    )


async def begin_epoch(hub_id: PartyId, shop_id: PartyId, state: ReplicaState) -> None:
    await database.execute(
        """
        UPDATE fed_replica SET state = $3, shop_size = 0, last_error = '', last_error_at = NULL
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        state,
    )


async def freeze(hub_id: PartyId, shop_id: PartyId, error: str, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_replica SET state = 'frozen', last_error = $3, last_error_at = $4
        WHERE hub_id = $1 AND shop_id = $2
        """,
        hub_id,
        shop_id,
        error[:500],
        now,
    )


async def add_quarantined(
    hub_id: PartyId, shop_id: PartyId, epoch: int, records: Sequence[Quarantine], now: datetime
) -> None:
    await database.execute_many(
        """
        INSERT INTO fed_quarantine (hub_id, shop_id, epoch, seq, key, errors, found_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        [
            (hub_id, shop_id, epoch, record.seq, record.key, msgspec.json.encode(record.errors), now)
            for record in records
        ],
    )


async def views(hub_id: PartyId) -> list[dict[str, Any]]:
    rows = await database.fetch(
        """
        SELECT l.remote_id AS shop_id, p.name, l.state AS link_state, coalesce(r.state, 'desynced') AS state,
               coalesce(g.size, 0) AS size, coalesce(r.shop_size, 0) AS shop_size,
               coalesce(r.found_by_pull, 0) AS found_by_pull, coalesce(s.vseq_high, 0) AS vseq_high,
               r.last_push_at, r.last_pull_at, s.heard_at AS last_stock_at, coalesce(r.last_error, '') AS last_error,
               r.last_error_at,
               (SELECT count(*) FROM fed_quarantine q WHERE q.hub_id = l.local_id AND q.shop_id = l.remote_id)
                   AS quarantined
        FROM fed_link l
        JOIN fed_peer p ON p.id = l.remote_id
        LEFT JOIN fed_replica r ON r.hub_id = l.local_id AND r.shop_id = l.remote_id
        LEFT JOIN fed_stock s ON s.hub_id = l.local_id AND s.shop_id = l.remote_id
        LEFT JOIN fed_log g ON g.holder_id = l.local_id AND g.party_id = l.remote_id
        WHERE l.local_id = $1 ORDER BY p.name, p.id
        """,
        hub_id,
    )
    return [dict(row) for row in rows]
