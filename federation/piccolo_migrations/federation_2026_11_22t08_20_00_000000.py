"""A delivery keeps what failed about stock apart from what failed about the log: a heartbeat proves nothing of a push."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T08:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "stock errors of a delivery on their own"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE fed_delivery ADD COLUMN stock_error text NOT NULL DEFAULT ''")

    manager.add_raw(add)
    return manager
