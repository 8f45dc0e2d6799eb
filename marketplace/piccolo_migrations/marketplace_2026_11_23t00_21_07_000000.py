"""Codes of coupons and vouchers that could not be used, by where they came from."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:21:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "wrong codes by where they come from"

STATEMENTS = (
    """
    CREATE TABLE hub_wrong_code (
        id bigserial PRIMARY KEY,
        visitor bytea NOT NULL,
        place bytea NOT NULL,
        network bytea NOT NULL,
        giver text NOT NULL,
        code bytea NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX hub_wrong_code_visitor ON hub_wrong_code (visitor) WHERE visitor <> ''",
    "CREATE INDEX hub_wrong_code_place ON hub_wrong_code (place) WHERE place <> ''",
    "CREATE INDEX hub_wrong_code_network ON hub_wrong_code (network)",
    "CREATE INDEX hub_wrong_code_giver ON hub_wrong_code (giver, at)",
    "CREATE INDEX hub_wrong_code_at ON hub_wrong_code (at)",
)


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
