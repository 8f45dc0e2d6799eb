"""The rows of changes of bank details."""

from datetime import datetime

from federation.node import database
from payouts import desk_tables as tables
from payouts.domain.bank_change import BankChangeRecord, ChangeStatus
from payouts.store.shelf import Shelf

changes = Shelf(tables.BankChange, BankChangeRecord)


async def waiting_of(shop_id: str, *, lock: bool = False) -> BankChangeRecord | None:
    """The one change of a shop that waits for its second word."""
    table = tables.BankChange
    where = (table.shop_id == shop_id) & (table.status == ChangeStatus.PROPOSED.value)
    found = await changes.find(where, lock=lock, limit=1)
    return found[0] if found else None


async def waiting(limit: int) -> list[BankChangeRecord]:
    """Every change that waits for its second word, oldest first."""
    table = tables.BankChange
    return await changes.find(table.status == ChangeStatus.PROPOSED.value, order_by=table.proposed_at, limit=limit)


async def of_shop(shop_id: str, limit: int) -> list[BankChangeRecord]:
    """A shop's changes, newest first."""
    table = tables.BankChange
    return await changes.find(table.shop_id == shop_id, order_by=table.proposed_at, ascending=False, limit=limit)


async def said_by_shop_since(shop_id: str, moment: datetime) -> int:
    """How many changes a shop has said itself since then."""
    found: int = await database.fetch_value(
        "SELECT count(*)::int FROM pay_bank_change WHERE shop_id = $1 AND source = 'shop' AND proposed_at >= $2",
        shop_id,
        moment,
    )
    return found
