"""What makes proofs cheap and forks provable: subtree roots of logs, ended epochs, and kept fork proofs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.log import nodes
from federation.log.tree import Range
from federation.node import database

ID = "2026-11-22T13:56:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "subtree roots, ended epochs, fork proofs"

LEAVES_AT_ONCE = 10_000

STATEMENTS = (
    """
    CREATE TABLE fed_node (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL,
        party_id text NOT NULL,
        epoch integer NOT NULL,
        level smallint NOT NULL CHECK (level > 0),
        place bigint NOT NULL CHECK (place >= 0),
        hash bytea NOT NULL CHECK (octet_length(hash) = 32),
        UNIQUE (holder_id, party_id, epoch, level, place)
    )
    """,
    """
    CREATE TABLE fed_past_log (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL REFERENCES fed_party (id),
        party_id text NOT NULL,
        epoch integer NOT NULL CHECK (epoch >= 1),
        size bigint NOT NULL CHECK (size >= 0),
        peaks bytea NOT NULL,
        note bytea NOT NULL,
        changed_at timestamptz NOT NULL,
        UNIQUE (holder_id, party_id, epoch)
    )
    """,
    """
    CREATE TABLE fed_fork (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL REFERENCES fed_party (id),
        shop_id text NOT NULL,
        epoch integer NOT NULL CHECK (epoch >= 1),
        document bytea NOT NULL,
        told_by text NOT NULL,
        found_at timestamptz NOT NULL,
        UNIQUE (holder_id, shop_id, epoch)
    )
    """,
    "CREATE INDEX fed_leaf_hash ON fed_leaf USING hash (hash)",
    "ALTER TABLE fed_replica DROP COLUMN fork_proof",
)


async def _keep_nodes(log: tuple[str, str, int]) -> None:
    """Work out the nodes of a log that came before there were any."""
    tree = Range()
    while rows := await database.fetch(
        """
        SELECT hash FROM fed_leaf WHERE holder_id = $1 AND party_id = $2 AND epoch = $3 AND seq >= $4
        ORDER BY seq LIMIT $5
        """,
        *log,
        tree.size,
        LEAVES_AT_ONCE,
    ):
        growth = nodes.grow(tree, [row["hash"] for row in rows])
        tree = growth.tree
        await database.execute_many(
            "INSERT INTO fed_node (holder_id, party_id, epoch, level, place, hash) VALUES ($1, $2, $3, $4, $5, $6)",
            [(*log, node.level, node.place, node.hash) for node in growth.nodes],
        )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)
        for row in await database.fetch("SELECT holder_id, party_id, epoch FROM fed_log"):
            await _keep_nodes((row["holder_id"], row["party_id"], row["epoch"]))

    manager.add_raw(change)
    return manager
