"""What a refund took back of a line is said once more in the hub's currency, and then never again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node import database

ID = "2026-11-22T11:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "refund parts change in one thing alone"

STATEMENTS = (
    """
    CREATE FUNCTION pay_refund_part_is_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.settled IS NOT NULL
            OR to_jsonb(OLD) - 'settled' IS DISTINCT FROM to_jsonb(NEW) - 'settled' THEN
            RAISE EXCEPTION 'what a refund took back is never changed or removed'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER pay_refund_part_is_settled_once BEFORE UPDATE OR DELETE ON pay_refund_part
        FOR EACH ROW EXECUTE FUNCTION pay_refund_part_is_settled_once()
    """,
)


async def forwards() -> MigrationManager:
    """Guard the table by a trigger, now that its rows are written to a second time."""
    manager = MigrationManager(migration_id=ID, app_name="payouts", description=DESCRIPTION)

    async def add() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)

    manager.add_raw(add)
    return manager
