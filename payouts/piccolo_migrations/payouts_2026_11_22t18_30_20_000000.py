"""Movements of the balance are found by the payment they are of."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T18:30:20:000000"
VERSION = "1.38.0"
DESCRIPTION = "movements by reference"


async def forwards() -> MigrationManager:
    """Add the index."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(
            "CREATE INDEX pay_balance_move_reference ON pay_balance_move (reference) WHERE reference <> ''"
        )

    manager.add_raw(add)
    return manager
