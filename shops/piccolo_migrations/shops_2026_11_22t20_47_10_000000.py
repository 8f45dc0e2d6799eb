"""What hubs last told a boutique of its account there: how it stands, every movement, and papers with their bytes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:47:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "copies of accounts at hubs"

STATEMENTS = (
    """
    CREATE TABLE shop_account (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        hub_id text NOT NULL,
        state bytea,
        papers bytea,
        told_at timestamptz,
        is_whole boolean NOT NULL DEFAULT false,
        is_cut boolean NOT NULL DEFAULT false,
        adds_up boolean NOT NULL DEFAULT true,
        UNIQUE (shop_id, hub_id)
    )
    """,
    """
    CREATE TABLE shop_account_line (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        hub_id text NOT NULL,
        line_id bigint NOT NULL CHECK (line_id > 0),
        at timestamptz NOT NULL,
        kind text NOT NULL,
        account text NOT NULL CHECK (account IN ('held', 'releasable', 'in_transfer', 'reserve', 'owed')),
        currency text NOT NULL,
        amount_minor bigint NOT NULL,
        balance_minor bigint NOT NULL,
        order_id uuid,
        order_number text NOT NULL,
        title text NOT NULL,
        note text NOT NULL,
        parts text NOT NULL,
        UNIQUE (shop_id, hub_id, line_id),
        FOREIGN KEY (shop_id, hub_id) REFERENCES shop_account (shop_id, hub_id)
    )
    """,
    "CREATE INDEX shop_account_line_order ON shop_account_line (shop_id, hub_id, order_id)",
    """
    CREATE TABLE shop_account_paper (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        hub_id text NOT NULL,
        paper_id uuid NOT NULL,
        form text NOT NULL CHECK (form IN ('csv', 'pdf', 'json')),
        sha256 text NOT NULL,
        content bytea NOT NULL,
        kept_at timestamptz NOT NULL,
        UNIQUE (shop_id, hub_id, paper_id, form),
        FOREIGN KEY (shop_id, hub_id) REFERENCES shop_account (shop_id, hub_id)
    )
    """,
)


async def forwards() -> MigrationManager:
    """Add the tables."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
