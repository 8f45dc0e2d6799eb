"""Queries of the repair service: rows of a log as they are, and what a hub remembers of mending them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.log.nodes import Node
from federation.node import database
from federation.recon.items import Item
from federation.recon.state import RepairNote
from federation.records import LogHead, StoredLeaf
from federation.store.postgres import logs
from federation.vocabulary.ids import PartyId

_LOG = "holder_id = $1 AND party_id = $2 AND epoch = $3"
_LEAF = "seq, key, operation, line, hash"
_HASH = r"CASE WHEN line = '' THEN hash ELSE sha256('\x00'::bytea || line) END"
_NOTE = tuple(field for field in RepairNote.__struct_fields__ if field not in {"hub_id", "shop_id"})


def _log(head: LogHead) -> tuple[str, str, int]:
    return (head.holder_id, head.party_id, head.epoch)


async def items(head: LogHead, size: int, *, history: bool) -> list[Item]:
    newest = "" if history else "DISTINCT ON (key)"
    order = "seq" if history else "key, seq DESC"
    rows = await database.fetch(
        f"SELECT {newest} seq, {_HASH} AS hash FROM fed_leaf WHERE {_LOG} AND seq < $4"  # noqa: S608
        f"{'' if history else ' AND line <> $5'} ORDER BY {order}",
        *_log(head),
        size,
        *([] if history else [b""]),
    )
    return [(row["seq"], row["hash"]) for row in rows]


async def misfits(head: LogHead) -> list[int]:
    rows = await database.fetch(
        rf"""
        SELECT seq FROM fed_leaf
        CROSS JOIN LATERAL (
            SELECT convert_to(format('{{"s":%s,"o":"%s","k":"%s","p":', seq, operation, key), 'UTF8') AS begins) AS told
        WHERE {_LOG} AND CASE WHEN line = '' THEN key <> '' ELSE hash <> sha256('\x00'::bytea || line)
            OR begins <> substring(line FROM 1 FOR octet_length(begins)) END
        ORDER BY seq
        """,  # noqa: S608
        *_log(head),
    )
    return [row["seq"] for row in rows]


async def kept_hashes(head: LogHead) -> list[tuple[int, bytes]]:
    rows = await database.fetch(f"SELECT seq, hash FROM fed_leaf WHERE {_LOG} ORDER BY seq", *_log(head))  # noqa: S608
    return [(row["seq"], row["hash"]) for row in rows]


async def leaves_of(head: LogHead, size: int, places: Sequence[int], hashes: Sequence[bytes]) -> list[StoredLeaf]:
    found = [
        *(await _leaves_where(head, size, "seq = ANY ($5::bigint[])", list(places)) if places else ()),
        *(await _leaves_where(head, size, "hash = ANY ($5::bytea[])", list(hashes)) if hashes else ()),
    ]
    return sorted({leaf.seq: leaf for leaf in found}.values(), key=lambda leaf: leaf.seq)


async def _leaves_where(head: LogHead, size: int, condition: str, values: Sequence[object]) -> list[StoredLeaf]:
    """Two statements rather than one with OR: each has an index of its own."""
    rows = await database.fetch(
        f"SELECT {_LEAF} FROM fed_leaf WHERE {_LOG} AND seq < $4 AND line <> '' AND {condition}",  # noqa: S608
        *_log(head),
        size,
        values,
    )
    return [StoredLeaf(**dict(row)) for row in rows]


async def newest_places(head: LogHead, size: int, *, good: bool = False) -> list[tuple[str, int]]:
    passed_over = """
        AND NOT EXISTS (SELECT FROM fed_quarantine q
            WHERE q.hub_id = $1 AND q.shop_id = $2 AND q.epoch = $3 AND q.seq = l.seq)
    """
    rows = await database.fetch(
        f"""
        SELECT DISTINCT ON (key) key, seq FROM fed_leaf l
        WHERE {_LOG} AND seq < $4 AND line <> '' {passed_over if good else ""} ORDER BY key, seq DESC
        """,  # noqa: S608
        *_log(head),
        size,
    )
    return sorted((row["key"], row["seq"]) for row in rows)


async def put_leaves(head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
    await database.execute(
        """
        INSERT INTO fed_leaf (holder_id, party_id, epoch, seq, key, operation, line, hash)
        SELECT $1, $2, $3, n.seq, n.key, n.operation, n.line, n.hash
        FROM unnest($4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
            AS n (seq, key, operation, line, hash)
        ON CONFLICT (holder_id, party_id, epoch, seq) DO UPDATE
            SET key = excluded.key, operation = excluded.operation, line = excluded.line, hash = excluded.hash
        """,
        *_log(head),
        [leaf.seq for leaf in leaves],
        [leaf.key for leaf in leaves],
        [leaf.operation for leaf in leaves],
        [leaf.line for leaf in leaves],
        [leaf.hash for leaf in leaves],
    )


async def put_hashes(head: LogHead, hashes: Sequence[tuple[int, bytes]]) -> None:
    await database.execute(
        """
        INSERT INTO fed_leaf (holder_id, party_id, epoch, seq, key, operation, line, hash)
        SELECT $1, $2, $3, n.seq, '', 'del', '', n.hash FROM unnest($4::bigint[], $5::bytea[]) AS n (seq, hash)
        ON CONFLICT (holder_id, party_id, epoch, seq) DO NOTHING
        """,
        *_log(head),
        [seq for seq, _ in hashes],
        [told for _, told in hashes],
    )


async def drop_beyond(head: LogHead, size: int) -> None:
    await database.execute(f"DELETE FROM fed_leaf WHERE {_LOG} AND seq >= $4", *_log(head), size)  # noqa: S608


async def kept_nodes(head: LogHead) -> dict[tuple[int, int], bytes]:
    rows = await database.fetch(f"SELECT level, place, hash FROM fed_node WHERE {_LOG}", *_log(head))  # noqa: S608
    return {(row["level"], row["place"]): row["hash"] for row in rows}


async def replace_nodes(head: LogHead, nodes: Sequence[Node]) -> None:
    await database.execute(f"DELETE FROM fed_node WHERE {_LOG}", *_log(head))  # noqa: S608
    await logs.add_nodes(head, nodes)


async def replace_end(head: LogHead) -> None:
    await database.execute(
        f"UPDATE fed_log SET size = $4, peaks = $5, note = $6, changed_at = $7 WHERE {_LOG}",  # noqa: S608
        *_log(head),
        head.size,
        head.peaks,
        head.note,
        head.changed_at,
    )


async def note(hub_id: PartyId, shop_id: PartyId) -> RepairNote:
    row = await database.fetch_one(
        f"SELECT {', '.join(_NOTE)} FROM fed_repair WHERE hub_id = $1 AND shop_id = $2",  # noqa: S608
        hub_id,
        shop_id,
    )
    return RepairNote(hub_id=hub_id, shop_id=shop_id, **({} if row is None else dict(row)))


async def save_note(note: RepairNote) -> None:
    values = msgspec.structs.asdict(note)
    await database.execute(
        f"""
        INSERT INTO fed_repair (hub_id, shop_id, {", ".join(_NOTE)})
        VALUES ($1, $2, {", ".join(f"${place}" for place in range(3, 3 + len(_NOTE)))})
        ON CONFLICT (hub_id, shop_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NOTE)}
        """,  # noqa: S608
        note.hub_id,
        note.shop_id,
        *(values[name] for name in _NOTE),
    )


async def due(now: datetime, window_began: datetime) -> list[tuple[PartyId, PartyId]]:
    rows = await database.fetch(
        """
        SELECT r.hub_id, r.shop_id FROM fed_replica r
        JOIN fed_link l ON l.local_id = r.hub_id AND l.remote_id = r.shop_id AND l.state = 'accepted'
        LEFT JOIN fed_repair p ON p.hub_id = r.hub_id AND p.shop_id = r.shop_id
        WHERE r.state IN ('repairing', 'snapshotting') OR (r.state = 'live' AND (p.next_at IS NULL OR p.next_at <= $1))
            OR (r.state = 'throttled' AND (p.window_at IS NULL OR p.window_at <= $2))
        ORDER BY p.next_at NULLS FIRST
        """,
        now,
        window_began,
    )
    return [(PartyId(row["hub_id"]), PartyId(row["shop_id"])) for row in rows]


async def hasten(hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_repair SET next_at = $3 WHERE hub_id = $1 AND shop_id = $2 AND next_at > $3", hub_id, shop_id, now
    )
