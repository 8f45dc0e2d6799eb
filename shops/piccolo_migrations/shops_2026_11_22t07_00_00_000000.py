"""The first schema of a shop node: boutiques, catalogue, stock, reservations, orders, imports, media."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "boutiques, catalogue, stock, reservations, orders, imports, media"

SCHEMA = """
CREATE TABLE shop_boutique (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL UNIQUE,
    handle text NOT NULL UNIQUE,
    profile bytea NOT NULL,
    currency text NOT NULL,
    vseq bigint NOT NULL DEFAULT 0 CHECK (vseq >= 0),
    recovery_file text NOT NULL DEFAULT '',
    opened_at timestamptz NOT NULL
);

CREATE TABLE shop_location (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    code text NOT NULL,
    name text NOT NULL,
    position integer NOT NULL,
    UNIQUE (shop_id, code)
);

CREATE TABLE shop_product (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    product_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('published', 'withdrawn')),
    title text NOT NULL,
    category text NOT NULL,
    body bytea NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (shop_id, product_id)
);
CREATE INDEX shop_product_newest ON shop_product (shop_id, changed_at DESC, id DESC);

CREATE TABLE shop_variant (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    variant_id text NOT NULL,
    product_id text NOT NULL,
    sku text NOT NULL,
    size_label text NOT NULL,
    colour_name text NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor > 0),
    position integer NOT NULL,
    UNIQUE (shop_id, variant_id),
    UNIQUE (shop_id, sku),
    FOREIGN KEY (shop_id, product_id) REFERENCES shop_product (shop_id, product_id) ON DELETE CASCADE
);
CREATE INDEX shop_variant_product ON shop_variant (shop_id, product_id, position);

CREATE TABLE shop_publication (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    product_id text NOT NULL,
    leaf_hash text NOT NULL,
    body bytea NOT NULL,
    published_at timestamptz NOT NULL,
    superseded_at timestamptz,
    UNIQUE (shop_id, leaf_hash)
);
CREATE INDEX shop_publication_current ON shop_publication (shop_id, product_id) WHERE superseded_at IS NULL;
CREATE INDEX shop_publication_superseded ON shop_publication (superseded_at) WHERE superseded_at IS NOT NULL;

CREATE TABLE shop_register (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    variant_id text NOT NULL,
    location text NOT NULL,
    on_hand integer NOT NULL CHECK (on_hand >= 0),
    held integer NOT NULL DEFAULT 0 CHECK (held >= 0),
    vseq bigint NOT NULL CHECK (vseq > 0),
    UNIQUE (shop_id, variant_id, location),
    FOREIGN KEY (shop_id, location) REFERENCES shop_location (shop_id, code)
);
CREATE INDEX shop_register_vseq ON shop_register (shop_id, vseq);

CREATE TABLE shop_movement (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    movement_id uuid NOT NULL,
    variant_id text NOT NULL,
    location text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('till', 'correction', 'import', 'sale', 'restock', 'removal')),
    change integer NOT NULL,
    on_hand_after integer NOT NULL CHECK (on_hand_after >= 0),
    moved_at timestamptz NOT NULL,
    UNIQUE (shop_id, movement_id, variant_id, location)
);
CREATE INDEX shop_movement_variant ON shop_movement (shop_id, variant_id, id DESC);

CREATE TABLE shop_reservation (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    hub_id text NOT NULL,
    reservation_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'rejected', 'confirmed', 'released', 'expired')),
    lines bytea NOT NULL,
    available bytea NOT NULL,
    held_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    order_id uuid,
    restocked boolean NOT NULL DEFAULT false,
    UNIQUE (shop_id, hub_id, reservation_id)
);
CREATE INDEX shop_reservation_open ON shop_reservation (shop_id, hub_id) WHERE state = 'held';
CREATE INDEX shop_reservation_due ON shop_reservation (expires_at) WHERE state = 'held';
CREATE INDEX shop_reservation_orphan ON shop_reservation (changed_at)
    WHERE state = 'confirmed' AND order_id IS NULL AND NOT restocked;
CREATE INDEX shop_reservation_age ON shop_reservation (changed_at);

