"""Alerts keep their message with what was filled in, so that pages say it in the reader's language.

Older rows have their English text alone: `told` stays empty.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:01:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "alerts in every language"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE pay_alert ADD COLUMN told text NOT NULL DEFAULT ''")

    manager.add_raw(add)
    return manager
