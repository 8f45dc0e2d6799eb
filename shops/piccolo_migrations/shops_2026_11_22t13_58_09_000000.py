"""A boutique may have left this node: from then on nothing of it changes here."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:58:09:000000"
VERSION = "1.38.0"
DESCRIPTION = "boutiques that have left"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE shop_boutique ADD COLUMN departed boolean NOT NULL DEFAULT false")

    manager.add_raw(add)
    return manager
