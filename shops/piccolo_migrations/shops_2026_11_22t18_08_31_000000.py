"""What of an order goes to the boutique that sent the shopper, and what of the payment fee the boutique bears."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T18:08:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "referral and fee of an order"


async def forwards() -> MigrationManager:
    """Orders from before had neither."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def alter() -> None:
        await database.execute(
            "ALTER TABLE shop_order ADD COLUMN referral_minor bigint NOT NULL DEFAULT 0 CHECK (referral_minor >= 0), "
            "ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0)"
        )

    manager.add_raw(alter)
    return manager
