"""Exchange rates, and what an order was promised of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T10:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "exchange rates; list prices and quotes of orders"

STATEMENTS = (
    """
    CREATE TABLE hub_rates (
        id bigserial PRIMARY KEY,
        day date NOT NULL,
        source text NOT NULL,
        per_euro jsonb NOT NULL,
        kept_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (day, source, per_euro)
    )
    """,
    "CREATE INDEX hub_rates_newest ON hub_rates (day DESC, id DESC)",
    "ALTER TABLE hub_order ADD COLUMN quote jsonb",
    "ALTER TABLE hub_shop_order ADD COLUMN list_currency text",
    "ALTER TABLE hub_shop_order ADD COLUMN list_shipping_minor bigint CHECK (list_shipping_minor >= 0)",
    "ALTER TABLE hub_order_line ADD COLUMN list_unit_minor bigint CHECK (list_unit_minor >= 0)",
    """
    UPDATE hub_shop_order AS part SET list_currency = whole.currency, list_shipping_minor = part.shipping_minor
    FROM hub_order AS whole WHERE whole.id = part.order_id
    """,
    "UPDATE hub_order_line SET list_unit_minor = unit_minor",
)


async def forwards() -> MigrationManager:
    """Add them; orders before were paid in the boutiques' own currency."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
