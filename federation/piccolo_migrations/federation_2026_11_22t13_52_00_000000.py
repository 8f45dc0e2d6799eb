"""Mailboxes: what a hub asks of a party that nobody can connect to waits here until that party comes for it.

Unlogged, since whoever waits for an answer dies with the database and asks again; the sequence is logged, so that
numbers rise through a crash and a visitor's cursor stays true.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T13:52:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "mailboxes of parties that nobody can connect to"

STATEMENTS = (
    "CREATE SEQUENCE fed_mailbox_number",
    """
    CREATE UNLOGGED TABLE fed_mailbox (
        id uuid PRIMARY KEY,
        number bigint NOT NULL DEFAULT nextval('fed_mailbox_number'),
        local_id text NOT NULL,
        remote_id text NOT NULL,
        method text NOT NULL,
        path text NOT NULL,
        query text NOT NULL,
        headers text NOT NULL,
        body bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        answer_status integer,
        answer_headers text,
        answer_body bytea
    )
    """,
    "CREATE INDEX fed_mailbox_waiting ON fed_mailbox (local_id, remote_id, number)",
    """
    CREATE UNLOGGED TABLE fed_mailbox_visit (
        id text PRIMARY KEY,
        visited_at timestamptz NOT NULL
    )
    """,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def create() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
