"""Queries over logs: a shop's own and a hub's countersigned copies, told apart by who holds them."""

from collections.abc import Sequence
from datetime import datetime

from federation.log.nodes import Node, Place
from federation.node import database
from federation.records import LogHead, StoredCheckpoint, StoredLeaf
from federation.vocabulary.ids import PartyId

# A line is sought as the first from its number on, not by equality: on a table without statistics, as a new hub's, the
# planner otherwise takes the index by key and reads the whole log.
_HEAD = "holder_id, party_id, epoch, size, peaks, note, changed_at"
_LEAF = "seq, key, operation, line, hash"
_LEAF_COLUMNS = ("holder_id", "party_id", "epoch", "seq", "key", "operation", "line", "hash")


async def head(holder_id: str, party_id: str, *, lock: bool = False) -> LogHead | None:
    suffix = " FOR UPDATE" if lock else ""
    row = await database.fetch_one(
        f"SELECT {_HEAD} FROM fed_log WHERE holder_id = $1 AND party_id = $2{suffix}",  # noqa: S608
        holder_id,
        party_id,
    )
    return None if row is None else LogHead(**dict(row))


async def copies(holder_id: PartyId, after: str, limit: int) -> list[LogHead]:
    rows = await database.fetch(
        f"""
        SELECT {_HEAD} FROM fed_log WHERE holder_id = $1 AND party_id > $2 AND party_id <> holder_id
        ORDER BY party_id LIMIT $3
        """,  # noqa: S608
        holder_id,
        after,
        limit,
    )
    return [LogHead(**dict(row)) for row in rows]


async def open_log(head: LogHead) -> None:
    await database.execute(
        f"INSERT INTO fed_log ({_HEAD}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",  # noqa: S608
        head.holder_id,
        head.party_id,
        head.epoch,
        head.size,
        head.peaks,
        head.note,
        head.changed_at,
    )


async def add_leaves(head: LogHead, leaves: Sequence[StoredLeaf]) -> None:
    log = (head.holder_id, head.party_id, head.epoch)
    rows = [(*log, leaf.seq, leaf.key, leaf.operation, leaf.line, leaf.hash) for leaf in leaves]
    await database.copy("fed_leaf", _LEAF_COLUMNS, rows)


async def advance(head: LogHead, inflated_bytes: int) -> None:
    await database.execute(
        """
        UPDATE fed_log SET size = $4, peaks = $5, note = $6, changed_at = $7
        WHERE holder_id = $1 AND party_id = $2 AND epoch = $3
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        head.size,
        head.peaks,
        head.note,
        head.changed_at,
    )
    await add_checkpoint(head, inflated_bytes)


async def add_checkpoint(head: LogHead, inflated_bytes: int) -> None:
    await database.execute(
        """
        INSERT INTO fed_checkpoint (holder_id, party_id, epoch, size, note, made_at, inflated_bytes)
        VALUES ($1, $2, $3, $4, $5, $6, $7 + coalesce((
            SELECT inflated_bytes FROM fed_checkpoint
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND size < $4 ORDER BY size DESC LIMIT 1), 0))
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        head.size,
        head.note,
        head.changed_at,
        inflated_bytes,
    )


async def checkpoints_after(head: LogHead, size: int, size_max: int) -> list[StoredCheckpoint]:
    rows = await database.fetch(
        """
        SELECT size, inflated_bytes, note FROM fed_checkpoint
        WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND size <= $5 AND size >= coalesce((
            SELECT max(size) FROM fed_checkpoint
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND size <= $4), 0)
        ORDER BY size
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        size,
        size_max,
    )
    return [StoredCheckpoint(**dict(row)) for row in rows]


async def checkpoint_at(head: LogHead, size: int) -> bytes | None:
    note: bytes | None = await database.fetch_value(
        "SELECT note FROM fed_checkpoint WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND size = $4",
        head.holder_id,
        head.party_id,
        head.epoch,
        size,
    )
    return note


async def lines(head: LogHead, start: int, end: int) -> list[bytes]:
    rows = await database.fetch(
        """
        SELECT line FROM fed_leaf
        WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND seq >= $4 AND seq < $5 ORDER BY seq
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        start,
        end,
    )
    return [row["line"] for row in rows]


async def add_nodes(head: LogHead, nodes: Sequence[Node]) -> None:
    if not nodes:
        return
    await database.execute(
        """
        INSERT INTO fed_node (holder_id, party_id, epoch, level, place, hash)
        SELECT $1, $2, $3, n.level, n.place, n.hash
        FROM unnest($4::smallint[], $5::bigint[], $6::bytea[]) AS n (level, place, hash)
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        [node.level for node in nodes],
        [node.place for node in nodes],
        [node.hash for node in nodes],
    )


async def nodes(head: LogHead, places: Sequence[Place]) -> dict[Place, bytes]:
    rows = await database.fetch(
        """
        SELECT 0 AS level, wanted.seq AS place, found.hash
        FROM unnest($4::bigint[]) AS wanted (seq) CROSS JOIN LATERAL (
            SELECT seq, hash FROM fed_leaf
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND seq >= wanted.seq ORDER BY seq LIMIT 1) AS found
        WHERE found.seq = wanted.seq
        UNION ALL
        SELECT wanted.level, wanted.place, found.hash
        FROM unnest($5::smallint[], $6::bigint[]) AS wanted (level, place) CROSS JOIN LATERAL (
            SELECT place, hash FROM fed_node
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND level = wanted.level AND place >= wanted.place
            ORDER BY place LIMIT 1) AS found
        WHERE found.place = wanted.place
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        [place for level, place in places if level == 0],
        [level for level, _ in places if level],
        [place for level, place in places if level],
    )
    return {(row["level"], row["place"]): row["hash"] for row in rows}


