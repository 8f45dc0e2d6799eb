"""Lines of a log are kept as they come while a row fits a page: compressing them cost more than checking them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:27:41:000000"
VERSION = "1.38.0"
DESCRIPTION = "lines kept as they come"


async def forwards() -> MigrationManager:
    """For rows written from now on; PostgreSQL compresses rows above a quarter of a page unless told so."""
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def keep() -> None:
        await database.execute("ALTER TABLE fed_leaf SET (toast_tuple_target = 8160)")

    manager.add_raw(keep)
    return manager
