"""A hosted party may have left: since when, and where it lives now."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:58:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "parties that have left this node"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(
            "ALTER TABLE fed_party ADD COLUMN left_at timestamptz, ADD COLUMN moved_to text NOT NULL DEFAULT ''"
        )

    manager.add_raw(add)
    return manager
