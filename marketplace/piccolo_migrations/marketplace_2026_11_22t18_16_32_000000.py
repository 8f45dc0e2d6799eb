"""Whether a boutique bears its part of the payment provider's fee."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T18:16:32:000000"
VERSION = "1.38.0"
DESCRIPTION = "who bears the payment fee of a part"


async def forwards() -> MigrationManager:
    """Frozen at the sale, as every other term."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def alter() -> None:
        await database.execute("ALTER TABLE hub_shop_order ADD COLUMN bears_fee boolean NOT NULL DEFAULT false")

    manager.add_raw(alter)
    return manager
