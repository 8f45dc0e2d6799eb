"""Papers: issued once, numbered without gaps, never changed; and commissions until they are invoiced."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "statements, commission invoices and credit notes"

STATEMENTS = (
    """
    CREATE TABLE pay_paper (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('statement', 'invoice', 'credit_note')),
        shop_id text NOT NULL CHECK (shop_id <> ''),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        series_year integer NOT NULL,
        series_place integer NOT NULL CHECK (series_place > 0),
        number text NOT NULL UNIQUE,
        period_start timestamptz NOT NULL,
        period_end timestamptz NOT NULL,
        issued_at timestamptz NOT NULL,
        opening_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        refers_to uuid REFERENCES pay_paper (id),
        document bytea NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        UNIQUE (kind, series_year, series_place),
        CHECK (period_start < period_end),
        CHECK ((kind = 'credit_note') = (refers_to IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX pay_paper_statement ON pay_paper (shop_id, currency, period_start) WHERE kind = 'statement'",
    "CREATE INDEX pay_paper_shop ON pay_paper (shop_id, issued_at)",
    "CREATE INDEX pay_paper_issued ON pay_paper (issued_at)",
    """
    CREATE TABLE pay_paper_form (
        id bigserial PRIMARY KEY,
        paper_id uuid NOT NULL REFERENCES pay_paper (id),
        form text NOT NULL CHECK (form IN ('json', 'pdf', 'csv')),
        content bytea NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        size_bytes integer NOT NULL CHECK (size_bytes = octet_length(content)),
        UNIQUE (paper_id, form)
    )
    """,
    """
    CREATE TABLE pay_paper_cut (
        id bigserial PRIMARY KEY,
        paper_id uuid NOT NULL REFERENCES pay_paper (id),
        account_id bigint NOT NULL REFERENCES pay_account (id),
        version bigint NOT NULL,
        balance_minor bigint NOT NULL,
        UNIQUE (paper_id, account_id)
    )
    """,
    "CREATE TABLE pay_paper_series (name text PRIMARY KEY, last integer NOT NULL CHECK (last > 0))",
    """
    CREATE TABLE pay_commission_item (
        id bigserial PRIMARY KEY,
        txn_id bigint NOT NULL REFERENCES pay_txn (id),
        kind text NOT NULL CHECK (kind IN ('charged', 'given_back')),
        shop_id text NOT NULL,
        order_id uuid NOT NULL,
        shop_order_id uuid NOT NULL,
        line_id text NOT NULL,
        currency text NOT NULL,
        net_minor bigint NOT NULL,
        vat_minor bigint NOT NULL,
        vat_bp integer NOT NULL,
        vat_treatment text NOT NULL,
        effective_at timestamptz NOT NULL,
        paper_id uuid REFERENCES pay_paper (id),
        UNIQUE (txn_id, shop_order_id, line_id, kind)
    )
    """,
    "CREATE INDEX pay_commission_item_open ON pay_commission_item (shop_id, currency) WHERE paper_id IS NULL",
    "CREATE INDEX pay_commission_item_line ON pay_commission_item (shop_order_id, line_id)",
    "CREATE INDEX pay_commission_item_paper ON pay_commission_item (paper_id) WHERE paper_id IS NOT NULL",
    """
    CREATE FUNCTION pay_commission_item_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.paper_id IS NULL AND NEW.paper_id IS NOT NULL
            AND to_jsonb(OLD) - 'paper_id' = to_jsonb(NEW) - 'paper_id' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a commission item is given its paper once and is otherwise never changed'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER pay_commission_item_is_final BEFORE UPDATE OR DELETE ON pay_commission_item
        FOR EACH ROW EXECUTE FUNCTION pay_commission_item_is_final()
    """,
    *(
        f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION pay_posted_is_final()"
        for table in ("pay_paper", "pay_paper_form", "pay_paper_cut")
    ),
)


async def forwards() -> MigrationManager:
    """Make the tables."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def make() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(make)
    return manager
