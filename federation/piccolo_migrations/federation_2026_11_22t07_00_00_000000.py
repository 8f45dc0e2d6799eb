"""The federation's first tables: hosted parties, peers, links, logs, stock registers, conversations."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "parties, peers, links, logs, stock, conversations"

STATEMENTS = (
    """
    CREATE TABLE fed_party (
        id text PRIMARY KEY CHECK (id ~ '^[sh]1[a-z2-7]{32}$'),
        kind text NOT NULL CHECK (kind IN ('shop', 'hub')),
        name text NOT NULL,
        sign_seed bytea NOT NULL CHECK (octet_length(sign_seed) = 32),
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE fed_operation (
        id bigserial PRIMARY KEY,
        party_id text NOT NULL REFERENCES fed_party (id),
        number integer NOT NULL CHECK (number >= 0),
        body bytea NOT NULL,
        UNIQUE (party_id, number)
    )
    """,
    """
    CREATE TABLE fed_peer (
        id text PRIMARY KEY CHECK (id ~ '^[sh]1[a-z2-7]{32}$'),
        kind text NOT NULL CHECK (kind IN ('shop', 'hub')),
        name text NOT NULL,
        profile_url text NOT NULL,
        base_url text NOT NULL,
        first_seen_at timestamptz NOT NULL,
        fetched_at timestamptz NOT NULL,
        refresh_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE fed_peer_operation (
        id bigserial PRIMARY KEY,
        peer_id text NOT NULL REFERENCES fed_peer (id),
        number integer NOT NULL CHECK (number >= 0),
        body bytea NOT NULL,
        first_seen_at timestamptz NOT NULL,
        UNIQUE (peer_id, number)
    )
    """,
    """
    CREATE TABLE fed_link (
        id uuid PRIMARY KEY,
        local_id text NOT NULL REFERENCES fed_party (id),
        remote_id text NOT NULL REFERENCES fed_peer (id),
        ours text NOT NULL CHECK (ours IN ('proposed', 'accepted', 'suspended', 'ended')),
        theirs text NOT NULL CHECK (theirs IN ('proposed', 'accepted', 'suspended', 'ended')),
        state text NOT NULL CHECK (state IN ('proposed', 'accepted', 'suspended', 'ended')),
        proposed_by text NOT NULL CHECK (proposed_by IN ('local', 'remote')),
        message text NOT NULL,
        proposed_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        remote_proof bytea NOT NULL,
        UNIQUE (local_id, remote_id)
    )
    """,
    """
    CREATE TABLE fed_log (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL REFERENCES fed_party (id),
        party_id text NOT NULL,
        epoch integer NOT NULL CHECK (epoch >= 1),
        size bigint NOT NULL CHECK (size >= 0),
        peaks bytea NOT NULL,
        note bytea NOT NULL,
        changed_at timestamptz NOT NULL,
        UNIQUE (holder_id, party_id)
    )
    """,
    """
    CREATE TABLE fed_leaf (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL,
        party_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL CHECK (seq >= 0),
        key text NOT NULL,
        operation text NOT NULL CHECK (operation IN ('put', 'del')),
        line bytea NOT NULL,
        hash bytea NOT NULL CHECK (octet_length(hash) = 32),
        UNIQUE (holder_id, party_id, epoch, seq)
    )
    """,
    "CREATE INDEX fed_leaf_newest ON fed_leaf (holder_id, party_id, epoch, key, seq DESC)",
    """
    CREATE TABLE fed_checkpoint (
        id bigserial PRIMARY KEY,
        holder_id text NOT NULL,
        party_id text NOT NULL,
        epoch integer NOT NULL,
        size bigint NOT NULL CHECK (size >= 0),
        inflated_bytes bigint NOT NULL CHECK (inflated_bytes >= 0),
        note bytea NOT NULL,
        made_at timestamptz NOT NULL,
        UNIQUE (holder_id, party_id, epoch, size)
    )
    """,
    """
    CREATE TABLE fed_delivery (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL REFERENCES fed_party (id),
        hub_id text NOT NULL REFERENCES fed_peer (id),
        acked_size bigint NOT NULL DEFAULT 0,
        cosigned_note bytea NOT NULL DEFAULT '',
        acked_vseq bigint NOT NULL DEFAULT 0,
        quarantined integer NOT NULL DEFAULT 0,
        last_success_at timestamptz,
        last_stock_at timestamptz,
        last_error text NOT NULL DEFAULT '',
        last_error_at timestamptz,
        UNIQUE (shop_id, hub_id)
    )
    """,
    """
    CREATE TABLE fed_replica (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL REFERENCES fed_party (id),
        shop_id text NOT NULL REFERENCES fed_peer (id),
        state text NOT NULL CHECK (
            state IN ('desynced', 'snapshotting', 'catching_up', 'live', 'repairing', 'frozen', 'throttled')),
        shop_size bigint NOT NULL DEFAULT 0,
        found_by_pull bigint NOT NULL DEFAULT 0,
        vseq_high bigint NOT NULL DEFAULT 0,
        last_push_at timestamptz,
        last_pull_at timestamptz,
        last_stock_at timestamptz,
        last_error text NOT NULL DEFAULT '',
        last_error_at timestamptz,
        fork_proof bytea NOT NULL DEFAULT '',
        UNIQUE (hub_id, shop_id)
    )
    """,
    """
    CREATE TABLE fed_quarantine (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL,
        shop_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        key text NOT NULL,
        errors bytea NOT NULL,
        found_at timestamptz NOT NULL,
        UNIQUE (hub_id, shop_id, epoch, seq)
    )
    """,
    """
    CREATE TABLE fed_register (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL,
        shop_id text NOT NULL,
        variant_id text NOT NULL,
        location text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity >= 0),
        vseq bigint NOT NULL CHECK (vseq >= 1),
        UNIQUE (hub_id, shop_id, variant_id, location)
    )
    """,
    """
    CREATE UNLOGGED TABLE fed_nonce (
        id bigserial PRIMARY KEY,
        sender_id text NOT NULL,
        nonce text NOT NULL,
        seen_at timestamptz NOT NULL,
        UNIQUE (sender_id, nonce)
    )
    """,
    "CREATE INDEX fed_nonce_age ON fed_nonce (seen_at)",
    """
    CREATE TABLE fed_conversation (
        id bigserial PRIMARY KEY,
        local_id text NOT NULL,
        remote_id text NOT NULL,
        order_id text NOT NULL,
        document bytea NOT NULL,
        last_in bigint NOT NULL DEFAULT 0,
        last_out bigint NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL,
        UNIQUE (local_id, remote_id, order_id)
    )
    """,
    """
    CREATE TABLE fed_event_out (
        id bigserial PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        local_id text NOT NULL,
        remote_id text NOT NULL,
        order_id text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence >= 1),
        body bytea NOT NULL,
        acked_at timestamptz,
        UNIQUE (local_id, remote_id, order_id, sequence)
    )
    """,
    """
    CREATE TABLE fed_event_in (
        id bigserial PRIMARY KEY,
        event_id uuid NOT NULL,
        local_id text NOT NULL,
        remote_id text NOT NULL,
        order_id text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence >= 1),
        body bytea NOT NULL,
        received_at timestamptz NOT NULL,
        UNIQUE (local_id, remote_id, event_id),
        UNIQUE (local_id, remote_id, order_id, sequence)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
