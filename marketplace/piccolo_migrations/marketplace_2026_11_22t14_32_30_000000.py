"""Which unfinished orders come from the same place."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:32:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "unfinished orders by where they come from"

STATEMENTS = (
    """
    CREATE TABLE hub_checkout_client (
        order_id uuid PRIMARY KEY REFERENCES hub_order (id) ON DELETE CASCADE,
        client bytea NOT NULL CHECK (length(client) = 16),
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX hub_checkout_client_client ON hub_checkout_client (client)",
    "CREATE INDEX hub_checkout_client_at ON hub_checkout_client (at)",
)


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
