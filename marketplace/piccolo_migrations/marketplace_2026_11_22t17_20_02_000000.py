"""The terms of a sale, frozen on its line."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:20:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "the terms of a sale on its order line"

_STATEMENTS = (
    """
    ALTER TABLE hub_order_line
        ADD COLUMN rule_id text NOT NULL DEFAULT 'standard',
        ADD COLUMN rule_revision integer NOT NULL DEFAULT 0 CHECK (rule_revision >= 0),
        ADD COLUMN fixed_minor bigint NOT NULL DEFAULT 0 CHECK (fixed_minor >= 0),
        ADD COLUMN floor_minor bigint NOT NULL DEFAULT 0 CHECK (floor_minor >= 0),
        ADD COLUMN cap_minor bigint CHECK (cap_minor >= floor_minor),
        ADD COLUMN goods_vat_bp integer NOT NULL DEFAULT 0 CHECK (goods_vat_bp BETWEEN 0 AND 10000),
        ADD COLUMN vat_treatment text NOT NULL DEFAULT '',
        ADD COLUMN commission_base_minor bigint NOT NULL DEFAULT 0,
        ADD COLUMN referral_bp integer NOT NULL DEFAULT 0 CHECK (referral_bp BETWEEN 0 AND 10000),
        ADD COLUMN referrer text NOT NULL DEFAULT '',
        ADD COLUMN referral_minor bigint NOT NULL DEFAULT 0 CHECK (referral_minor >= 0),
        ADD COLUMN coupon_minor bigint NOT NULL DEFAULT 0
            CHECK (coupon_minor BETWEEN 0 AND quantity * unit_minor),
        ADD COLUMN list_discount_minor bigint NOT NULL DEFAULT 0 CHECK (list_discount_minor >= 0)
    """,
    "UPDATE hub_order_line SET commission_base_minor = quantity * unit_minor",
    """
    DO $$
    DECLARE divides text;
    BEGIN
        SELECT conname INTO STRICT divides FROM pg_constraint
            WHERE conrelid = 'hub_order_line'::regclass AND contype = 'c'
            AND pg_get_constraintdef(oid) LIKE '%commission_vat_minor%';
        EXECUTE format('ALTER TABLE hub_order_line DROP CONSTRAINT %I', divides);
    END $$
    """,
    """
    ALTER TABLE hub_order_line ADD CONSTRAINT hub_order_line_divides
        CHECK (commission_minor + commission_vat_minor + referral_minor + seller_minor = quantity * unit_minor)
    """,
)


async def forwards() -> MigrationManager:
    """Nothing of an order is worked out from rates that may have changed since."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def alter() -> None:
        for statement in _STATEMENTS:
            await database.execute(statement)

    manager.add_raw(alter)
    return manager
