"""Boutiques' own vouchers: what each offers, who uses them, and what they took off a line."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:46:20:000000"
VERSION = "1.38.0"
DESCRIPTION = "vouchers that boutiques pay for"

STATEMENTS = (
    """CREATE TABLE hub_voucher_list (
        shop_id text PRIMARY KEY,
        revision bigint NOT NULL CHECK (revision >= 0),
        told_at timestamptz
    )""",
    """CREATE TABLE hub_voucher (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        code text NOT NULL,
        terms text,
        UNIQUE (shop_id, code)
    )""",
    """CREATE TABLE hub_voucher_use (
        id bigserial PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES hub_order (id),
        shop_id text NOT NULL,
        code text NOT NULL,
        taken_at timestamptz NOT NULL,
        given_back_at timestamptz,
        UNIQUE (order_id, shop_id),
        FOREIGN KEY (shop_id, code) REFERENCES hub_voucher (shop_id, code)
    )""",
    "CREATE INDEX hub_voucher_use_code ON hub_voucher_use (shop_id, code) WHERE given_back_at IS NULL",
    "ALTER TABLE hub_shop_order ADD COLUMN voucher text NOT NULL DEFAULT ''",
    "ALTER TABLE hub_order_line ADD COLUMN voucher_minor bigint NOT NULL DEFAULT 0 CHECK (voucher_minor >= 0)",
    "ALTER TABLE hub_order_line ADD COLUMN list_voucher_minor bigint NOT NULL DEFAULT 0 CHECK (list_voucher_minor >= 0)",
    "ALTER TABLE hub_order_line DROP CONSTRAINT hub_order_line_divides",
    """ALTER TABLE hub_order_line ADD CONSTRAINT hub_order_line_divides CHECK (
        commission_minor + commission_vat_minor + referral_minor + seller_minor
            = quantity * unit_minor - voucher_minor
    )""",
)


async def forwards() -> MigrationManager:
    """Add the tables, and the columns that keep what a voucher took off."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
