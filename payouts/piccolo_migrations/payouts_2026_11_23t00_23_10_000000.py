"""The address under which the provider reaches the people of a boutique's account."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:23:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "the mail address of an account"


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE pay_shop_account ADD COLUMN email text NOT NULL DEFAULT ''")

    manager.add_raw(add)
    return manager
