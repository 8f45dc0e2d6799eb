"""Disputes, fraud warnings, and what the provider says moved the hub's balance.

The database itself keeps that no line and no share gives up more than there is of it, that a movement of the balance
stands for one ledger transaction and a transaction for one movement, and that what a dispute took is never rewritten.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:25:33:000000"
VERSION = "1.38.0"
DESCRIPTION = "disputes and reconciliation"

SHARES = (
    """
    ALTER TABLE pay_line ADD COLUMN disputed_minor bigint NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
        ADD CONSTRAINT pay_line_gone CHECK (refunded_minor + disputed_minor <= paid)
    """,
    """
    ALTER TABLE pay_settlement ADD COLUMN disputed_minor bigint NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
        ADD COLUMN dispute_id uuid, ADD COLUMN dispute_round integer NOT NULL DEFAULT 0,
        ADD CONSTRAINT pay_settlement_gone CHECK (refunded_minor + disputed_minor + netted_minor + sent_minor
            <= amount_minor),
        ADD CONSTRAINT pay_settlement_reinstated CHECK ((kind = 'reinstated') = (dispute_id IS NOT NULL))
    """,
    """
    CREATE UNIQUE INDEX pay_settlement_reinstated_once
        ON pay_settlement (dispute_id, dispute_round, shop_order_id, shop_id) WHERE dispute_id IS NOT NULL
    """,
    """
    ALTER TABLE pay_claim ADD COLUMN dispute_id uuid, ADD COLUMN dispute_round integer NOT NULL DEFAULT 0,
        ADD COLUMN for_fee boolean NOT NULL DEFAULT false, ADD COLUMN waits boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT pay_claim_one_cause CHECK (num_nonnulls(refund_id, dispute_id, adjustment_id) = 1)
    """,
    """
    CREATE UNIQUE INDEX pay_claim_of_dispute ON pay_claim (dispute_id, dispute_round, settlement_id, for_fee)
        WHERE dispute_id IS NOT NULL
    """,
)

DISPUTES = (
    """
    CREATE TABLE pay_dispute (
        id uuid PRIMARY KEY,
        provider_id text NOT NULL UNIQUE,
        payment_id uuid NOT NULL REFERENCES pay_payment (id),
        order_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN
            ('inquiry', 'open', 'evidence', 'won', 'lost', 'prevented', 'closed')),
        funds text NOT NULL CHECK (funds IN ('none', 'taken', 'borne', 'returned', 'lost')),
        reason text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        refundable boolean NOT NULL,
        due_at timestamptz,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        round integer NOT NULL CHECK (round >= 0),
        taken_minor bigint NOT NULL CHECK (taken_minor >= 0),
        taken_currency text,
        excess_minor bigint NOT NULL CHECK (excess_minor >= 0),
        fee_minor bigint NOT NULL,
        wants_lines boolean NOT NULL,
        chosen text,
        chosen_by text NOT NULL,
        evidence text NOT NULL,
        answer text NOT NULL CHECK (answer IN ('none', 'submitting', 'given', 'refused')),
        answer_kind text NOT NULL CHECK (answer_kind IN ('', 'evidence', 'acceptance')),
        answer_attempt integer NOT NULL CHECK (answer_attempt >= 0),
        answer_error text NOT NULL,
        answered_at timestamptz,
        asked_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CHECK (funds = 'none' OR (round > 0 AND taken_currency IS NOT NULL))
    )
    """,
    "CREATE INDEX pay_dispute_order ON pay_dispute (order_id)",
    "CREATE INDEX pay_dispute_payment ON pay_dispute (payment_id)",
    "CREATE INDEX pay_dispute_undecided ON pay_dispute (due_at) WHERE status IN ('inquiry', 'open', 'evidence')",
    "CREATE INDEX pay_dispute_unborne ON pay_dispute (updated_at) WHERE funds = 'taken' OR answer = 'submitting'",
    """
    CREATE TABLE pay_dispute_line (
        id bigserial PRIMARY KEY,
        dispute_id uuid NOT NULL REFERENCES pay_dispute (id),
        round integer NOT NULL,
        shop_order_id uuid NOT NULL,
        line_id text NOT NULL,
        paid bigint NOT NULL CHECK (paid > 0),
        seller bigint NOT NULL,
        commission bigint NOT NULL,
        vat bigint NOT NULL,
        referral bigint NOT NULL,
        coupon bigint NOT NULL,
        settled text NOT NULL,
        UNIQUE (dispute_id, round, shop_order_id, line_id),
        CHECK (paid = seller + commission + vat + referral - coupon)
    )
    """,
    """
    CREATE TABLE pay_dispute_share (
        id bigserial PRIMARY KEY,
        dispute_id uuid NOT NULL REFERENCES pay_dispute (id),
        round integer NOT NULL,
        settlement_id uuid NOT NULL REFERENCES pay_settlement (id),
        shop_id text NOT NULL,
        currency text NOT NULL,
        held_minor bigint NOT NULL CHECK (held_minor >= 0),
        claimed_minor bigint NOT NULL CHECK (claimed_minor >= 0),
        claim_id uuid REFERENCES pay_claim (id),
        UNIQUE (dispute_id, round, settlement_id),
        CHECK (held_minor + claimed_minor > 0),
        CHECK ((claimed_minor > 0) = (claim_id IS NOT NULL))
    )
    """,
    """
    CREATE TABLE pay_dispute_move (
        id text PRIMARY KEY,
        dispute_id uuid NOT NULL REFERENCES pay_dispute (id),
        round integer NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        fee_minor bigint NOT NULL,
        currency text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX pay_dispute_move_dispute ON pay_dispute_move (dispute_id)",
    *(
        f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION pay_posted_is_final()"
        for table in ("pay_dispute_line", "pay_dispute_share", "pay_dispute_move")
    ),
    """
    CREATE TABLE pay_fraud_warning (
        id text PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES pay_payment (id),
        order_id uuid NOT NULL,
        kind text NOT NULL,
        warned_at timestamptz NOT NULL,
        lifted_at timestamptz,
        lifted_by text NOT NULL,
        note text NOT NULL
    )
    """,
    "CREATE INDEX pay_fraud_warning_open ON pay_fraud_warning (warned_at) WHERE lifted_at IS NULL",
)

