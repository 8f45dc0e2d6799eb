"""The federation as a Piccolo app: its tables and migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="federation",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "federation.tables.compared",
            "federation.tables.contacts",
            "federation.tables.conversations",
            "federation.tables.forks",
            "federation.tables.links",
            "federation.tables.logs",
            "federation.tables.mailbox",
            "federation.tables.parties",
            "federation.tables.repairs",
            "federation.tables.refusals",
            "federation.tables.replicas",
            "federation.tables.stock",
        ]
    ),
    migration_dependencies=[],
)