async def leaf(head: LogHead, seq: int) -> StoredLeaf | None:
    row = await database.fetch_one(
        f"""
        SELECT {_LEAF} FROM fed_leaf
        WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND seq >= $4 ORDER BY seq LIMIT 1
        """,  # noqa: S608
        head.holder_id,
        head.party_id,
        head.epoch,
        seq,
    )
    return None if row is None or row["seq"] != seq else StoredLeaf(**dict(row))


async def seq_of(head: LogHead, leaf_hash: bytes) -> int | None:
    seq: int | None = await database.fetch_value(
        """
        WITH alike AS MATERIALIZED (SELECT holder_id, party_id, epoch, seq FROM fed_leaf WHERE hash = $4)
        SELECT seq FROM alike WHERE holder_id = $1 AND party_id = $2 AND epoch = $3
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        leaf_hash,
    )
    return seq


async def past_head(holder_id: str, party_id: str, epoch: int) -> LogHead | None:
    row = await database.fetch_one(
        f"SELECT {_HEAD} FROM fed_past_log WHERE holder_id = $1 AND party_id = $2 AND epoch = $3",  # noqa: S608
        holder_id,
        party_id,
        epoch,
    )
    return None if row is None else LogHead(**dict(row))


async def begin_epoch(head: LogHead) -> None:
    await database.execute(
        f"""
        INSERT INTO fed_past_log ({_HEAD})
        SELECT {_HEAD} FROM fed_log WHERE holder_id = $1 AND party_id = $2 AND epoch < $3
        """,  # noqa: S608
        head.holder_id,
        head.party_id,
        head.epoch,
    )
    await database.execute(
        """
        UPDATE fed_log SET epoch = $3, size = $4, peaks = $5, note = $6, changed_at = $7
        WHERE holder_id = $1 AND party_id = $2 AND epoch < $3
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        head.size,
        head.peaks,
        head.note,
        head.changed_at,
    )


async def newest(head: LogHead, keys: Sequence[str]) -> dict[str, StoredLeaf]:
    if not keys:
        return {}
    rows = await database.fetch(
        f"""
        SELECT {_LEAF} FROM unnest($4::text[]) AS wanted (name) CROSS JOIN LATERAL (
            SELECT {_LEAF} FROM fed_leaf
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND key = wanted.name
            ORDER BY seq DESC LIMIT 1) AS leaf
        """,  # noqa: S608
        head.holder_id,
        head.party_id,
        head.epoch,
        list(dict.fromkeys(keys)),
    )
    return {row["key"]: StoredLeaf(**dict(row)) for row in rows}


async def live_lines(head: LogHead, after: str, limit: int) -> list[StoredLeaf]:
    rows = await database.fetch(
        f"""
        SELECT {_LEAF} FROM (
            SELECT DISTINCT ON (key) {_LEAF} FROM fed_leaf
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND key > $4 ORDER BY key, seq DESC) AS newest
        WHERE operation = 'put' ORDER BY key LIMIT $5
        """,  # noqa: S608
        head.holder_id,
        head.party_id,
        head.epoch,
        after,
        limit,
    )
    return [StoredLeaf(**dict(row)) for row in rows]


async def unsaid_keys(head: LogHead, earlier_epoch: int) -> list[str]:
    rows = await database.fetch(
        """
        SELECT key FROM (
            SELECT DISTINCT ON (key) key, operation FROM fed_leaf
            WHERE holder_id = $1 AND party_id = $2 AND epoch = $4 ORDER BY key, seq DESC) AS earlier
        WHERE operation = 'put' AND NOT EXISTS (
            SELECT 1 FROM fed_leaf now
            WHERE now.holder_id = $1 AND now.party_id = $2 AND now.epoch = $3 AND now.key = earlier.key)
        ORDER BY key
        """,
        head.holder_id,
        head.party_id,
        head.epoch,
        earlier_epoch,
    )
    return [row["key"] for row in rows]


async def live_records(holder_id: PartyId, party_id: PartyId, prefix: str) -> int:
    return int(
        await database.fetch_value(
            """
            SELECT count(*) FROM (
                SELECT DISTINCT ON (key) operation FROM fed_leaf
                WHERE holder_id = $1 AND party_id = $2 AND epoch = (
                    SELECT epoch FROM fed_log WHERE holder_id = $1 AND party_id = $2) AND starts_with(key, $3)
                ORDER BY key, seq DESC) AS newest
            WHERE operation = 'put'
            """,
            holder_id,
            party_id,
            prefix,
        )
    )


async def replace_notes(head: LogHead, notes: Sequence[tuple[int, bytes]]) -> None:
    await database.execute_many(
        "UPDATE fed_checkpoint SET note = $5 WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND size = $4",
        [(head.holder_id, head.party_id, head.epoch, size, note) for size, note in notes],
    )


async def touch(head: LogHead, note: bytes, now: datetime) -> None:
    await database.execute(
        "UPDATE fed_log SET note = $3, changed_at = $4 WHERE holder_id = $1 AND party_id = $2",
        head.holder_id,
        head.party_id,
        note,
        now,
    )
