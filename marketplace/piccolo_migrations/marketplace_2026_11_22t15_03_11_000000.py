"""Pictures that perhaps nobody names any more."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T15:03:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "loose pictures"

STATEMENTS = (
    """
    ALTER TABLE hub_picture
        DROP CONSTRAINT hub_picture_state_check,
        DROP CONSTRAINT hub_picture_check,
        ADD CONSTRAINT hub_picture_state_check CHECK (state IN ('wanted', 'made', 'missing', 'loose')),
        ADD CONSTRAINT hub_picture_check CHECK ((due_at IS NOT NULL) = (state IN ('wanted', 'loose')))
    """,
    "CREATE INDEX hub_picture_loose ON hub_picture (due_at) WHERE state = 'loose'",
)


async def forwards() -> MigrationManager:
    """Let a picture be loose: looked at when due, then wanted again or deleted."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def widen() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(widen)
    return manager
