"""The other hubs with which a hub compares checkpoints."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "hubs compared with"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def create() -> None:
        await database.execute(
            """
            CREATE TABLE fed_compared_hub (
                id bigserial PRIMARY KEY,
                hub_id text NOT NULL REFERENCES fed_party (id),
                endpoint text NOT NULL,
                named_by text NOT NULL,
                next_at timestamptz NOT NULL,
                asked_at timestamptz,
                compared integer NOT NULL DEFAULT 0,
                agreed integer NOT NULL DEFAULT 0,
                error text NOT NULL DEFAULT '',
                UNIQUE (hub_id, endpoint)
            )
            """
        )

    manager.add_raw(create)
    return manager
