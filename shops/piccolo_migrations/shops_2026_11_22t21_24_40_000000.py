"""Beside each movement at a hub what the boutique was owed in all after it: summed once, not at every look."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T21:24:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "what was owed in all after each movement"

BACKFILL = """
UPDATE shop_account_line AS line SET in_all_minor = summed.in_all FROM (
    SELECT id, sum(CASE account WHEN 'owed' THEN -amount_minor ELSE amount_minor END)
        OVER (PARTITION BY shop_id, hub_id, currency ORDER BY line_id)::bigint AS in_all
    FROM shop_account_line
) AS summed WHERE summed.id = line.id
"""


async def forwards() -> MigrationManager:
    """Add the column, and sum what is there."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        await database.execute("ALTER TABLE shop_account_line ADD COLUMN in_all_minor bigint NOT NULL DEFAULT 0")
        await database.execute(BACKFILL)

    manager.add_raw(add)
    return manager
