"""Queries over links, and over what a shop has delivered along them."""

from datetime import datetime
from typing import Any

from federation.conversations.link import LinkState
from federation.node import database
from federation.records import Delivery, Link, LinkView, SyncState
from federation.vocabulary.ids import PartyId

_LINK = """
id, local_id, remote_id, ours, theirs, proposed_by, message, proposed_at, changed_at, ours_number, theirs_number
"""
_VIEW = """
SELECT l.id, l.local_id, l.remote_id, p.name AS remote_name, p.kind AS remote_kind, p.base_url AS remote_url,
       l.ours, l.theirs, l.state, l.proposed_by, l.message, l.proposed_at, l.changed_at
FROM fed_link l JOIN fed_peer p ON p.id = l.remote_id
"""
_DELIVERY = """
shop_id, hub_id, acked_size, acked_vseq, quarantined, last_success_at, last_stock_at, last_error, last_error_at,
stock_echo, stock_compared_at
"""


async def link(local_id: str, remote_id: str, *, lock: bool = False) -> Link | None:
    suffix = " FOR UPDATE" if lock else ""
    row = await database.fetch_one(
        f"SELECT {_LINK} FROM fed_link WHERE local_id = $1 AND remote_id = $2{suffix}",  # noqa: S608
        local_id,
        remote_id,
    )
    return None if row is None else Link(**dict(row))


async def save_link(link: Link, remote_proof: bytes | None) -> None:
    await database.execute(
        f"""
        INSERT INTO fed_link ({_LINK}, state, remote_proof)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, ''::bytea))
        ON CONFLICT (local_id, remote_id) DO UPDATE SET id = excluded.id, ours = excluded.ours,
            theirs = excluded.theirs, state = excluded.state,
            proposed_by = excluded.proposed_by, message = excluded.message, proposed_at = excluded.proposed_at,
            changed_at = excluded.changed_at, ours_number = excluded.ours_number,
            theirs_number = excluded.theirs_number, remote_proof = coalesce($13, fed_link.remote_proof)
        """,  # noqa: S608
        link.id,
        link.local_id,
        link.remote_id,
        link.ours,
        link.theirs,
        link.proposed_by,
        link.message,
        link.proposed_at,
        link.changed_at,
        link.ours_number,
        link.theirs_number,
        link.state,
        remote_proof,
    )


async def state(local_id: str, remote_id: str) -> LinkState | None:
    value: LinkState | None = await database.fetch_value(
        "SELECT state FROM fed_link WHERE local_id = $1 AND remote_id = $2", local_id, remote_id
    )
    return value


async def views(local_id: PartyId) -> list[LinkView]:
    rows = await database.fetch(f"{_VIEW} WHERE l.local_id = $1 ORDER BY l.proposed_at DESC, l.remote_id", local_id)
    return [LinkView(**dict(row)) for row in rows]


async def accepted_remotes(local_id: PartyId) -> list[PartyId]:
    rows = await database.fetch(
        "SELECT remote_id FROM fed_link WHERE local_id = $1 AND state = 'accepted' ORDER BY remote_id", local_id
    )
    return [PartyId(row["remote_id"]) for row in rows]


async def accepted_pairs(kind: str) -> list[tuple[PartyId, PartyId]]:
    rows = await database.fetch(
        """
        SELECT l.local_id, l.remote_id FROM fed_link l JOIN fed_party p ON p.id = l.local_id
        WHERE l.state = 'accepted' AND p.kind = $1 AND p.left_at IS NULL ORDER BY l.local_id, l.remote_id
        """,
        kind,
    )
    return [(PartyId(row["local_id"]), PartyId(row["remote_id"])) for row in rows]


async def collecting_pairs(address: str, ended_since: datetime) -> list[tuple[PartyId, PartyId]]:
    rows = await database.fetch(
        """
        SELECT l.local_id, l.remote_id FROM fed_link l JOIN fed_party p ON p.id = l.local_id AND p.left_at IS NULL
        WHERE (l.state <> 'ended' OR l.changed_at >= $2) AND $1 = (
            SELECT split_part(convert_from(o.body, 'UTF8'), E'\\n', 1)::json ->> 'address' AS named
            FROM fed_operation o WHERE o.party_id = l.local_id
                AND split_part(convert_from(o.body, 'UTF8'), E'\\n', 1)::json ->> 'address' IS NOT NULL
            ORDER BY o.number DESC LIMIT 1
        )
        ORDER BY l.local_id, l.remote_id
        """,
        address,
        ended_since,
    )
    return [(PartyId(row["local_id"]), PartyId(row["remote_id"])) for row in rows]


async def silent_pairs(since: datetime) -> list[tuple[PartyId, PartyId, datetime | None]]:
    rows = await database.fetch(
        """
        SELECT d.shop_id, d.hub_id, d.last_stock_at FROM fed_delivery d
        JOIN fed_link l ON l.local_id = d.shop_id AND l.remote_id = d.hub_id AND l.state = 'accepted'
        JOIN fed_party p ON p.id = d.shop_id AND p.left_at IS NULL
        WHERE d.last_stock_at IS NULL OR d.last_stock_at < $1 ORDER BY d.last_stock_at NULLS FIRST
        """,
        since,
    )
    return [(PartyId(row["shop_id"]), PartyId(row["hub_id"]), row["last_stock_at"]) for row in rows]


