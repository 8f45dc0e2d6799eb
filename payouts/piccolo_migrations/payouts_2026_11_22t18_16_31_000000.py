"""A share's part of the payment provider's fee."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T18:16:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "a share's part of the provider's fee"


async def forwards() -> MigrationManager:
    """Who bears the fee is settled with the sale, whatever the hub decides later."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def alter() -> None:
        await database.execute(
            "ALTER TABLE pay_settlement ADD COLUMN bears_fee boolean NOT NULL DEFAULT false, "
            "ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0 AND (bears_fee OR fee_minor = 0))"
        )

    manager.add_raw(alter)
    return manager
