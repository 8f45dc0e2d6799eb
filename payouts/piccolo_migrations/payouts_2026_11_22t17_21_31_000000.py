"""By which commission rule a line was divided."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:21:31:000000"
VERSION = "1.38.0"
DESCRIPTION = "the commission rule of a line"


async def forwards() -> MigrationManager:
    """Frozen with the line's components, so that a statement can say why it is what it is."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def alter() -> None:
        await database.execute(
            """
            ALTER TABLE pay_line
                ADD COLUMN commission_base bigint NOT NULL DEFAULT 0,
                ADD COLUMN rule_id text NOT NULL DEFAULT '',
                ADD COLUMN rule_revision integer NOT NULL DEFAULT 0,
                ADD COLUMN vat_treatment text NOT NULL DEFAULT ''
            """
        )
        await database.execute("UPDATE pay_line SET commission_base = base")

    manager.add_raw(alter)
    return manager
