"""Order events: the peer's receipt for ours, and a place for those that came before the one they follow."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "receipts, and events that came early"

STATEMENTS = (
    "ALTER TABLE fed_event_out ADD COLUMN receipt text NOT NULL DEFAULT ''",
    "CREATE INDEX fed_event_out_waiting ON fed_event_out (local_id, remote_id) WHERE acked_at IS NULL",
    """
    CREATE TABLE fed_event_early (
        id bigserial PRIMARY KEY,
        event_id uuid NOT NULL,
        local_id text NOT NULL,
        remote_id text NOT NULL,
        order_id text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence >= 1),
        body bytea NOT NULL,
        received_at timestamptz NOT NULL,
        UNIQUE (local_id, remote_id, order_id, sequence)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
