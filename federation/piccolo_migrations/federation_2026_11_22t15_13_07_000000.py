"""What a hub remembers of a copy that it has forgotten."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T15:13:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "the last checkpoint of a forgotten copy"


async def forwards() -> MigrationManager:
    """Let the next copy be compared with the one before."""
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE fed_replica ADD COLUMN kept_note bytea NOT NULL DEFAULT ''")

    manager.add_raw(add)
    return manager
