"""The first hold of pieces that are held anew: a voucher is judged by when it was taken, not by the last hold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T22:05:47:000000"
VERSION = "1.38.0"
DESCRIPTION = "first holds of shop orders"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE hub_shop_order ADD COLUMN first_reservation_id uuid")

    manager.add_raw(add)
    return manager
