"""Repair of copies, and snapshots of logs: made here, and on their way in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:05:21:000000"
VERSION = "1.38.0"
DESCRIPTION = "repair and snapshots"

STATEMENTS = (
    """
    CREATE TABLE fed_repair (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL,
        shop_id text NOT NULL,
        window_at timestamptz,
        window_bytes bigint NOT NULL DEFAULT 0,
        window_sessions integer NOT NULL DEFAULT 0,
        next_at timestamptz,
        looked_at timestamptz,
        repairs bigint NOT NULL DEFAULT 0,
        last_at timestamptz,
        last_cause text NOT NULL DEFAULT '',
        last_rounds integer NOT NULL DEFAULT 0,
        last_bytes bigint NOT NULL DEFAULT 0,
        last_records bigint NOT NULL DEFAULT 0,
        progress_done integer NOT NULL DEFAULT 0,
        progress_total integer NOT NULL DEFAULT 0,
        UNIQUE (hub_id, shop_id)
    )
    """,
    """
    CREATE TABLE fed_snapshot (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL,
        party_id text NOT NULL,
        epoch integer NOT NULL CHECK (epoch >= 1),
        size bigint NOT NULL CHECK (size >= 1),
        manifest bytea NOT NULL,
        made_at timestamptz NOT NULL,
        UNIQUE (holder_id, party_id)
    )
    """,
    """
    CREATE TABLE fed_snapshot_chunk (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL,
        party_id text NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        body bytea NOT NULL,
        made_at timestamptz NOT NULL,
        UNIQUE (holder_id, party_id, sha256)
    )
    """,
    """
    CREATE TABLE fed_snapshot_load (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL,
        shop_id text NOT NULL,
        manifest bytea NOT NULL,
        taken integer NOT NULL DEFAULT 0,
        bytes_taken bigint NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        begun_at timestamptz NOT NULL,
        UNIQUE (hub_id, shop_id)
    )
    """,
    """
    CREATE TABLE fed_snapshot_part (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL,
        shop_id text NOT NULL,
        number integer NOT NULL,
        body bytea NOT NULL,
        UNIQUE (hub_id, shop_id, number)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
