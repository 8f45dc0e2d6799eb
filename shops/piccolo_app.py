"""Where the tables and migrations of a shop node lie, for the migration runner."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from shops import tables

APP_CONFIG = AppConfig(
    app_name="shops",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        tables.Boutique,
        tables.Location,
        tables.ProductRow,
        tables.VariantRow,
        tables.Publication,
        tables.Register,
        tables.Movement,
        tables.Reservation,
        tables.Hold,
        tables.Order,
        tables.OrderLineRow,
        tables.OrderEventRow,
        tables.ReturnRow,
        tables.ReturnLineRow,
        tables.ImportRun,
        tables.ImportFault,
        tables.ImportChoice,
        tables.ImportProduct,
        tables.ImportPicture,
        tables.VoucherRow,
        tables.VoucherListRow,
        tables.VoucherToldRow,
        tables.MediaFile,
        tables.Archive,
        tables.Handover,
        tables.HubAccount,
        tables.HubAccountLine,
        tables.HubPaper,
        tables.HubRenewal,
    ],
    migration_dependencies=[],
)
