"""Indexes for the list of orders, which goes on from a row: every order of it is read from its place on, unsorted."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:01:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for the list of orders"
STATEMENTS = (
    "CREATE INDEX hub_order_by_time ON hub_order (created_at, id)",
    "CREATE INDEX hub_order_by_state ON hub_order (state, created_at, id)",
    "CREATE INDEX hub_order_by_shopper ON hub_order (email, id)",
    "CREATE INDEX hub_order_by_total ON hub_order (total_minor, id)",
    "DROP INDEX hub_order_created",
)


async def forwards() -> MigrationManager:
    """Add the indexes, and drop those that they contain."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(change)
    return manager
