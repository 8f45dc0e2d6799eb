"""Indexes for a boutique's list of orders, which goes on from a row: its orders are read from their place on, unsorted."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:01:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for a boutique's list of orders"
STATEMENTS = (
    "CREATE INDEX shop_order_by_number ON shop_order (shop_id, number, id)",
    "CREATE INDEX shop_order_by_state ON shop_order (shop_id, state, placed_at, id)",
    "CREATE INDEX shop_order_by_total ON shop_order (shop_id, total_minor, id)",
    "DROP INDEX shop_order_state",
)


async def forwards() -> MigrationManager:
    """Add the indexes, and drop those that they contain."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(change)
    return manager
