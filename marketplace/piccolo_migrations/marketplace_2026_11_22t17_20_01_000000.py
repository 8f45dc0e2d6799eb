"""Commission rules as revisions that nobody can change."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T17:20:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "revisions of the commission rules"

_STATEMENTS = (
    """
    CREATE TABLE hub_rule_revision (
        revision integer PRIMARY KEY CHECK (revision > 0),
        rules text NOT NULL,
        change text NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        effective_from timestamptz NOT NULL CHECK (effective_from >= made_at)
    )
    """,
    """
    CREATE FUNCTION hub_rule_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a revision of the commission rules is never changed';
    END $$
    """,
    """
    CREATE TRIGGER hub_rule_revision_stays BEFORE UPDATE OR DELETE ON hub_rule_revision
        FOR EACH ROW EXECUTE FUNCTION hub_rule_revision_stays()
    """,
)


async def forwards() -> MigrationManager:
    """An order names the revision by which it was divided, so every one must stay readable."""
    manager = MigrationManager(migration_id=ID, app_name="marketplace", description=DESCRIPTION)

    async def create() -> None:
        for statement in _STATEMENTS:
            await database.execute(statement)

    manager.add_raw(create)
    return manager
