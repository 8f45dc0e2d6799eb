"""When a share may go, what stops it, what is kept back; terms of one shop; a second rail; adjustments; last runs."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:20:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "release rules, holds, reserves, terms, bank files, adjustments, job runs"

SETTLEMENTS = (
    """
    ALTER TABLE pay_settlement ALTER COLUMN payment_id DROP NOT NULL,
        ADD COLUMN release_after text NOT NULL DEFAULT 'shipped' CHECK (release_after IN ('shipped', 'delivered')),
        ADD COLUMN release_window_days integer NOT NULL DEFAULT 0 CHECK (release_window_days >= 0),
        ADD COLUMN due_at timestamptz,
        ADD COLUMN reserved_minor bigint NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0),
        ADD COLUMN next_try_at timestamptz,
        ADD CHECK (refunded_minor + netted_minor + reserved_minor + sent_minor <= amount_minor)
    """,
    "ALTER TABLE pay_settlement DROP CONSTRAINT pay_settlement_kind_check",
    """
    ALTER TABLE pay_settlement ADD CONSTRAINT pay_settlement_kind_check CHECK (kind IN
        ('sale', 'shipping', 'referral', 'promotion', 'reserve', 'adjustment', 'reinstated'))
    """,
    "ALTER TABLE pay_settlement ADD CHECK (payment_id IS NOT NULL OR kind = 'adjustment')",
    "ALTER TABLE pay_settlement DROP CONSTRAINT pay_settlement_status_check",
    """
    ALTER TABLE pay_settlement ADD CONSTRAINT pay_settlement_status_check CHECK (status IN ('held', 'releasable',
        'queued', 'submitting', 'blocked', 'sent', 'netted', 'refunded', 'part_reversed', 'reversed'))
    """,
    "ALTER TABLE pay_settlement DROP CONSTRAINT pay_settlement_shop_order_id_kind_shop_id_key",
    """
    CREATE UNIQUE INDEX pay_settlement_one_of_a_kind ON pay_settlement (shop_order_id, kind, shop_id)
        WHERE kind IN ('sale', 'shipping', 'referral', 'promotion')
    """,
    "CREATE INDEX pay_settlement_shop_order ON pay_settlement (shop_order_id)",
    "UPDATE pay_settlement SET due_at = released_at WHERE released_at IS NOT NULL",
    "CREATE INDEX pay_settlement_due ON pay_settlement (due_at) WHERE status = 'held'",
    "CREATE INDEX pay_settlement_held ON pay_settlement (created_at) WHERE status IN ('held', 'releasable', 'blocked')",
    "CREATE INDEX pay_settlement_blocked ON pay_settlement (next_try_at NULLS FIRST) WHERE status = 'blocked'",
    "CREATE INDEX pay_settlement_queued ON pay_settlement (currency, shop_id) WHERE status = 'queued'",
    """
    CREATE TABLE pay_hold (
        id bigserial PRIMARY KEY,
        shop_order_id uuid,
        shop_id text NOT NULL,
        reason text NOT NULL CHECK (reason IN ('return', 'dispute', 'fraud', 'operator')),
        reference text NOT NULL,
        note text NOT NULL,
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL,
        lifted_by text NOT NULL,
        lifted_at timestamptz,
        CHECK ((shop_order_id IS NULL) <> (shop_id = ''))
    )
    """,
    """
    CREATE UNIQUE INDEX pay_hold_open ON pay_hold (shop_order_id, reason, reference) NULLS NOT DISTINCT
        WHERE lifted_at IS NULL AND shop_order_id IS NOT NULL
    """,
    "CREATE UNIQUE INDEX pay_hold_open_shop ON pay_hold (shop_id, reason) WHERE lifted_at IS NULL AND shop_id <> ''",
    "CREATE INDEX pay_hold_oldest ON pay_hold (placed_at) WHERE lifted_at IS NULL",
    "CREATE INDEX pay_shop_account_not_ready ON pay_shop_account (updated_at) WHERE NOT ready",
    "ALTER TABLE pay_account DROP CONSTRAINT pay_account_not_short",
    """
    ALTER TABLE pay_account ADD CONSTRAINT pay_account_not_short CHECK (
        CASE WHEN kind IN ('held', 'releasable', 'in_transfer', 'reserve')
                THEN balance <= 0 AND keeps_balance AND owner <> ''
             WHEN kind = 'recv' THEN balance >= 0 AND keeps_balance AND owner <> ''
             ELSE true END
    )
    """,
    """
    CREATE TABLE pay_reserve (
        id uuid PRIMARY KEY,
        settlement_id uuid NOT NULL REFERENCES pay_settlement (id),
        shop_id text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        used_minor bigint NOT NULL CHECK (used_minor BETWEEN 0 AND amount_minor),
        status text NOT NULL CHECK (status IN ('kept', 'released', 'used')),
        release_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX pay_reserve_due ON pay_reserve (release_at) WHERE status = 'kept'",
    "CREATE INDEX pay_reserve_shop ON pay_reserve (shop_id, currency) WHERE status = 'kept'",
)

