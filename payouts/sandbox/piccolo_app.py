"""The sandbox as a Piccolo app."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="sandbox",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(["payouts.sandbox.tables"]),
    migration_dependencies=[],
)

APPEND_ONLY = ("sandbox_move",)
"""What happened to money is never rewritten, here as elsewhere."""
