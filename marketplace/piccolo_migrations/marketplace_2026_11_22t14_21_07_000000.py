"""Boutiques that have left the hub: since when, where they say they are, and when their log was forgotten."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:21:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "boutiques that have left"

STATEMENT = """
CREATE TABLE hub_departure (
    shop_id text PRIMARY KEY REFERENCES hub_shop (shop_id),
    left_at timestamptz NOT NULL,
    forward text NOT NULL DEFAULT '',
    last_note bytea NOT NULL DEFAULT '',
    log_purged_at timestamptz
)
"""


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
