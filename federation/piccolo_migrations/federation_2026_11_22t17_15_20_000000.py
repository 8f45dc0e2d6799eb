"""Numbers of the words about a link, so that an older one said again is known as such."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:15:20:000000"
VERSION = "1.38.0"
DESCRIPTION = "numbers of the words about a link"

STATEMENTS = (
    "ALTER TABLE fed_link ADD COLUMN ours_number bigint NOT NULL DEFAULT 0",
    "ALTER TABLE fed_link ADD COLUMN theirs_number bigint NOT NULL DEFAULT 0",
)


async def forwards() -> MigrationManager:
    """Begin both sides at 0: what was said before had no number."""
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
