"""A failed refund can be settled by two people: paid from the hub's own bank, or written off against a lost dispute."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:11:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "refunds settled by hand"
STATEMENTS = (
    "ALTER TABLE pay_refund DROP CONSTRAINT pay_refund_status_check",
    """
    ALTER TABLE pay_refund ADD CONSTRAINT pay_refund_status_check CHECK (status IN ('requested', 'submitting',
        'pending', 'succeeded', 'failed', 'voided', 'paid_by_hand', 'written_off')),
        ADD COLUMN given_minor bigint NOT NULL DEFAULT 0 CHECK (given_minor BETWEEN 0 AND amount_minor),
        ADD COLUMN unborne_minor bigint NOT NULL DEFAULT 0 CHECK (unborne_minor BETWEEN 0 AND given_minor),
        ADD CONSTRAINT pay_refund_given_by_hand CHECK (given_minor = 0 OR status IN ('paid_by_hand', 'written_off'))
    """,
    """
    CREATE TABLE pay_refund_by_hand (
        id uuid PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES pay_refund (id),
        attempt integer NOT NULL,
        currency text NOT NULL,
        transferred_minor bigint NOT NULL CHECK (transferred_minor >= 0),
        given_minor bigint NOT NULL CHECK (given_minor >= 0),
        bank_minor bigint NOT NULL CHECK (bank_minor >= 0),
        bank_currency text NOT NULL,
        cost_minor bigint NOT NULL DEFAULT 0,
        paid_on date,
        bank_reference text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        status text NOT NULL CHECK (status IN ('proposed', 'approved', 'rejected')),
        proposed_by text NOT NULL CHECK (proposed_by <> ''),
        proposed_at timestamptz NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz,
        decision_note text NOT NULL,
        content_hash bytea NOT NULL,
        CHECK (transferred_minor + given_minor > 0),
        CHECK ((transferred_minor > 0) = (bank_minor > 0)),
        CHECK ((transferred_minor > 0) = (paid_on IS NOT NULL AND bank_reference <> '')),
        CHECK ((status = 'proposed') = (decided_at IS NULL)),
        CONSTRAINT pay_refund_by_hand_two_people CHECK (status <> 'approved' OR decided_by <> proposed_by)
    )
    """,
    "CREATE UNIQUE INDEX pay_refund_by_hand_one_waits ON pay_refund_by_hand (refund_id) WHERE status = 'proposed'",
    "CREATE INDEX pay_refund_by_hand_of ON pay_refund_by_hand (refund_id)",
    """
    CREATE INDEX pay_refund_by_hand_paid ON pay_refund_by_hand (paid_on DESC)
        WHERE status = 'approved' AND transferred_minor > 0
    """,
)


async def forwards() -> MigrationManager:
    """Add states, columns and the table."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
