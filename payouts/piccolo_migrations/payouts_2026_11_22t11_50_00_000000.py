"""Payments are summed by day, and lines found by their order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "payments by day, lines by order"

STATEMENTS = (
    "CREATE INDEX pay_payment_captured ON pay_payment (captured_at) WHERE captured_at IS NOT NULL",
    "CREATE INDEX pay_line_order ON pay_line (order_id)",
)


async def forwards() -> MigrationManager:
    """Add the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
