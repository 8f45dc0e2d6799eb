"""A paper says in which time zone its days are counted; those issued before were in UTC."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:01:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "the zone of papers"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE pay_paper ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC'")

    manager.add_raw(add)
    return manager
