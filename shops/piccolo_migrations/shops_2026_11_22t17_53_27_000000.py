"""What a finding of an import says as its message and what was filled in, so that pages say it in any language."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:53:27:000000"
VERSION = "1.38.0"
DESCRIPTION = "sentences of findings"

STATEMENT = "ALTER TABLE shop_import_fault ADD COLUMN told text NOT NULL DEFAULT ''"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