CLAIMS = (
    """
    ALTER TABLE pay_claim ALTER COLUMN refund_id DROP NOT NULL, ALTER COLUMN settlement_id DROP NOT NULL,
        ADD COLUMN adjustment_id uuid UNIQUE,
        ADD COLUMN write_off_reason text NOT NULL DEFAULT '',
        ADD COLUMN written_off_by text NOT NULL DEFAULT '',
        ADD CHECK (settlement_id IS NOT NULL OR adjustment_id IS NOT NULL)
    """,
)

TERMS = (
    """
    CREATE TABLE pay_terms (
        shop_id text PRIMARY KEY,
        reserve_bp integer CHECK (reserve_bp BETWEEN 0 AND 9000),
        reserve_days integer CHECK (reserve_days BETWEEN 1 AND 365),
        rail text NOT NULL CHECK (rail IN ('provider', 'bank')),
        payout_interval text NOT NULL CHECK (payout_interval IN ('daily', 'weekly', 'monthly', 'manual')),
        payout_anchor integer NOT NULL CHECK (payout_anchor BETWEEN 0 AND 31),
        payout_minimum_minor bigint NOT NULL CHECK (payout_minimum_minor >= 0),
        holder text NOT NULL,
        iban text NOT NULL,
        bic text NOT NULL,
        bank_changed_at timestamptz,
        bank_changed_by text NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE pay_bank_file (
        id uuid PRIMARY KEY,
        message_id text NOT NULL UNIQUE CHECK (length(message_id) <= 35),
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        payments integer NOT NULL CHECK (payments > 0),
        execute_on date NOT NULL,
        content bytea NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL
    )
    """,
    """
    ALTER TABLE pay_payout ADD COLUMN rail text NOT NULL DEFAULT 'provider' CHECK (rail IN ('provider', 'bank')),
        ADD COLUMN bank_file_id uuid REFERENCES pay_bank_file (id),
        ADD CHECK ((rail = 'bank') = (bank_file_id IS NOT NULL))
    """,
    "CREATE INDEX pay_payout_bank_file ON pay_payout (bank_file_id) WHERE bank_file_id IS NOT NULL",
    "ALTER TABLE pay_transfer ADD COLUMN payout_id uuid REFERENCES pay_payout (id)",
    "CREATE INDEX pay_transfer_payout ON pay_transfer (payout_id) WHERE payout_id IS NOT NULL",
)

DESK = (
    """
    CREATE TABLE pay_adjustment (
        id uuid PRIMARY KEY,
        shop_id text NOT NULL,
        hub_account text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        currency text NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        evidence text NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'approved', 'rejected')),
        proposed_by text NOT NULL CHECK (proposed_by <> ''),
        proposed_at timestamptz NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz,
        decision_note text NOT NULL,
        content_hash bytea NOT NULL,
        CHECK (shop_id <> '' OR hub_account <> ''),
        CHECK ((status = 'proposed') = (decided_at IS NULL)),
        CONSTRAINT pay_adjustment_two_people CHECK (decided_by <> proposed_by)
    )
    """,
    "CREATE INDEX pay_adjustment_waiting ON pay_adjustment (proposed_at) WHERE status = 'proposed'",
    "CREATE INDEX pay_adjustment_newest ON pay_adjustment (proposed_at DESC)",
    """
    CREATE TABLE pay_job (
        name text PRIMARY KEY,
        interval_seconds integer NOT NULL CHECK (interval_seconds > 0),
        known_since timestamptz NOT NULL,
        started_at timestamptz,
        succeeded_at timestamptz,
        failed_at timestamptz,
        error text NOT NULL,
        runs bigint NOT NULL,
        failures bigint NOT NULL,
        found bigint NOT NULL
    )
    """,
    "ALTER TABLE pay_alert ADD COLUMN mailed_at timestamptz",
    "CREATE INDEX pay_alert_unmailed ON pay_alert (raised_at) WHERE mailed_at IS NULL AND cleared_at IS NULL",
)


async def forwards() -> MigrationManager:
    """Add columns and tables; what was sold before keeps the rule it was sold under: when all was shipped."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in (*SETTLEMENTS, *CLAIMS, *TERMS, *DESK):
            await database.execute(statement)

    manager.add_raw(add)
    return manager
