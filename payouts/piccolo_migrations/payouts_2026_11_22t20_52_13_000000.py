"""A refund can be void: the shopper got it by a dispute."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:52:13:000000"
VERSION = "1.38.0"
DESCRIPTION = "void refunds"

STATEMENTS = (
    "ALTER TABLE pay_refund DROP CONSTRAINT pay_refund_status_check",
    """
    ALTER TABLE pay_refund ADD CONSTRAINT pay_refund_status_check CHECK (status IN ('requested', 'submitting',
        'pending', 'succeeded', 'failed', 'voided'))
    """,
)


async def forwards() -> MigrationManager:
    """Allow the state."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def allow() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(allow)
    return manager
