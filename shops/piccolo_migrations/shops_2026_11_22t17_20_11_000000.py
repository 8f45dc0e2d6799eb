"""Handing a boutique's archive to its new node over the wire, and the hash by which its bytes are asked for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:20:11:000000"
VERSION = "1.38.0"
DESCRIPTION = "archives over the wire"

STATEMENTS = (
    "ALTER TABLE shop_archive ADD COLUMN sha256 text NOT NULL DEFAULT ''",
    """
    CREATE TABLE shop_handover (
        shop_id text PRIMARY KEY REFERENCES shop_boutique (shop_id),
        ticket_hash text NOT NULL DEFAULT '',
        ticket_until timestamptz,
        redeemed_by text NOT NULL DEFAULT '',
        claim text NOT NULL DEFAULT '',
        claimed_at timestamptz,
        claimed_from text NOT NULL DEFAULT '',
        sent_bytes bigint NOT NULL DEFAULT 0
    )
    """,
)


async def forwards() -> MigrationManager:
    """Add the table and the column."""
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
