"""Where the hub's wish to cancel a shop order stands."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T08:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "wishes to cancel"

STATEMENT = """
    ALTER TABLE hub_shop_order ADD COLUMN cancellation text NOT NULL DEFAULT 'none'
        CHECK (cancellation IN ('none', 'requested', 'refused', 'cancelled'))
"""


async def forwards() -> MigrationManager:
    """Add the column; orders before it had no such wish."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