CREATE TABLE shop_hold (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    hub_id text NOT NULL,
    reservation_id uuid NOT NULL,
    variant_id text NOT NULL,
    location text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    UNIQUE (shop_id, hub_id, reservation_id, variant_id, location),
    FOREIGN KEY (shop_id, hub_id, reservation_id)
        REFERENCES shop_reservation (shop_id, hub_id, reservation_id) ON DELETE CASCADE
);
CREATE INDEX shop_hold_variant ON shop_hold (shop_id, hub_id, variant_id);

CREATE TABLE shop_order (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    hub_id text NOT NULL,
    order_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    number text NOT NULL,
    state text NOT NULL CHECK (
        state IN ('placed', 'accepted', 'declined', 'in_fulfilment', 'completed', 'cancelled')),
    cancellation text NOT NULL DEFAULT 'none' CHECK (
        cancellation IN ('none', 'requested', 'refused', 'cancelled')),
    reason text NOT NULL DEFAULT '',
    body bytea NOT NULL,
    currency text NOT NULL,
    placed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    total_minor bigint NOT NULL,
    seller_minor bigint NOT NULL,
    commission_minor bigint NOT NULL,
    commission_vat_minor bigint NOT NULL,
    shipping_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL DEFAULT 0,
    seller_refunded_minor bigint NOT NULL DEFAULT 0,
    transferred_minor bigint NOT NULL DEFAULT 0,
    paid_out_minor bigint NOT NULL DEFAULT 0,
    UNIQUE (shop_id, hub_id, order_id),
    UNIQUE (shop_id, hub_id, reservation_id)
);
CREATE INDEX shop_order_newest ON shop_order (shop_id, placed_at DESC, id DESC);
CREATE INDEX shop_order_state ON shop_order (shop_id, state);

CREATE TABLE shop_order_line (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    hub_id text NOT NULL,
    order_id uuid NOT NULL,
    line_id text NOT NULL,
    position integer NOT NULL,
    product_id text NOT NULL,
    variant_id text NOT NULL,
    sku text NOT NULL,
    title text NOT NULL,
    size_label text NOT NULL,
    colour text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price_minor bigint NOT NULL,
    shipped integer NOT NULL DEFAULT 0 CHECK (shipped BETWEEN 0 AND quantity),
    refunded integer NOT NULL DEFAULT 0,
    UNIQUE (shop_id, hub_id, order_id, line_id),
    FOREIGN KEY (shop_id, hub_id, order_id) REFERENCES shop_order (shop_id, hub_id, order_id)
);

CREATE TABLE shop_order_event (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    hub_id text NOT NULL,
    order_id uuid NOT NULL,
    event_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    kind text NOT NULL,
    body bytea NOT NULL,
    said_at timestamptz NOT NULL,
    step_id uuid,
    UNIQUE (shop_id, hub_id, event_id),
    UNIQUE (shop_id, step_id),
    FOREIGN KEY (shop_id, hub_id, order_id) REFERENCES shop_order (shop_id, hub_id, order_id)
);
CREATE INDEX shop_order_event_order ON shop_order_event (shop_id, hub_id, order_id, id);

CREATE TABLE shop_import (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    import_id uuid NOT NULL,
    file_name text NOT NULL,
    content bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('checked', 'waiting', 'done', 'failed')),
    next_line integer NOT NULL,
    lines_total integer NOT NULL,
    imported integer NOT NULL,
    unchanged integer NOT NULL,
    rejected integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (shop_id, import_id)
);

CREATE TABLE shop_import_fault (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    pointer text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    FOREIGN KEY (shop_id, import_id) REFERENCES shop_import (shop_id, import_id) ON DELETE CASCADE
);
CREATE INDEX shop_import_fault_line ON shop_import_fault (shop_id, import_id, line, id);

CREATE TABLE shop_media (
    id bigserial PRIMARY KEY,
    shop_id text NOT NULL REFERENCES shop_boutique (shop_id),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    size_bytes integer NOT NULL,
    kept_at timestamptz NOT NULL,
    UNIQUE (shop_id, sha256)
);
CREATE INDEX shop_media_sha256 ON shop_media (sha256);
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def create() -> None:
        await database.execute(SCHEMA)

    manager.add_raw(create)
    return manager
