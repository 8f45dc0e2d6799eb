"""The language an order was made in, for its mails."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the language of an order"

STATEMENT = "ALTER TABLE hub_order ADD COLUMN language text NOT NULL DEFAULT 'en'"


async def forwards() -> MigrationManager:
    """Add the column; orders before it were made in English."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
