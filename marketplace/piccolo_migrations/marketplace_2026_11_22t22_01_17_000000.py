"""When the boutique of a refund was told of it: one that is paid a second time is not told a second time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T22:01:17:000000"
VERSION = "1.38.0"
DESCRIPTION = "when boutiques were told of refunds"
STATEMENTS = (
    "ALTER TABLE hub_refund ADD COLUMN told_at timestamptz",
    """
    UPDATE hub_refund AS refund SET told_at = refund.updated_at FROM hub_shop_order AS part
    WHERE part.id = refund.shop_order_id AND part.placed_at IS NOT NULL AND refund.status IN ('succeeded', 'voided')
    """,
)


async def forwards() -> MigrationManager:
    """Add the column, and note what boutiques have been told."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
