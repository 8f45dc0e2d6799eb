"""The hub's coupons, their uses, and the coupon of an order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "coupons and their uses"

_STATEMENTS = (
    """
    CREATE TABLE hub_coupon (
        code text PRIMARY KEY,
        words text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('amount', 'percent')),
        amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
        percent_bp integer NOT NULL CHECK (percent_bp BETWEEN 0 AND 9000),
        currency text NOT NULL,
        minimum_minor bigint NOT NULL CHECK (minimum_minor >= 0),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz CHECK (ends_at > starts_at),
        uses_max integer CHECK (uses_max > 0),
        per_shopper_max integer CHECK (per_shopper_max > 0),
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        stopped_at timestamptz,
        CHECK ((amount_minor > 0) <> (percent_bp > 0))
    )
    """,
    """
    CREATE TABLE hub_coupon_use (
        order_id uuid PRIMARY KEY REFERENCES hub_order (id),
        code text NOT NULL REFERENCES hub_coupon (code),
        email text NOT NULL,
        taken_at timestamptz NOT NULL,
        given_back_at timestamptz
    )
    """,
    "CREATE INDEX hub_coupon_use_code ON hub_coupon_use (code, email) WHERE given_back_at IS NULL",
    "ALTER TABLE hub_order ADD COLUMN coupon text",
)


async def forwards() -> MigrationManager:
    """A use belongs to an order, so that it is given back with it."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def create() -> None:
        for statement in _STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
