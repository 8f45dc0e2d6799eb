"""Catalogue files of other shops' systems: what a boutique decides about them, what they held, their pictures."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "table files: choices, products of the last file, pictures to fetch, findings with their place"

STATEMENTS = (
    """
    ALTER TABLE shop_import
        ADD COLUMN format text NOT NULL DEFAULT 'jsonl',
        ADD COLUMN translations bytea NOT NULL DEFAULT '',
        ADD COLUMN totals bytea NOT NULL DEFAULT '',
        ADD COLUMN may_withdraw boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT shop_import_state_check,
        ADD CONSTRAINT shop_import_state_check
            CHECK (state IN ('checked', 'waiting', 'held', 'done', 'failed'))
    """,
    """
    ALTER TABLE shop_import_fault
        ADD COLUMN severity text NOT NULL DEFAULT 'error' CHECK (severity IN ('error', 'warning', 'note')),
        ADD COLUMN done text NOT NULL DEFAULT '',
        ADD COLUMN file text NOT NULL DEFAULT '',
        ADD COLUMN record integer NOT NULL DEFAULT 0,
        ADD COLUMN product text NOT NULL DEFAULT '',
        ADD COLUMN found text NOT NULL DEFAULT ''
    """,
    """
    CREATE TABLE shop_import_choice (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL UNIQUE REFERENCES shop_boutique (shop_id),
        body bytea NOT NULL
    )
    """,
    """
    CREATE TABLE shop_import_product (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        product_id text NOT NULL,
        run_id uuid NOT NULL,
        hidden text NOT NULL,
        digest text NOT NULL,
        UNIQUE (shop_id, product_id)
    )
    """,
    """
    CREATE TABLE shop_import_picture (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        product_id text NOT NULL,
        position integer NOT NULL,
        address text NOT NULL,
        alt text NOT NULL,
        sha256 text,
        attempts integer NOT NULL DEFAULT 0,
        reason text NOT NULL DEFAULT '',
        UNIQUE (shop_id, product_id, position)
    )
    """,
)


async def forwards() -> MigrationManager:
    """Add them; imports before were of JSON lines."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
