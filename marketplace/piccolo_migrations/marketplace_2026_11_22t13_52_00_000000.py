"""Returns; and until when a boutique has to answer, and when its part arrived."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:52:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "returns, and the time to answer an order"

STATEMENTS = (
    """
    ALTER TABLE hub_shop_order
        ADD COLUMN delivered_at timestamptz,
        ADD COLUMN answer_by timestamptz,
        ADD COLUMN extended_until timestamptz,
        ADD COLUMN reminded_at timestamptz
    """,
    """
    CREATE INDEX hub_shop_order_unanswered ON hub_shop_order ((coalesce(extended_until, answer_by)))
        WHERE state IN ('confirming', 'reholding', 'confirmed', 'placed')
    """,
    """
    CREATE TABLE hub_return (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES hub_order (id),
        shop_order_id uuid NOT NULL REFERENCES hub_shop_order (id),
        shop_id text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'authorised', 'refused', 'withdrawn', 'in_transit',
            'received', 'refunded', 'rejected')),
        withdrawal boolean NOT NULL,
        note text NOT NULL,
        reason text NOT NULL,
        shop_note text NOT NULL,
        address jsonb,
        send_by timestamptz,
        paid_by text NOT NULL CHECK (paid_by IN ('shop', 'shopper')),
        label text NOT NULL,
        carrier text NOT NULL,
        tracking text NOT NULL,
        refund_id uuid UNIQUE,
        requested_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX hub_return_part ON hub_return (shop_order_id)",
    "CREATE INDEX hub_return_state ON hub_return (state, changed_at)",
    """
    CREATE TABLE hub_return_line (
        id bigserial PRIMARY KEY,
        return_id uuid NOT NULL REFERENCES hub_return (id),
        line_id uuid NOT NULL REFERENCES hub_order_line (id),
        quantity integer NOT NULL CHECK (quantity >= 1),
        reason text NOT NULL,
        refunded integer NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= quantity),
        percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
        UNIQUE (return_id, line_id)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