async def lagging_pairs(before: datetime, failed_before: datetime) -> list[tuple[PartyId, PartyId]]:
    rows = await database.fetch(
        """
        SELECT d.shop_id, d.hub_id FROM fed_delivery d
        JOIN fed_link l ON l.local_id = d.shop_id AND l.remote_id = d.hub_id AND l.state = 'accepted'
        JOIN fed_party p ON p.id = d.shop_id AND p.left_at IS NULL
        JOIN fed_log g ON g.holder_id = d.shop_id AND g.party_id = d.shop_id
        WHERE d.acked_size < g.size AND g.changed_at < $1 AND (d.last_error = '' OR d.last_error_at < $2)
        ORDER BY d.shop_id, d.hub_id
        """,
        before,
        failed_before,
    )
    return [(PartyId(row["shop_id"]), PartyId(row["hub_id"])) for row in rows]


async def troubled_pairs(since: datetime, silent: tuple[datetime, datetime]) -> list[tuple[PartyId, PartyId]]:
    rows = await database.fetch(
        """
        SELECT l.local_id, l.remote_id FROM fed_link l
        JOIN fed_party p ON p.id = l.local_id AND p.left_at IS NULL
        LEFT JOIN fed_delivery d ON d.shop_id = l.local_id AND d.hub_id = l.remote_id
        LEFT JOIN fed_replica r ON r.hub_id = l.local_id AND r.shop_id = l.remote_id
        LEFT JOIN fed_stock s ON s.hub_id = l.local_id AND s.shop_id = l.remote_id
        WHERE l.state = 'accepted' AND ((d.last_error <> '' OR d.stock_error <> '') AND d.last_error_at >= $1
            OR r.last_error <> '' AND r.last_error_at >= $1 OR s.heard_at >= $2 AND s.heard_at < $3)
        ORDER BY l.local_id, l.remote_id
        """,
        since,
        *silent,
    )
    return [(PartyId(row["local_id"]), PartyId(row["remote_id"])) for row in rows]


async def open_delivery(shop_id: PartyId, hub_id: PartyId) -> None:
    await database.execute(
        "INSERT INTO fed_delivery (shop_id, hub_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", shop_id, hub_id
    )


async def delivery(shop_id: str, hub_id: str) -> Delivery | None:
    row = await database.fetch_one(
        f"SELECT {_DELIVERY} FROM fed_delivery WHERE shop_id = $1 AND hub_id = $2",  # noqa: S608
        shop_id,
        hub_id,
    )
    return None if row is None else Delivery(**dict(row))


async def record_size(
    shop_id: PartyId, hub_id: PartyId, size: int, now: datetime, *, cosigned_note: bytes = b"", quarantined: int = 0
) -> None:
    await database.execute(
        """
        UPDATE fed_delivery SET acked_size = $3, last_success_at = $4, last_error = '',
            cosigned_note = CASE WHEN $5 = ''::bytea THEN cosigned_note ELSE $5 END, quarantined = quarantined + $6
        WHERE shop_id = $1 AND hub_id = $2
        """,
        shop_id,
        hub_id,
        size,
        now,
        cosigned_note,
        quarantined,
    )


async def record_stock(shop_id: PartyId, hub_id: PartyId, vseq: int, echo: int, now: datetime) -> None:
    await database.execute(
        """
        UPDATE fed_delivery SET acked_vseq = $3, last_stock_at = $4, last_success_at = $4, stock_error = '',
            stock_echo = $5
        WHERE shop_id = $1 AND hub_id = $2
        """,
        shop_id,
        hub_id,
        vseq,
        now,
        echo,
    )


async def record_compared(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_delivery SET stock_compared_at = $3 WHERE shop_id = $1 AND hub_id = $2", shop_id, hub_id, now
    )


async def record_stock_error(shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_delivery SET stock_error = $3, last_error_at = $4 WHERE shop_id = $1 AND hub_id = $2",
        shop_id,
        hub_id,
        error[:500],
        now,
    )


async def record_error(shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_delivery SET last_error = $3, last_error_at = $4 WHERE shop_id = $1 AND hub_id = $2",
        shop_id,
        hub_id,
        error[:500],
        now,
    )


async def sync_states(shop_id: PartyId) -> list[SyncState]:
    rows: list[Any] = await database.fetch(
        """
        SELECT l.remote_id AS hub_id, p.name AS hub_name, l.state AS link_state, coalesce(g.size, 0) AS size,
               coalesce(d.acked_size, 0) AS acked_size, coalesce(d.acked_vseq, 0) AS acked_vseq,
               (SELECT count(*) FROM fed_refusal r WHERE r.shop_id = l.local_id AND r.hub_id = l.remote_id)
                   AS quarantined, d.last_success_at, d.last_stock_at,
               coalesce(nullif(d.last_error, ''), d.stock_error, '') AS last_error, d.last_error_at
        FROM fed_link l
        JOIN fed_peer p ON p.id = l.remote_id
        LEFT JOIN fed_delivery d ON d.shop_id = l.local_id AND d.hub_id = l.remote_id
        LEFT JOIN fed_log g ON g.holder_id = l.local_id AND g.party_id = l.local_id
        WHERE l.local_id = $1 ORDER BY p.name, p.id
        """,
        shop_id,
    )
    return [SyncState(**dict(row)) for row in rows]


async def cosigned_note(shop_id: PartyId, hub_id: PartyId) -> bytes:
    note: bytes | None = await database.fetch_value(
        "SELECT cosigned_note FROM fed_delivery WHERE shop_id = $1 AND hub_id = $2", shop_id, hub_id
    )
    return note or b""
