"""Archives that boutiques asked for in their portal: what was asked, and whether the file is there."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:28:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "archives of boutiques"

STATEMENT = """
CREATE TABLE shop_archive (
    shop_id text PRIMARY KEY REFERENCES shop_boutique (shop_id),
    asked_at timestamptz NOT NULL,
    is_final boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'ready', 'failed')),
    size_bytes bigint NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT '',
    ready_at timestamptz
)
"""


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
