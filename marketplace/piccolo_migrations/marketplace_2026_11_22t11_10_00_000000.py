"""Pictures that listings name: to be fetched, made, or given up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "pictures from outside"

STATEMENTS = (
    """
    CREATE TABLE hub_picture (
        sha256 text PRIMARY KEY,
        shop_id text NOT NULL,
        url text NOT NULL,
        state text NOT NULL CHECK (state IN ('wanted', 'made', 'missing')),
        attempts integer NOT NULL CHECK (attempts >= 0),
        due_at timestamptz,
        reason text NOT NULL,
        width integer NOT NULL DEFAULT 0,
        height integer NOT NULL DEFAULT 0,
        seen_at timestamptz NOT NULL,
        made_at timestamptz,
        CHECK ((due_at IS NOT NULL) = (state = 'wanted')),
        CHECK ((made_at IS NOT NULL) = (state = 'made'))
    )
    """,
    "CREATE INDEX hub_picture_due ON hub_picture (shop_id, due_at) WHERE state = 'wanted'",
)


async def forwards() -> MigrationManager:
    """Create the table; pictures of listings before it are noted when their boutique is next listed anew."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
