"""Indexes for lists that go on from a row: each order an operator can ask for is read from its place on, unsorted."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-23T00:01:12:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for lists that go on from a row"
STATEMENTS = (
    "CREATE INDEX pay_settlement_by_time ON pay_settlement (created_at, id)",
    "CREATE INDEX pay_settlement_by_state ON pay_settlement (status, created_at, id)",
    "CREATE INDEX pay_settlement_by_amount ON pay_settlement (amount_minor, id)",
    "CREATE INDEX pay_payout_by_time ON pay_payout (created_at, id)",
    "CREATE INDEX pay_payout_by_state ON pay_payout (status, created_at, id)",
    "CREATE INDEX pay_payout_by_amount ON pay_payout (amount_minor, id)",
    "CREATE INDEX pay_refund_by_time ON pay_refund (created_at, id)",
    "CREATE INDEX pay_refund_by_state ON pay_refund (status, created_at, id)",
    "CREATE INDEX pay_refund_by_amount ON pay_refund (amount_minor, id)",
    "CREATE INDEX pay_claim_by_time ON pay_claim (created_at, id)",
    "CREATE INDEX pay_claim_by_state ON pay_claim (status, created_at, id)",
    "CREATE INDEX pay_claim_by_amount ON pay_claim (amount_minor, id)",
    "CREATE INDEX pay_transfer_by_state ON pay_transfer (status, id)",
    "CREATE INDEX pay_transfer_by_amount ON pay_transfer (amount_minor, id)",
    "DROP INDEX pay_payout_begun",
)


async def forwards() -> MigrationManager:
    """Add the indexes, and drop those that they contain."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(change)
    return manager
