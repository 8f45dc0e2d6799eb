"""Identity to its full depth: first sights of own operations, what hubs countersigned, retirement, sealed seeds.

A sign seed lay open in 32 bytes; sealed it has 77. The node seals what lies open when it starts.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:57:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "sealed seeds, first sights, countersigned heads, retirement"

STATEMENTS = (
    """
    ALTER TABLE fed_party
        DROP CONSTRAINT fed_party_sign_seed_check,
        ADD CONSTRAINT fed_party_sign_seed_check CHECK (octet_length(sign_seed) IN (32, 77)),
        ADD COLUMN retired_at timestamptz
    """,
    "ALTER TABLE fed_operation ADD COLUMN first_seen_at timestamptz",
    "UPDATE fed_operation SET first_seen_at = (SELECT created_at FROM fed_party WHERE id = party_id)",
    "ALTER TABLE fed_operation ALTER COLUMN first_seen_at SET NOT NULL",
    "ALTER TABLE fed_peer ADD COLUMN retired_at timestamptz",
    """
    CREATE TABLE fed_countersigned (
        id bigserial PRIMARY KEY,
        local_id text NOT NULL REFERENCES fed_party (id),
        hub_id text NOT NULL REFERENCES fed_peer (id),
        hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
        number integer NOT NULL CHECK (number >= 1),
        note bytea NOT NULL,
        first_seen_at timestamptz NOT NULL,
        heard_at timestamptz NOT NULL,
        UNIQUE (local_id, hub_id, hash)
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(change)
    return manager
