"""When each hub heard that a boutique had ended a voucher: until then the hub may sell by it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T22:05:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "when hubs heard of the end of vouchers"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE shop_voucher ADD COLUMN heard text NOT NULL DEFAULT '{}'")

    manager.add_raw(add)
    return manager
