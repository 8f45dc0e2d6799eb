"""How shops' accounts stand, and which of a shop's accounts is meant once it has another one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:47:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "standing of accounts"

STATEMENTS = (
    """
    ALTER TABLE pay_shop_account
        DROP COLUMN onboarding_url,
        ADD COLUMN standing text NOT NULL DEFAULT 'papers'
            CHECK (standing IN ('ready', 'checking', 'papers', 'closed')),
        ADD COLUMN number integer NOT NULL DEFAULT 1 CHECK (number >= 1),
        ADD COLUMN links integer NOT NULL DEFAULT 0 CHECK (links >= 0)
    """,
    "UPDATE pay_shop_account SET standing = 'ready' WHERE ready",
    "ALTER TABLE pay_shop_account ADD CHECK (ready = (standing = 'ready'))",
)


async def forwards() -> MigrationManager:
    """Add the columns; pages for papers are made when somebody asks for one, and kept nowhere."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
