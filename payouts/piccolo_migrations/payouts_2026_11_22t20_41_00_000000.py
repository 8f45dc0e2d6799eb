"""Indexes for what operators read, measured over a million entries: by time, by share, by what went wrong.

Periods of the ledger and of what fell due begin at their first row; one order's money is found without reading
everybody's; whether a share was sent on its day is told by indexes alone.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T20:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for what operators read"
STATEMENTS = (
    "CREATE INDEX pay_txn_when ON pay_txn (effective_at)",
    "CREATE INDEX pay_settlement_due_when ON pay_settlement (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX pay_transfer_sent ON pay_transfer (settlement_id) INCLUDE (finished_at) WHERE status = 'sent'",
    "CREATE INDEX pay_payout_begun ON pay_payout (created_at)",
    "CREATE INDEX pay_payout_unheard ON pay_payout (bank_file_id) WHERE rail = 'bank' AND status = 'submitting'",
    "CREATE INDEX pay_refund_failed ON pay_refund (updated_at) WHERE status = 'failed'",
    "CREATE INDEX pay_claim_settlement ON pay_claim (settlement_id)",
    "CREATE INDEX pay_movement_settlement ON pay_movement (settlement_id)",
    "CREATE INDEX pay_payout_part_movement ON pay_payout_part (movement_id)",
    "CREATE INDEX pay_reserve_settlement ON pay_reserve (settlement_id)",
)


async def forwards() -> MigrationManager:
    """Add the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
