"""Since when pieces are shown, kept while their boutique is followed anew."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T15:26:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "since when pieces are shown"


async def forwards() -> MigrationManager:
    """Rows live for as long as a boutique is read again."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def create() -> None:
        await database.execute(
            """
            CREATE TABLE hub_since (
                id bigserial PRIMARY KEY,
                shop_id text NOT NULL,
                product_id text NOT NULL,
                first_seen_at timestamptz NOT NULL,
                UNIQUE (shop_id, product_id)
            )
            """
        )

    manager.add_raw(create)
    return manager
