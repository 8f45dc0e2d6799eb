"""The simulated provider exchanges money."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T10:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "exchange"

STATEMENTS = (
    """
    ALTER TABLE sandbox_payment ADD COLUMN gross_minor bigint NOT NULL DEFAULT 0 CHECK (gross_minor >= 0),
        ADD COLUMN gross_currency text NOT NULL DEFAULT '', ADD COLUMN exchange_rate text NOT NULL DEFAULT ''
    """,
    "UPDATE sandbox_payment SET gross_minor = received_minor, gross_currency = currency",
    "ALTER TABLE sandbox_refund ADD COLUMN taken_minor bigint, ADD COLUMN taken_currency text",
    "UPDATE sandbox_refund SET taken_minor = amount_minor, taken_currency = currency WHERE status = 'succeeded'",
    "CREATE TABLE sandbox_rate (currency text PRIMARY KEY, per_euro text NOT NULL)",
)


async def forwards() -> MigrationManager:
    """Add the columns; what was paid before came in the platform's own currency."""
    manager = MigrationManager(migration_id=ID, app_name="sandbox", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
