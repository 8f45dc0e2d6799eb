"""Indexes for what operators read: periods of the ledger, what fell due, payouts by day, and what went wrong.

The ledger's transactions come in the order of time, so their index is of ranges (BRIN): next to nothing to keep, and a
period reads its own pages only.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for what operators read"
STATEMENTS = (
    "CREATE INDEX pay_txn_period ON pay_txn USING brin (effective_at) WITH (pages_per_range = 32)",
    "CREATE INDEX pay_settlement_due_when ON pay_settlement (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX pay_payout_begun ON pay_payout (created_at)",
    "CREATE INDEX pay_payout_unheard ON pay_payout (bank_file_id) WHERE rail = 'bank' AND status = 'submitting'",
    "CREATE INDEX pay_refund_failed ON pay_refund (updated_at) WHERE status = 'failed'",
)


async def forwards() -> MigrationManager:
    """Add the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
