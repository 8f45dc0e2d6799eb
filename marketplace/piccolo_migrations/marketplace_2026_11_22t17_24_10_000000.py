"""Orders whose money is held first: which parts were taken for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:24:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "held orders"
STATEMENT = """
    ALTER TABLE hub_order
        ADD COLUMN charged text,
        DROP CONSTRAINT hub_order_state_check,
        DROP CONSTRAINT hub_order_check,
        DROP CONSTRAINT hub_order_check1,
        ADD CONSTRAINT hub_order_state_check CHECK (state IN
            ('holding', 'held', 'paying', 'authorized', 'paid', 'refused', 'cancelled')),
        ADD CONSTRAINT hub_order_paid_at CHECK (CASE WHEN state IN ('authorized', 'paid') THEN paid_at IS NOT NULL
            ELSE paid_at IS NULL OR state = 'cancelled' END),
        ADD CONSTRAINT hub_order_due_at CHECK ((due_at IS NULL) =
            (state IN ('paid', 'refused', 'cancelled') OR state = 'authorized' AND charged IS NOT NULL))
    """


async def forwards() -> MigrationManager:
    """Add the column; of every order so far everything sold was taken for."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        await database.execute(STATEMENT)

    manager.add_raw(add)
    return manager
