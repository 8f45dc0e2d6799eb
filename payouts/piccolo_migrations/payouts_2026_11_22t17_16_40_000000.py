"""Payments that are held first and taken later, in part or in whole."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:16:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "held payments"

STATEMENTS = (
    """
    ALTER TABLE pay_payment
        ADD COLUMN capture text NOT NULL DEFAULT 'automatic' CHECK (capture IN ('automatic', 'manual')),
        ADD COLUMN capture_minor bigint CHECK (capture_minor BETWEEN 1 AND amount_minor),
        ADD COLUMN capture_attempt integer NOT NULL DEFAULT 0 CHECK (capture_attempt >= 0),
        ADD COLUMN capture_before timestamptz,
        DROP CONSTRAINT pay_payment_status_check,
        ADD CONSTRAINT pay_payment_status_check CHECK (status IN ('intended', 'open', 'processing', 'authorised',
            'capturing', 'paid', 'failed', 'cancelled', 'returned', 'suspense')),
        ADD CHECK (status <> 'capturing' OR capture_minor IS NOT NULL)
    """,
    "DROP INDEX pay_payment_one_alive",
    """
    CREATE UNIQUE INDEX pay_payment_one_alive ON pay_payment (order_id)
        WHERE status IN ('intended', 'open', 'processing', 'authorised', 'capturing', 'paid')
    """,
)


async def forwards() -> MigrationManager:
    """Add the columns and the two states."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
