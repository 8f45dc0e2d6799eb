"""The money package as a Piccolo app; what its ledger holds is only ever added to."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="payouts",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        ["payouts.tables", "payouts.desk_tables", "payouts.dispute_tables", "payouts.paper_tables"]
    ),
    migration_dependencies=[],
)

APPEND_ONLY = (
    "pay_account",
    "pay_txn",
    "pay_entry",
    "pay_payout_part",
    "pay_dispute_line",
    "pay_dispute_share",
    "pay_dispute_move",
    "pay_paper",
    "pay_paper_form",
    "pay_paper_cut",
)
"""Tables the app role may read and add to, nothing else; balances are kept by a trigger that runs as the owner."""
