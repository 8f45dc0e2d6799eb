"""Stock as absolute registers beside the log: a shop tells each hub what changed, and that it is still there.

Invariants: `vseq` rises with every change at the shop, the hub keeps the register with the higher one, so messages
may come twice or out of order; a message after which both tables have one digest renews the hub's trust in all
registers of that shop, no other does. When the digests differ at the same vseq, the shop sends everything anew.
"""

from datetime import datetime

import msgspec

from federation import limits
from federation.conversations import checks, stock
from federation.conversations.messages import StockBatch, StockReceipt, StockRegister
from federation.documents import json
from federation.errors import PeerMismatchError
from federation.node import outbox
from federation.ports import HubDesk, ShopDesk
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import links, replicas
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.stock"
QUEUE = "sync"
BATCHES_PER_RUN = 100
READS_MAX = 3


class StockDue(msgspec.Struct, frozen=True):
    """The outbox's note that a shop's stock has changed up to `vseq`."""

    shop_id: PartyId
    hub_id: PartyId
    vseq: int


async def announce_stock(shop_id: PartyId, vseq: int, now: datetime) -> None:
    """Let every linked hub hear, after the caller's transaction, of stock changed up to `vseq` (the newest written)."""
    for hub_id in await links.accepted_remotes(shop_id):
        await _announce(StockDue(shop_id, hub_id, vseq), f"{TOPIC}:{shop_id}:{hub_id}:{vseq}", now)


async def announce_whole(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    """Let a hub that has just been linked hear of all stock, after the caller's transaction."""
    await _announce(StockDue(shop_id, hub_id, limits.INTEGER_MAGNITUDE_MAX), f"{TOPIC}:{new_id()}", now)


async def _announce(due: StockDue, key: str, now: datetime) -> None:
    await outbox.enqueue(TOPIC, f"{TOPIC}:{due.hub_id}:{due.shop_id}", due, key=key, queue=QUEUE, now=now)


async def deliver_due(fed: Federation, desk: ShopDesk, due: StockDue, now: datetime) -> int:
    """Deliver what is due, unless a later message has carried it already; returns how many registers went."""
    delivery = await links.delivery(due.shop_id, due.hub_id)
    if delivery is not None and delivery.acked_vseq >= due.vseq:
        return 0
    return await deliver_stock(fed, desk, (due.shop_id, due.hub_id), now)


async def deliver_stock(fed: Federation, desk: ShopDesk, ends: tuple[PartyId, PartyId], now: datetime) -> int:
    """Send what a hub lacks of a shop's registers, at least a heartbeat; `ends` are (shop, hub). Returns how many.

    Raises PeerRefusedError or PeerUnreachableError.
    """
    shop_id, hub_id = ends
    delivery = await links.delivery(shop_id, hub_id)
    vseq = 0 if delivery is None else delivery.acked_vseq
    sent = 0
    repeated = False
    for _ in range(BATCHES_PER_RUN):
        batch = await _next_batch(desk, shop_id, vseq)
        receipt = await _send(fed, ends, batch, now)
        sent += len(batch.registers)
        vseq = max((register.vseq for register in batch.registers), default=vseq)
        complete = len(batch.registers) < limits.STOCK_BATCH_MAX
        if complete and not receipt.in_step and receipt.vseq_high == batch.heartbeat.vseq_high and not repeated:
            vseq, repeated = 0, True
            continue
        await links.record_stock(shop_id, hub_id, vseq, now)
        if complete:
            _refuse_going_back(receipt, batch)
            break
    return sent


async def _next_batch(desk: ShopDesk, shop_id: PartyId, vseq: int) -> StockBatch:
    """The registers after `vseq` with the heartbeat that belongs to them, even while pieces are being sold."""
    for _ in range(READS_MAX):
        before = await desk.stock_heartbeat(shop_id)
        registers = await desk.stock_since(shop_id, min(vseq, before.vseq_high), limits.STOCK_BATCH_MAX)
        batch = StockBatch(registers=tuple(registers), heartbeat=await desk.stock_heartbeat(shop_id))
        if batch.heartbeat == before:
            break
    return batch


def _refuse_going_back(receipt: StockReceipt, batch: StockBatch) -> None:
    """Raise PeerMismatchError when the hub knows newer stock numbers than the shop has ever given itself."""
    if not receipt.in_step and receipt.vseq_high > max(
        batch.heartbeat.vseq_high, *(item.vseq for item in batch.registers), 0
    ):
        raise PeerMismatchError(
            f"the hub holds stock numbers up to {receipt.vseq_high}, the shop gave out {batch.heartbeat.vseq_high}: it "
            "was restored from an old copy; count all stock anew so that the numbers pass the hub's"
        )


async def _send(fed: Federation, ends: tuple[PartyId, PartyId], batch: StockBatch, now: datetime) -> StockReceipt:
    exchange = PeerCall(
        local_id=ends[0],
        remote_id=ends[1],
        method="POST",
        path="/inv",
        body=json.encode(batch),
        content_type=JSON_TYPE,
        idempotency_key=str(new_id()),
    )
    answer = await call(fed, exchange, now)
    return checks.read(answer.body, StockReceipt)


async def take_stock(desk: HubDesk, ends: tuple[PartyId, PartyId], batch: StockBatch, now: datetime) -> StockReceipt:
    """Take a shop's registers and heartbeat into a hub's table; `ends` are (hub, shop)."""
    hub_id, shop_id = ends
    replica = await replicas.replica(hub_id, shop_id, lock=True)
    if replica is None:
        raise NotFoundError(f"{hub_id} does not follow {shop_id}")
    news = await replicas.put_registers(hub_id, shop_id, stock.newest(batch.registers))
    held = stock.heartbeat(await replicas.registers(hub_id, shop_id))
    in_step = held == batch.heartbeat
    if news:
        await desk.stock_changed(hub_id, shop_id, news, now)
    if in_step:
        await replicas.record_stock(hub_id, shop_id, held.vseq_high, now)
        await desk.heartbeat(hub_id, shop_id, now)
    return StockReceipt(vseq_high=held.vseq_high, in_step=in_step)


async def registers(hub_id: PartyId, shop_id: PartyId) -> list[StockRegister]:
    """The registers a hub has of a shop."""
    return await replicas.registers(hub_id, shop_id)
