"""Files that go to the shopper's bank through the provider, and drafts that lie there."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:21:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "evidence files at the provider"
STATEMENTS = (
    """
    ALTER TABLE pay_dispute_file ADD COLUMN slot text,
        ADD COLUMN provider_file text,
        ADD COLUMN uploaded_at timestamptz,
        ADD CONSTRAINT pay_dispute_file_uploaded CHECK ((provider_file IS NULL) = (uploaded_at IS NULL))
    """,
    """
    ALTER TABLE pay_dispute ADD COLUMN staged_at timestamptz,
        DROP CONSTRAINT pay_dispute_answer_kind_check,
        ADD CONSTRAINT pay_dispute_answer_kind_check CHECK (answer_kind IN ('', 'draft', 'evidence', 'acceptance'))
    """,
)


async def forwards() -> MigrationManager:
    """Add the columns."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
