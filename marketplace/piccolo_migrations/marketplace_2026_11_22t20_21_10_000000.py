"""What a receipt says of the seller and of the VAT inside a price, kept as it was at the sale."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:21:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "who sold a part, and the VAT inside a line"


async def forwards() -> MigrationManager:
    """Parts and lines that were sold before have neither: their receipts say so."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def alter() -> None:
        await database.execute("ALTER TABLE hub_shop_order ADD COLUMN seller text")
        await database.execute("ALTER TABLE hub_order_line ADD COLUMN inside_vat_bp integer")

    manager.add_raw(alter)
    return manager
