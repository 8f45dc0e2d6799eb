"""The hub's first tables: listings with their index events, orders with their parts, lines and refunds."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "listings, index events, orders"

STATEMENTS = (
    """
    CREATE TABLE hub_config (
        id smallint PRIMARY KEY CHECK (id = 1),
        hub_id text NOT NULL,
        name text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE hub_shop (
        shop_id text PRIMARY KEY,
        hub_id text NOT NULL,
        link_name text NOT NULL,
        link_state text NOT NULL CHECK (link_state IN ('proposed', 'accepted', 'suspended', 'ended')),
        handle text UNIQUE,
        profile bytea,
        profile_seq bigint,
        profile_leaf_hash text,
        stale boolean NOT NULL,
        stock_heard_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CHECK ((profile IS NULL) = (handle IS NULL))
    )
    """,
    """
    CREATE TABLE hub_product (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES hub_shop (shop_id),
        product_id text NOT NULL,
        body bytea NOT NULL,
        seq bigint NOT NULL CHECK (seq >= 0),
        leaf_hash text NOT NULL,
        category text NOT NULL,
        stale boolean NOT NULL,
        first_seen_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (shop_id, product_id)
    )
    """,
    """
    CREATE TABLE hub_variant (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        product_id text NOT NULL,
        variant_id text NOT NULL,
        sku text NOT NULL,
        price_minor bigint NOT NULL CHECK (price_minor > 0),
        currency text NOT NULL,
        UNIQUE (shop_id, variant_id),
        FOREIGN KEY (shop_id, product_id) REFERENCES hub_product (shop_id, product_id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX hub_variant_product ON hub_variant (shop_id, product_id)",
    """
    CREATE TABLE hub_stock (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES hub_shop (shop_id),
        variant_id text NOT NULL,
        location text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity >= 0),
        vseq bigint NOT NULL,
        UNIQUE (shop_id, variant_id, location)
    )
    """,
    """
    CREATE TABLE hub_quarantine (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES hub_shop (shop_id),
        record_key text NOT NULL,
        seq bigint NOT NULL,
        faults jsonb NOT NULL,
        at timestamptz NOT NULL,
        UNIQUE (shop_id, record_key)
    )
    """,
    """
    CREATE TABLE hub_index_event (
        rev bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        product_id text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE hub_index_state (
        id smallint PRIMARY KEY CHECK (id = 1),
        rev_done bigint NOT NULL,
        written_at timestamptz
    )
    """,
    "INSERT INTO hub_index_state (id, rev_done) VALUES (1, 0)",
    """
    CREATE TABLE hub_order (
        id uuid PRIMARY KEY,
        hub_id text NOT NULL,
        token text NOT NULL UNIQUE,
        number text NOT NULL UNIQUE,
        checkout_key text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('holding', 'held', 'paying', 'paid', 'refused', 'cancelled')),
        currency text NOT NULL,
        email text NOT NULL,
        note text NOT NULL,
        address jsonb NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
        payment_id uuid,
        redirect_url text NOT NULL,
        asked_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        due_at timestamptz,
        paid_at timestamptz,
        CHECK ((paid_at IS NULL) = (state <> 'paid')),
        CHECK ((due_at IS NULL) = (state IN ('paid', 'refused', 'cancelled')))
    )
    """,
    "CREATE INDEX hub_order_due ON hub_order (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX hub_order_created ON hub_order (created_at)",
    """
    CREATE TABLE hub_shop_order (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES hub_order (id),
        position smallint NOT NULL CHECK (position >= 1),
        shop_id text NOT NULL,
        number text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('asked', 'held', 'refused', 'released', 'confirming', 'reholding',
            'confirmed', 'placed', 'accepted', 'declined', 'shipped', 'delivered', 'cancelled')),
        reservation_id uuid NOT NULL UNIQUE,
        attempt smallint NOT NULL CHECK (attempt BETWEEN 1 AND 2),
        held_until timestamptz,
        reason text NOT NULL,
        available jsonb NOT NULL,
        shipping_minor bigint NOT NULL CHECK (shipping_minor >= 0),
        shipping_refunded_minor bigint NOT NULL CHECK (shipping_refunded_minor BETWEEN 0 AND shipping_minor),
        carrier text NOT NULL,
        tracking text NOT NULL,
        placed_at timestamptz,
        updated_at timestamptz NOT NULL,
        UNIQUE (order_id, position),
        UNIQUE (order_id, shop_id)
    )
    """,
    """
    CREATE TABLE hub_order_line (
        id uuid PRIMARY KEY,
        shop_order_id uuid NOT NULL REFERENCES hub_shop_order (id),
        position smallint NOT NULL,
        product_id text NOT NULL,
        variant_id text NOT NULL,
        sku text NOT NULL,
        title text NOT NULL,
        size_label text NOT NULL,
        colour text NOT NULL,
        leaf_hash text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_minor bigint NOT NULL CHECK (unit_minor > 0),
        commission_bp integer NOT NULL CHECK (commission_bp BETWEEN 0 AND 10000),
        vat_bp integer NOT NULL CHECK (vat_bp BETWEEN 0 AND 10000),
        commission_minor bigint NOT NULL,
        commission_vat_minor bigint NOT NULL,
        seller_minor bigint NOT NULL,
        shipped_quantity integer NOT NULL CHECK (shipped_quantity BETWEEN 0 AND quantity),
        refunded_quantity integer NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
        refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND quantity * unit_minor),
        CHECK (commission_minor + commission_vat_minor + seller_minor = quantity * unit_minor)
    )
    """,
    "CREATE INDEX hub_order_line_shop_order ON hub_order_line (shop_order_id)",
    """
    CREATE TABLE hub_refund (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES hub_order (id),
        shop_order_id uuid NOT NULL REFERENCES hub_shop_order (id),
        parts jsonb NOT NULL,
        shipping boolean NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        reason text NOT NULL,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX hub_refund_order ON hub_refund (order_id)",
)


async def forwards() -> MigrationManager:
    """Create the tables."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
