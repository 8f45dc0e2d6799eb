"""Who let an operator in and who vouched for them; those that work here already count as let in by the machine's owner."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:22:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "invitations of operators"
STATEMENT = """
    CREATE TABLE hub_invitation (
        account_id uuid PRIMARY KEY,
        invited_by uuid NOT NULL CHECK (invited_by <> account_id),
        invited_by_email text NOT NULL,
        invited_at timestamptz NOT NULL,
        vouched_by text NOT NULL,
        vouched_at timestamptz,
        CHECK ((vouched_at IS NULL) = (vouched_by = ''))
    )
    """


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
