"""The first tables of money, with the rules the database itself keeps.

Invariants 1 to 4 and 6 of the ledger hold here whatever the code does: a transaction's entries sum to zero per
currency at commit, nothing posted is changed or removed or added to later, running balances follow the entries
through a trigger that runs as the owner, no shop account is overdrawn, and no settlement gives back more than it was.
A transaction says how many legs it has and each entry which of them it is: once the sum was checked at commit, all
places are taken, so one check per transaction is enough.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "ledger, payments, settlements, refunds, claims, payouts"

LEDGER = (
    """
    CREATE TABLE pay_account (
        id bigserial PRIMARY KEY,
        kind text NOT NULL,
        owner text NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        code text NOT NULL,
        keeps_balance boolean NOT NULL,
        balance bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 0,
        UNIQUE (kind, owner, currency),
        CHECK (keeps_balance OR (balance = 0 AND version = 0)),
        CONSTRAINT pay_account_not_short CHECK (
            CASE WHEN kind IN ('held', 'releasable', 'in_transfer') THEN balance <= 0 AND keeps_balance AND owner <> ''
                 WHEN kind = 'recv' THEN balance >= 0 AND keeps_balance AND owner <> ''
                 ELSE true END
        )
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE pay_txn (
        id bigserial PRIMARY KEY,
        kind text NOT NULL,
        reference text NOT NULL,
        idem text NOT NULL UNIQUE,
        content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
        corrects bigint REFERENCES pay_txn (id),
        effective_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        legs integer NOT NULL CHECK (legs >= 2)
    )
    """,
    "CREATE INDEX pay_txn_reference ON pay_txn (reference)",
    """
    CREATE TABLE pay_entry (
        id bigserial PRIMARY KEY,
        txn_id bigint NOT NULL REFERENCES pay_txn (id),
        leg integer NOT NULL CHECK (leg >= 1),
        account_id bigint NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        currency text NOT NULL,
        balance_after bigint,
        account_version bigint,
        UNIQUE (txn_id, leg)
    )
    """,
    "CREATE INDEX pay_entry_account ON pay_entry (account_id, id)",
    """
    CREATE FUNCTION pay_entry_arrives() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE
        target record;
    BEGIN
        IF NEW.leg > (SELECT legs FROM pay_txn WHERE id = NEW.txn_id) THEN
            RAISE EXCEPTION 'ledger transaction % is complete: nothing can be added', NEW.txn_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        SELECT currency, keeps_balance INTO target FROM pay_account WHERE id = NEW.account_id;
        IF NOT FOUND OR target.currency <> NEW.currency THEN
            RAISE EXCEPTION 'entry in % does not fit account %', NEW.currency, NEW.account_id
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        IF target.keeps_balance THEN
            UPDATE pay_account SET balance = balance + NEW.amount, version = version + 1
                WHERE id = NEW.account_id RETURNING balance, version INTO NEW.balance_after, NEW.account_version;
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER pay_entry_arrives BEFORE INSERT ON pay_entry FOR EACH ROW EXECUTE FUNCTION pay_entry_arrives()",
    """
    CREATE FUNCTION pay_txn_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        entries bigint;
        uneven bigint;
    BEGIN
        SELECT coalesce(sum(legs), 0), count(*) FILTER (WHERE total <> 0) INTO entries, uneven FROM (
            SELECT count(*) AS legs, sum(amount) AS total FROM pay_entry WHERE txn_id = NEW.id GROUP BY currency
        ) AS by_currency;
        IF entries <> NEW.legs OR uneven > 0 THEN
            RAISE EXCEPTION 'ledger transaction % does not sum to zero over its % legs', NEW.id, NEW.legs
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER pay_txn_balances AFTER INSERT ON pay_txn DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION pay_txn_balances()
    """,
    """
    CREATE FUNCTION pay_posted_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what is posted in % is never changed or removed: post a correction', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION pay_posted_is_final()"
        for table in ("pay_txn", "pay_entry")
    ),
)

SALES = (
    """
    CREATE TABLE pay_payment (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN
            ('intended', 'open', 'processing', 'paid', 'failed', 'cancelled', 'returned', 'suspense')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        description text NOT NULL,
        return_url text NOT NULL,
        provider_id text UNIQUE,
        redirect_url text NOT NULL,
        last_error text NOT NULL,
        received_minor bigint,
        received_currency text,
        fee_minor bigint CHECK (fee_minor >= 0),
        vat_country text NOT NULL,
        captured_at timestamptz,
        funds_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX pay_payment_one_alive ON pay_payment (order_id)
        WHERE status IN ('intended', 'open', 'processing', 'paid')
    """,
    "CREATE INDEX pay_payment_order ON pay_payment (order_id)",
    "CREATE INDEX pay_payment_unsettled ON pay_payment (updated_at) WHERE funds_at IS NULL",
    """
    CREATE TABLE pay_line (
        id bigserial PRIMARY KEY,
        order_id uuid NOT NULL,
        shop_order_id uuid NOT NULL,
        shop_id text NOT NULL,
        line_id text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        currency text NOT NULL,
        base bigint NOT NULL CHECK (base >= 0),
        coupon bigint NOT NULL CHECK (coupon >= 0),
        paid bigint NOT NULL CHECK (paid >= 0),
        commission bigint NOT NULL CHECK (commission >= 0),
        vat bigint NOT NULL CHECK (vat >= 0),
        referral bigint NOT NULL CHECK (referral >= 0),
        referrer text NOT NULL,
        seller bigint NOT NULL CHECK (seller >= 0),
        commission_bp integer NOT NULL,
        vat_bp integer NOT NULL,
        refunded_quantity integer NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
        refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND paid),
        UNIQUE (shop_order_id, line_id),
        CHECK (paid = seller + commission + vat + referral - coupon)
    )
    """,
    """
    CREATE TABLE pay_settlement (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        payment_id uuid NOT NULL REFERENCES pay_payment (id),
        shop_order_id uuid NOT NULL,
        shop_id text NOT NULL CHECK (shop_id <> ''),
        kind text NOT NULL CHECK (kind IN ('sale', 'shipping', 'referral')),
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
        claimed_minor bigint NOT NULL CHECK (claimed_minor >= 0),
        netted_minor bigint NOT NULL CHECK (netted_minor >= 0),
        sent_minor bigint NOT NULL CHECK (sent_minor >= 0),
        reversed_minor bigint NOT NULL CHECK (reversed_minor BETWEEN 0 AND sent_minor),
        status text NOT NULL CHECK (status IN ('held', 'releasable', 'submitting', 'blocked', 'sent', 'netted',
            'refunded', 'part_reversed', 'reversed')),
        block_reason text NOT NULL,
        attempt integer NOT NULL CHECK (attempt >= 0),
        transfer_id text UNIQUE,
        released_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (shop_order_id, kind, shop_id),
        CHECK (refunded_minor + claimed_minor <= amount_minor),
        CHECK (refunded_minor + netted_minor + sent_minor <= amount_minor)
    )
    """,
    "CREATE INDEX pay_settlement_order ON pay_settlement (order_id)",
    "CREATE INDEX pay_settlement_shop ON pay_settlement (shop_id, created_at)",
    """
    CREATE INDEX pay_settlement_under_way ON pay_settlement (status, updated_at)
        WHERE status IN ('releasable', 'submitting', 'blocked')
    """,
    """
    CREATE TABLE pay_transfer (
        id bigserial PRIMARY KEY,
        settlement_id uuid NOT NULL REFERENCES pay_settlement (id),
        attempt integer NOT NULL CHECK (attempt > 0),
        account_id text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        status text NOT NULL CHECK (status IN ('submitting', 'sent', 'failed')),
        provider_id text UNIQUE,
        error text NOT NULL,
        submitted_at timestamptz NOT NULL,
        finished_at timestamptz,
        UNIQUE (settlement_id, attempt)
    )
    """,
    "CREATE UNIQUE INDEX pay_transfer_one_live ON pay_transfer (settlement_id) WHERE status IN ('submitting', 'sent')",
)

RETURNS = (
    """
    CREATE TABLE pay_refund (
        id uuid PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES pay_payment (id),
        order_id uuid NOT NULL,
        shop_order_id uuid,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        seller_minor bigint NOT NULL CHECK (seller_minor >= 0),
        currency text NOT NULL,
        reason text NOT NULL,
        status text NOT NULL CHECK (status IN ('requested', 'submitting', 'pending', 'succeeded', 'failed')),
        attempt integer NOT NULL CHECK (attempt > 0),
        provider_id text UNIQUE,
        error text NOT NULL,
        content_hash bytea NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX pay_refund_order ON pay_refund (order_id)",
    """
    CREATE INDEX pay_refund_under_way ON pay_refund (updated_at)
        WHERE status IN ('requested', 'submitting', 'pending')
    """,
    """
    CREATE TABLE pay_refund_part (
        id bigserial PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES pay_refund (id),
        line_id text NOT NULL,
        quantity integer NOT NULL CHECK (quantity >= 0),
        paid bigint NOT NULL CHECK (paid > 0),
        seller bigint NOT NULL,
        commission bigint NOT NULL,
        vat bigint NOT NULL,
        referral bigint NOT NULL,
        coupon bigint NOT NULL,
        UNIQUE (refund_id, line_id),
        CHECK (paid = seller + commission + vat + referral - coupon)
    )
    """,
    """
    CREATE TABLE pay_claim (
        id uuid PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES pay_refund (id),
        settlement_id uuid NOT NULL REFERENCES pay_settlement (id),
        shop_id text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        reversed_minor bigint NOT NULL CHECK (reversed_minor >= 0),
        netted_minor bigint NOT NULL CHECK (netted_minor >= 0),
        written_off_minor bigint NOT NULL CHECK (written_off_minor >= 0),
        attempt integer NOT NULL CHECK (attempt >= 0),
        attempt_minor bigint NOT NULL CHECK (attempt_minor >= 0),
        status text NOT NULL CHECK (status IN ('open', 'reversing', 'owed', 'recovered', 'written_off')),
        error text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (refund_id, settlement_id),
        CHECK (reversed_minor + netted_minor + written_off_minor <= amount_minor)
    )
    """,
    "CREATE INDEX pay_claim_owed ON pay_claim (shop_id, currency) WHERE status NOT IN ('recovered', 'written_off')",
)

PAYOUTS = (
    """
    CREATE TABLE pay_payout (
        id uuid PRIMARY KEY,
        shop_id text NOT NULL,
        account_id text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        status text NOT NULL CHECK (status IN ('submitting', 'in_transit', 'paid', 'failed')),
        provider_id text UNIQUE,
        arrival_at timestamptz,
        failure text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX pay_payout_one_submitting ON pay_payout (shop_id, currency) WHERE status = 'submitting'",
    "CREATE INDEX pay_payout_shop ON pay_payout (shop_id, created_at)",
    """
    CREATE TABLE pay_movement (
        id bigserial PRIMARY KEY,
        shop_id text NOT NULL,
        settlement_id uuid NOT NULL REFERENCES pay_settlement (id),
        reference text NOT NULL UNIQUE,
        amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
        currency text NOT NULL,
        payout_id uuid REFERENCES pay_payout (id),
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX pay_movement_free ON pay_movement (shop_id, currency) WHERE payout_id IS NULL",
    """
    CREATE TABLE pay_payout_part (
        id bigserial PRIMARY KEY,
        payout_id uuid NOT NULL REFERENCES pay_payout (id),
        movement_id bigint NOT NULL REFERENCES pay_movement (id),
        amount_minor bigint NOT NULL,
        UNIQUE (payout_id, movement_id)
    )
    """,
    """
    CREATE TABLE pay_event (
        id text PRIMARY KEY,
        type text NOT NULL,
        object_kind text NOT NULL,
        object_id text NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        done_at timestamptz
    )
    """,
    "CREATE INDEX pay_event_waiting ON pay_event (received_at) WHERE done_at IS NULL",
    """
    CREATE TABLE pay_shop_account (
        shop_id text PRIMARY KEY,
        name text NOT NULL,
        country text NOT NULL,
        currency text NOT NULL,
        provider_id text UNIQUE,
        ready boolean NOT NULL,
        onboarding_url text NOT NULL,
        payouts_paused text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE pay_alert (
        id bigserial PRIMARY KEY,
        kind text NOT NULL,
        reference text NOT NULL,
        message text NOT NULL,
        raised_at timestamptz NOT NULL,
        cleared_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX pay_alert_open ON pay_alert (kind, reference) WHERE cleared_at IS NULL",
)


async def forwards() -> MigrationManager:
    """Create the tables in raw SQL: Piccolo's own steps know no checks, triggers or partial indexes."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def create() -> None:
        for statement in (*LEDGER, *SALES, *RETURNS, *PAYOUTS):
            await database.execute(statement)

    manager.add_raw(create)
    return manager
