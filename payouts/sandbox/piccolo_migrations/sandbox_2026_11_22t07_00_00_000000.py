"""The simulated provider's first tables."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "payments, accounts, transfers, refunds, payouts, events, faults"

STATEMENTS = (
    "CREATE TABLE sandbox_clock (id integer PRIMARY KEY CHECK (id = 1), ahead_seconds bigint NOT NULL)",
    "INSERT INTO sandbox_clock (id, ahead_seconds) VALUES (1, 0)",
    """
    CREATE TABLE sandbox_account (
        id text PRIMARY KEY,
        reference text NOT NULL UNIQUE,
        name text NOT NULL,
        country text NOT NULL,
        currency text NOT NULL,
        ready boolean NOT NULL,
        bank_fails boolean NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE sandbox_payment (
        id text PRIMARY KEY,
        reference text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'processing', 'succeeded', 'cancelled')),
        step text NOT NULL CHECK (step IN ('', 'check')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        received_minor bigint NOT NULL CHECK (received_minor >= 0),
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        description text NOT NULL,
        return_url text NOT NULL,
        last_error text NOT NULL,
        settled boolean NOT NULL,
        available_at timestamptz,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_payment_unsettled ON sandbox_payment (available_at) WHERE NOT settled",
    """
    CREATE TABLE sandbox_transfer (
        id text PRIMARY KEY,
        reference text NOT NULL,
        account_id text NOT NULL REFERENCES sandbox_account (id),
        payment_id text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        reversed_minor bigint NOT NULL CHECK (reversed_minor BETWEEN 0 AND amount_minor),
        currency text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_transfer_reference ON sandbox_transfer (reference)",
    "CREATE INDEX sandbox_transfer_payment ON sandbox_transfer (payment_id)",
    """
    CREATE TABLE sandbox_reversal (
        id text PRIMARY KEY,
        reference text NOT NULL,
        transfer_id text NOT NULL REFERENCES sandbox_transfer (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_reversal_transfer ON sandbox_reversal (transfer_id)",
    """
    CREATE TABLE sandbox_refund (
        id text PRIMARY KEY,
        reference text NOT NULL,
        payment_id text NOT NULL REFERENCES sandbox_payment (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
        reason text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_refund_payment ON sandbox_refund (payment_id)",
    """
    CREATE TABLE sandbox_payout (
        id text PRIMARY KEY,
        reference text NOT NULL,
        account_id text NOT NULL REFERENCES sandbox_account (id),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        status text NOT NULL CHECK (status IN ('in_transit', 'paid', 'failed')),
        failure text NOT NULL,
        arrival_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_payout_moving ON sandbox_payout (arrival_at) WHERE status = 'in_transit'",
    """
    CREATE TABLE sandbox_move (
        id bigserial PRIMARY KEY,
        account_id text NOT NULL,
        type text NOT NULL,
        source_id text NOT NULL,
        gross_minor bigint NOT NULL CHECK (gross_minor <> 0),
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        net_minor bigint NOT NULL CHECK (net_minor = gross_minor - fee_minor),
        currency text NOT NULL,
        available_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX sandbox_move_account ON sandbox_move (account_id, currency)",
    """
    CREATE TABLE sandbox_event (
        number bigserial PRIMARY KEY,
        id text NOT NULL UNIQUE,
        type text NOT NULL,
        object_kind text NOT NULL,
        object_id text NOT NULL,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        delivered_at timestamptz
    )
    """,
    "CREATE INDEX sandbox_event_due ON sandbox_event (due_at, number) WHERE delivered_at IS NULL",
    """
    CREATE TABLE sandbox_fault (
        id bigserial PRIMARY KEY,
        kind text NOT NULL,
        path text NOT NULL,
        times_left integer NOT NULL,
        seconds double precision NOT NULL
    )
    """,
)


async def forwards() -> MigrationManager:
    """Create the tables in raw SQL, for their checks and partial indexes."""
    manager = MigrationManager(migration_id=ID, app_name="sandbox", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
