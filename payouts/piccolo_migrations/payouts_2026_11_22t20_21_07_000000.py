"""Bank details by two words, and when new ones may first be paid to; those that stand were paid to already."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:21:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "bank details by two words"
STATEMENTS = (
    "ALTER TABLE pay_terms ADD COLUMN bank_usable_from timestamptz",
    """
    CREATE TABLE pay_bank_change (
        id uuid PRIMARY KEY,
        shop_id text NOT NULL,
        holder text NOT NULL CHECK (holder <> ''),
        iban text NOT NULL CHECK (iban <> ''),
        bic text NOT NULL,
        source text NOT NULL CHECK (source IN ('console', 'shop')),
        at_once boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'approved', 'rejected', 'replaced')),
        proposed_by text NOT NULL CHECK (proposed_by <> ''),
        proposed_at timestamptz NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz,
        decision_note text NOT NULL,
        usable_from timestamptz,
        CHECK ((status = 'proposed') = (decided_at IS NULL)),
        CHECK ((status = 'proposed') = (decided_by = '')),
        CHECK ((status = 'approved') = (usable_from IS NOT NULL)),
        CHECK (NOT (at_once AND source = 'shop')),
        CHECK (NOT (status = 'approved' AND source = 'console' AND decided_by = proposed_by))
    )
    """,
    "CREATE UNIQUE INDEX pay_bank_change_waits ON pay_bank_change (shop_id) WHERE status = 'proposed'",
    "CREATE INDEX pay_bank_change_shop ON pay_bank_change (shop_id, proposed_at)",
)


async def forwards() -> MigrationManager:
    """Add the column and the table."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