RECONCILIATION = (
    """
    CREATE TABLE pay_balance_move (
        number bigserial PRIMARY KEY,
        id text NOT NULL UNIQUE,
        type text NOT NULL,
        amount_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        currency text NOT NULL,
        source text NOT NULL,
        reference text NOT NULL,
        description text NOT NULL,
        created_at timestamptz NOT NULL,
        available_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('new', 'waiting', 'matched', 'booked', 'suspense', 'assigned')),
        txn_id bigint UNIQUE REFERENCES pay_txn (id),
        note text NOT NULL,
        assigned_by text NOT NULL,
        seen_at timestamptz NOT NULL,
        matched_at timestamptz,
        CHECK ((txn_id IS NULL) = (state IN ('new', 'waiting'))),
        CHECK (state <> 'assigned' OR (note <> '' AND assigned_by <> ''))
    )
    """,
    "CREATE INDEX pay_balance_move_open ON pay_balance_move (created_at) WHERE state IN ('new', 'waiting', 'suspense')",
    "CREATE INDEX pay_balance_move_day ON pay_balance_move (created_at)",
    """
    CREATE FUNCTION pay_balance_move_is_seen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR to_jsonb(OLD) - '{state,txn_id,note,assigned_by,matched_at}'::text[]
            IS DISTINCT FROM to_jsonb(NEW) - '{state,txn_id,note,assigned_by,matched_at}'::text[]
            OR (OLD.txn_id IS NOT NULL AND NEW.txn_id IS DISTINCT FROM OLD.txn_id) THEN
            RAISE EXCEPTION 'what the provider said of its balance is never changed or removed'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER pay_balance_move_is_seen BEFORE UPDATE OR DELETE ON pay_balance_move
        FOR EACH ROW EXECUTE FUNCTION pay_balance_move_is_seen()
    """,
)


async def forwards() -> MigrationManager:
    """Add the tables; nothing was ever disputed before."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in (*SHARES, *DISPUTES, *RECONCILIATION):
            await database.execute(statement)

    manager.add_raw(add)
    return manager
