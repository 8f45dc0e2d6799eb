"""Money that came in one currency and is settled in another."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T10:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "settlement currency"

_PARTS = "'paid', paid, 'seller', seller, 'commission', commission, 'vat', vat, 'referral', referral, 'coupon', coupon"
_SUM = (
    "settled IS NULL OR (settled::jsonb->>'paid')::bigint = (settled::jsonb->>'seller')::bigint "
    "+ (settled::jsonb->>'commission')::bigint + (settled::jsonb->>'vat')::bigint "
    "+ (settled::jsonb->>'referral')::bigint - (settled::jsonb->>'coupon')::bigint"
)

STATEMENTS = (
    """
    ALTER TABLE pay_payment ADD COLUMN settled_minor bigint CHECK (settled_minor >= 0),
        ADD COLUMN settled_currency text, ADD COLUMN exchange_rate text NOT NULL DEFAULT '',
        ADD COLUMN settled_at timestamptz,
        ADD CHECK ((settled_at IS NULL) = (settled_minor IS NULL) AND (settled_at IS NULL) = (settled_currency IS NULL)),
        ADD CHECK (settled_at IS NULL OR captured_at IS NOT NULL)
    """,
    f"ALTER TABLE pay_line ADD COLUMN settled text, ADD CONSTRAINT pay_line_settled_sum CHECK ({_SUM})",
    f"ALTER TABLE pay_refund_part ADD COLUMN settled text, ADD CONSTRAINT pay_refund_part_settled_sum CHECK ({_SUM})",
    """
    ALTER TABLE pay_refund ADD COLUMN settled_minor bigint, ADD COLUMN settled_seller_minor bigint,
        ADD COLUMN settled_currency text, ADD COLUMN taken_minor bigint,
        ADD CHECK ((settled_minor IS NULL) = (settled_currency IS NULL))
    """,
    "ALTER TABLE pay_settlement DROP CONSTRAINT pay_settlement_amount_minor_check",
    "ALTER TABLE pay_settlement ADD CHECK (amount_minor >= 0)",
    """
    UPDATE pay_payment SET settled_minor = received_minor, settled_currency = received_currency,
        settled_at = captured_at WHERE captured_at IS NOT NULL
    """,
    f"UPDATE pay_line SET settled = jsonb_build_object({_PARTS})::text",
    f"UPDATE pay_refund_part SET settled = jsonb_build_object({_PARTS})::text",
    """
    UPDATE pay_refund SET settled_minor = amount_minor, settled_seller_minor = seller_minor,
        settled_currency = currency, taken_minor = CASE WHEN status = 'succeeded' THEN amount_minor END
    """,
)


async def forwards() -> MigrationManager:
    """Add the columns; everything before was settled in the currency it was paid in."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
