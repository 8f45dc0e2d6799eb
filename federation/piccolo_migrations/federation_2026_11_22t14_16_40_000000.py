"""All processes of a node know which addresses do not answer."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:16:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "addresses that are left alone"

TABLE = """
CREATE UNLOGGED TABLE fed_contact (
    id bigserial PRIMARY KEY,
    authority text NOT NULL UNIQUE,
    rest_until timestamptz NOT NULL,
    silent_since timestamptz NOT NULL,
    error text NOT NULL DEFAULT ''
)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(TABLE)

    manager.add_raw(add)
    return manager
