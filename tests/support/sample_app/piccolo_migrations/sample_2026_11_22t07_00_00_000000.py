"""The table, made slowly, so that two runs at once would meet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node.database import execute

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "entries"


async def forwards() -> MigrationManager:
    """Create it."""
    manager = MigrationManager(migration_id=ID, app_name="sample", description=DESCRIPTION)

    async def create() -> None:
        await execute("SELECT pg_sleep(0.2); CREATE TABLE sample_entry (id bigint PRIMARY KEY, note text NOT NULL)")

    manager.add_raw(create)
    return manager
