"""When a new node had fetched the whole of a boutique's archive: it may be taking it in from then on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T19:14:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "when an archive was fetched whole"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE shop_handover ADD COLUMN sent_whole_at timestamptz")

    manager.add_raw(add)
    return manager
