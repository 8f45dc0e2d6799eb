"""What hubs do not show of a shop's records, for the shop to put right."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "records refused by hubs"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def create() -> None:
        await database.execute(
            """
            CREATE TABLE fed_refusal (
                id bigserial PRIMARY KEY,
                shop_id text NOT NULL REFERENCES fed_party (id),
                hub_id text NOT NULL,
                key text NOT NULL,
                seq bigint NOT NULL,
                errors bytea NOT NULL,
                heard_at timestamptz NOT NULL,
                UNIQUE (shop_id, hub_id, key)
            )
            """
        )

    manager.add_raw(create)
    return manager
