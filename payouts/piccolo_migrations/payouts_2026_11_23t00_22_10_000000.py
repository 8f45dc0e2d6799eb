"""Payouts that the provider made by itself claim what it lists: once it does, and whatever of it is not ours."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:22:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "the contents of automatic payouts"
STATEMENTS = (
    """
    ALTER TABLE pay_payout ADD COLUMN list_due boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT pay_payout_list_due CHECK (automatic OR NOT list_due),
        DROP CONSTRAINT pay_payout_check1
    """,
    "CREATE INDEX pay_payout_list_due_index ON pay_payout (account_id, updated_at) WHERE list_due",
)


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
