"""Payouts that the provider made by itself, and moving money of the hub's own from the provider to its bank."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T21:04:19:000000"
VERSION = "1.38.0"
DESCRIPTION = "automatic payouts, the bank's float"
STATEMENTS = (
    """
    ALTER TABLE pay_payout ADD COLUMN automatic boolean NOT NULL DEFAULT false,
        ADD COLUMN other_minor bigint NOT NULL DEFAULT 0 CHECK (other_minor BETWEEN 0 AND amount_minor),
        ADD CONSTRAINT pay_payout_other CHECK (other_minor = 0 OR automatic)
    """,
    """
    CREATE TABLE pay_float_move (
        id uuid PRIMARY KEY,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        status text NOT NULL CHECK (status IN ('submitting', 'in_transit', 'paid', 'failed')),
        provider_id text UNIQUE,
        arrival_at timestamptz,
        failure text NOT NULL,
        made_by text NOT NULL CHECK (made_by <> ''),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX pay_float_move_one_submitting ON pay_float_move (currency) WHERE status = 'submitting'",
)


async def forwards() -> MigrationManager:
    """Add the columns and the table."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
