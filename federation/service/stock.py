"""Stock as absolute registers beside the log: a shop says that some changed, a hub takes in what it is told.

Invariants: `vseq` rises with every change at the shop, the hub keeps the register with the higher one, so messages
may come twice or out of order; only a message after which both tables have one digest renews the hub's trust, and
only from the moment at which it can have been made (`conversations.stock.said_at`). However often stock changes, each
pair of shop and hub has one row of the outbox. `stock_delivery` is what the shop's worker then does.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

import msgspec

from federation import limits
from federation.conversations import stock
from federation.conversations.messages import StockBatch, StockPage, StockReceipt
from federation.conversations.stock import Place
from federation.node import outbox
from federation.node.wake import LANE
from federation.ports import HubDesk
from federation.store import links, registers
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId

TOPIC = "fed.stock"
QUEUE = f"{LANE}stock"
"""A lane of its own: whatever else a shop sends, what was sold is told at once."""


class StockDue(msgspec.Struct, frozen=True):
    """The outbox's note that a shop's stock has changed up to `vseq`; `turn` counts the rounds of a long job."""

    shop_id: PartyId
    hub_id: PartyId
    vseq: int
    turn: int = 0


async def announce_stock(shop_id: PartyId, vseq: int, now: datetime) -> None:
    """Let every linked hub hear, after the caller's transaction, of stock changed up to `vseq` (the newest written)."""
    for hub_id in await links.accepted_remotes(shop_id):
        await announce(StockDue(shop_id, hub_id, vseq), now)


async def announce_whole(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    """Let a hub that has just been linked, or heard nothing for a while, hear of all stock that it lacks.

    That happens after the caller's transaction, and it hears at least that all is as told.
    """
    await announce(StockDue(shop_id, hub_id, limits.INTEGER_MAGNITUDE_MAX), now)


async def announce(due: StockDue, now: datetime) -> None:
    """Have a hub told, after the caller's transaction; what is waiting to be told already is told together with it."""
    subject = f"{TOPIC}:{due.hub_id}:{due.shop_id}"
    await outbox.rearm(TOPIC, subject, due, key=subject, queue=QUEUE, now=now)


async def take_stock(desk: HubDesk, ends: tuple[PartyId, PartyId], batch: StockBatch, now: datetime) -> StockReceipt:
    """Take a shop's registers and heartbeat into a hub's table; `ends` are (hub, shop)."""
    hub_id, shop_id = ends
    tally = await registers.tally(hub_id, shop_id)
    if tally is None:
        raise NotFoundError(f"{hub_id} does not follow {shop_id}")
    told = {stock.place_of(register): register for register in stock.newest(batch.registers)}
    before = {stock.place_of(known): known for known in await registers.at_places(hub_id, shop_id, list(told))}
    news = [item for place, item in told.items() if place not in before or before[place].vseq < item.vseq]
    if news:
        replaced = [before[place] for item in news if (place := stock.place_of(item)) in before]
        tally = tally.moved(replaced, news)
        await registers.put(hub_id, shop_id, news)
        await desk.stock_changed(hub_id, shop_id, news, now)
    in_step = tally.heartbeat == batch.heartbeat
    said_at = stock.said_at(batch, now) if in_step else None
    await registers.save_tally(hub_id, shop_id, tally, said_at, now)
    if said_at is not None:
        await desk.heartbeat(hub_id, shop_id, said_at)
    return StockReceipt(vseq_high=tally.vseq_high, in_step=in_step, echo=int(now.timestamp() * 1000))


async def page(ends: tuple[PartyId, PartyId], cursor: str) -> StockPage:
    """A part of what a hub has of a shop's registers; `ends` are (hub, shop). Raises RecordInvalidError."""
    found = await registers.page(*ends, _place(cursor) if cursor else None, limits.STOCK_PAGE_MAX)
    is_last = len(found) < limits.STOCK_PAGE_MAX
    return StockPage(registers=tuple(found), next="" if is_last else _cursor(stock.place_of(found[-1])))


def _cursor(place: Place) -> str:
    """A place in letters that no reader of an address spells anew."""
    return urlsafe_b64encode("\t".join(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        variant_id, location = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("\t")
    except ValueError as error:
        raise RecordInvalidError("`after` is what an earlier answer called `next`, as it was") from error
    return variant_id, location
