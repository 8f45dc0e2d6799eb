"""Returns: pieces of an order that come back to the boutique."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T14:07:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "returns"

STATEMENTS = (
    """
    CREATE TABLE shop_return (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        hub_id text NOT NULL,
        order_id uuid NOT NULL,
        return_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'authorised', 'refused', 'withdrawn', 'in_transit',
            'received', 'refunded', 'rejected')),
        withdrawal boolean NOT NULL,
        note text NOT NULL,
        reason text NOT NULL DEFAULT '',
        address bytea,
        send_by timestamptz,
        paid_by text NOT NULL DEFAULT 'shopper' CHECK (paid_by IN ('shop', 'shopper')),
        label text NOT NULL DEFAULT '',
        shop_note text NOT NULL DEFAULT '',
        carrier text NOT NULL DEFAULT '',
        tracking text NOT NULL DEFAULT '',
        requested_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        UNIQUE (shop_id, hub_id, return_id)
    )
    """,
    "CREATE INDEX shop_return_order ON shop_return (shop_id, hub_id, order_id)",
    "CREATE INDEX shop_return_state ON shop_return (shop_id, state, changed_at)",
    """
    CREATE TABLE shop_return_line (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
        hub_id text NOT NULL,
        return_id uuid NOT NULL,
        line_id text NOT NULL,
        quantity integer NOT NULL CHECK (quantity >= 1),
        reason text NOT NULL,
        received integer NOT NULL DEFAULT 0 CHECK (received >= 0),
        refunded integer NOT NULL DEFAULT 0 CHECK (refunded >= 0),
        percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
        restocked integer NOT NULL DEFAULT 0 CHECK (restocked >= 0 AND restocked <= refunded),
        UNIQUE (shop_id, hub_id, return_id, line_id),
        FOREIGN KEY (shop_id, hub_id, return_id) REFERENCES shop_return (shop_id, hub_id, return_id)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
