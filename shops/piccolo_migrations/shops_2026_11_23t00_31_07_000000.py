"""When each hub is asked again of a boutique's account there; those that told of one before are due at once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:31:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "renewals of copies of accounts"

STATEMENTS = (
    """
    CREATE TABLE shop_account_renewal (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        hub_id text NOT NULL,
        due_at timestamptz NOT NULL,
        tried_at timestamptz,
        silence text NOT NULL DEFAULT '',
        failures integer NOT NULL DEFAULT 0,
        papers_missing integer NOT NULL DEFAULT 0,
        wanted_at timestamptz NOT NULL,
        UNIQUE (shop_id, hub_id)
    )
    """,
    "CREATE INDEX shop_account_renewal_due ON shop_account_renewal (due_at)",
    """
    INSERT INTO shop_account_renewal (shop_id, hub_id, due_at, wanted_at)
    SELECT shop_id, hub_id, now(), now() FROM shop_account
    """,
)


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
