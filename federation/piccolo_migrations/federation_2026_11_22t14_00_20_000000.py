"""Stock tables stand beside replicas: stock is taken in while a log is, and a table's digest needs no reading of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Tally
from federation.node import database

ID = "2026-11-22T14:00:20:000000"
VERSION = "1.38.0"
DESCRIPTION = "what a stock table comes to"

STATEMENTS = (
    """
    CREATE TABLE fed_stock (
        id bigserial PRIMARY KEY,
        hub_id text NOT NULL REFERENCES fed_party (id),
        shop_id text NOT NULL REFERENCES fed_peer (id),
        vseq_high bigint NOT NULL DEFAULT 0 CHECK (vseq_high >= 0),
        registers bigint NOT NULL DEFAULT 0 CHECK (registers >= 0),
        total bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(total) = 32),
        heard_at timestamptz,
        UNIQUE (hub_id, shop_id)
    )
    """,
    "INSERT INTO fed_stock (hub_id, shop_id) SELECT hub_id, shop_id FROM fed_replica",
    "ALTER TABLE fed_replica DROP COLUMN vseq_high, DROP COLUMN last_stock_at",
    "ALTER TABLE fed_delivery ADD COLUMN stock_echo bigint, ADD COLUMN stock_compared_at timestamptz",
)


async def _count(hub_id: str, shop_id: str) -> None:
    """Work out what registers that are kept already come to."""
    rows = await database.fetch(
        "SELECT variant_id, location, quantity, vseq FROM fed_register WHERE hub_id = $1 AND shop_id = $2",
        hub_id,
        shop_id,
    )
    tally = Tally().moved((), [StockRegister(**dict(row)) for row in rows])
    await database.execute(
        "UPDATE fed_stock SET vseq_high = $3, registers = $4, total = $5 WHERE hub_id = $1 AND shop_id = $2",
        hub_id,
        shop_id,
        tally.vseq_high,
        tally.count,
        tally.total,
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="federation", description=DESCRIPTION)

    async def change() -> None:
        for statement in STATEMENTS:
            await database.execute(statement)
        for row in await database.fetch("SELECT hub_id, shop_id FROM fed_stock"):
            await _count(row["hub_id"], row["shop_id"])

    manager.add_raw(change)
    return manager
