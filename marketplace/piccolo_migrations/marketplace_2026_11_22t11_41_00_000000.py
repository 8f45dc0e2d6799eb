"""The boutiques' own prices are always there now: what 10:40 added and filled is enforced."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "list prices are enforced"

STATEMENTS = (
    "ALTER TABLE hub_shop_order ALTER COLUMN list_currency SET NOT NULL",
    "ALTER TABLE hub_shop_order ALTER COLUMN list_shipping_minor SET NOT NULL",
    "ALTER TABLE hub_order_line ALTER COLUMN list_unit_minor SET NOT NULL",
)


async def forwards() -> MigrationManager:
    """Enforce the three columns."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def enforce() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(enforce)
    return manager
