"""What boutiques say of disputes, their files, and what they were written to about; those decided so far need no letter."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:33:17:000000"
VERSION = "1.38.0"
DESCRIPTION = "boutiques are heard about disputes"
STATEMENTS = (
    """
    CREATE TABLE pay_dispute_statement (
        id bigserial PRIMARY KEY,
        dispute_id uuid NOT NULL REFERENCES pay_dispute (id),
        shop_id text NOT NULL,
        said_by text NOT NULL CHECK (said_by <> ''),
        words text NOT NULL,
        carrier text NOT NULL,
        tracking text NOT NULL,
        shipped_on text NOT NULL,
        delivered_on text NOT NULL,
        said_at timestamptz NOT NULL,
        UNIQUE (dispute_id, shop_id)
    )
    """,
    """
    CREATE TABLE pay_dispute_file (
        id uuid PRIMARY KEY,
        dispute_id uuid NOT NULL REFERENCES pay_dispute (id),
        shop_id text NOT NULL,
        kind text NOT NULL,
        media_type text NOT NULL,
        sha256 bytea NOT NULL,
        size integer NOT NULL CHECK (size = octet_length(content)),
        content bytea NOT NULL,
        received_at timestamptz NOT NULL,
        UNIQUE (dispute_id, shop_id, sha256)
    )
    """,
    "ALTER TABLE pay_dispute ADD COLUMN told text NOT NULL DEFAULT ''",
    "UPDATE pay_dispute SET told = status WHERE status NOT IN ('inquiry', 'open', 'evidence')",
    "CREATE INDEX pay_dispute_untold ON pay_dispute (opened_at) WHERE told <> status",
)


async def forwards() -> MigrationManager:
    """Add the tables and the column."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
