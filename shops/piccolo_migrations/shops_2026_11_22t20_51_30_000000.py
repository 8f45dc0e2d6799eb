"""A boutique's own vouchers, how often their list has changed, and what each hub knows of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:51:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "vouchers of a boutique"

STATEMENTS = (
    """CREATE TABLE shop_voucher (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        voucher_id uuid NOT NULL UNIQUE,
        code text NOT NULL,
        terms text NOT NULL,
        words text NOT NULL,
        made_at timestamptz NOT NULL,
        stopped_at timestamptz,
        UNIQUE (shop_id, code)
    )""",
    """CREATE TABLE shop_voucher_list (
        shop_id text PRIMARY KEY REFERENCES shop_boutique (shop_id),
        revision bigint NOT NULL CHECK (revision > 0)
    )""",
    """CREATE TABLE shop_voucher_told (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        hub_id text NOT NULL,
        revision bigint NOT NULL,
        told_at timestamptz,
        uses text NOT NULL,
        problem text NOT NULL,
        UNIQUE (shop_id, hub_id)
    )""",
)


async def forwards() -> MigrationManager:
    """Add the tables."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
