"""Since when an order's terms are no longer the boutique's: it is not accepted unseen, and its page says why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T01:02:05:000000"
VERSION = "1.38.0"
DESCRIPTION = "orders by what was offered before"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE shop_order ADD COLUMN promised_at timestamptz")

    manager.add_raw(add)
    return manager
