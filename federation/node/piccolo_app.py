"""The node kit as a Piccolo app: the tables every node has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from federation.node.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="node",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[*TABLES],
    migration_dependencies=[],
)
