"""What registers have said of boutiques' VAT ids; an answer is never changed or removed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T21:20:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks of VAT ids"
STATEMENTS = (
    """
    CREATE TABLE hub_vat_check (
        id uuid PRIMARY KEY,
        shop_id text NOT NULL,
        vat_id text NOT NULL CHECK (vat_id <> ''),
        valid boolean NOT NULL,
        name text NOT NULL,
        address text NOT NULL,
        consultation text NOT NULL,
        source text NOT NULL CHECK (source <> ''),
        checked_at timestamptz NOT NULL,
        asked_by text NOT NULL
    )
    """,
    "CREATE INDEX hub_vat_check_shop ON hub_vat_check (shop_id, checked_at DESC)",
    """
    CREATE FUNCTION hub_vat_check_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what a register said is never changed or removed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER hub_vat_check_is_final BEFORE UPDATE OR DELETE ON hub_vat_check
        FOR EACH STATEMENT EXECUTE FUNCTION hub_vat_check_is_final()
    """,
)


async def forwards() -> MigrationManager:
    """Add the table."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
