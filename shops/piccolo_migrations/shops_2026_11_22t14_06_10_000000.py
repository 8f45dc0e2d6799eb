"""A boutique knows what its whole stock table comes to, so that a heartbeat reads one row however much it sells."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Tally
from federation.node import database

ID = "2026-11-22T14:06:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "what a stock table comes to"

COLUMNS = """
ALTER TABLE shop_boutique
    ADD COLUMN stock_high bigint NOT NULL DEFAULT 0 CHECK (stock_high >= 0),
    ADD COLUMN stock_registers bigint NOT NULL DEFAULT 0 CHECK (stock_registers >= 0),
    ADD COLUMN stock_total bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(stock_total) = 32)
"""


async def _count(shop_id: str) -> None:
    rows = await database.fetch(
        "SELECT variant_id, location, greatest(on_hand - held, 0) AS quantity, vseq FROM shop_register "
        "WHERE shop_id = $1",
        shop_id,
    )
    tally = Tally().moved((), [StockRegister(**dict(row)) for row in rows])
    await database.execute(
        "UPDATE shop_boutique SET stock_high = $2, stock_registers = $3, stock_total = $4 WHERE shop_id = $1",
        shop_id, tally.vseq_high, tally.count, tally.total,
    )  # fmt: skip


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shops", description=DESCRIPTION)

    async def change() -> None:
        await database.execute(COLUMNS)
        for row in await database.fetch("SELECT shop_id FROM shop_boutique"):
            await _count(row["shop_id"])

    manager.add_raw(change)
    return manager
