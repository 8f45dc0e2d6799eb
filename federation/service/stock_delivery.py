"""Telling a hub what changed of a shop's stock, and mending what has come apart.

Invariants: one message to a hub is under way at a time; each carries at most STOCK_BATCH_MAX registers, each with its
newest figure, and a heartbeat read in the same moment. After BATCHES_PER_TURN messages others have their turn. What
follows a receipt is decided by `conversations.stock.next_step`: a hub that knows less than it was told is told again;
when the tables differ otherwise (a register lost, the shop restored to older numbers) the shop reads the hub's table,
lifts its counter above it and gives new numbers to what differs, at most once in COMPARE_REST.
"""

from datetime import datetime, timedelta

from federation import limits
from federation.conversations import checks, stock
from federation.conversations.messages import StockBatch, StockPage, StockReceipt, StockRegister
from federation.conversations.stock import Step
from federation.documents import json
from federation.errors import PeerMismatchError
from federation.node import clock
from federation.node.database import atomic
from federation.ports import ShopDesk
from federation.records import Delivery
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.service.stock import StockDue, announce
from federation.store import links
from federation.vocabulary.ids import PartyId, new_id

BATCHES_PER_TURN = 10
COMPARE_REST = timedelta(minutes=5)
REGISTERS_READ_MAX = 1_000_000
"""More registers than a shop can have: a hub that names more is not read on."""

Ends = tuple[PartyId, PartyId]
"""(shop, hub)"""


async def deliver_due(fed: Federation, desk: ShopDesk, due: StockDue, now: datetime) -> int:
    """Deliver what is due, unless a later message has carried it already; returns how many registers went.

    At least a heartbeat goes; what is left after a turn is announced anew. Raises PeerRefusedError,
    PeerUnreachableError, NotYetError when the hub wants the next message later, or PeerMismatchError for tables that
    cannot be brought together.
    """
    delivery = await links.delivery(due.shop_id, due.hub_id)
    if delivery is not None and delivery.acked_vseq >= due.vseq:
        return 0
    run = _Run(fed, desk, (due.shop_id, due.hub_id))
    if not await run.to_end(delivery, now):
        async with atomic():
            await announce(StockDue(due.shop_id, due.hub_id, due.vseq, due.turn + 1), clock.now())
    return run.sent


class _Run:
    """One turn of telling a hub: where it stands, and which mending steps it has taken."""

    def __init__(self, fed: Federation, desk: ShopDesk, ends: Ends) -> None:
        self.sent = 0
        self._fed = fed
        self._desk = desk
        self._ends = ends
        self._vseq = 0
        self._echo: int | None = None
        self._echo_at = clock.now()
        self._compared_at: datetime | None = None
        self._tried: set[Step] = set()
        self._most = limits.STOCK_BATCH_MAX

    async def to_end(self, delivery: Delivery | None, now: datetime) -> bool:
        """Send until the hub is in step; False when others should have their turn first."""
        if delivery is not None:
            self._vseq, self._compared_at = delivery.acked_vseq, delivery.stock_compared_at
            self._echo, self._echo_at = delivery.stock_echo, delivery.last_stock_at or now
        for _ in range(BATCHES_PER_TURN):
            had_echo = self._echo is not None
            batch = await self._next_batch()
            receipt = await self._send(batch)
            step = self._step(batch, receipt)
            if step == "done" and had_echo:
                return True
            if step == "rewind":
                await self._rewind(receipt)
            elif step == "compare":
                await self._compare(receipt.vseq_high)
            elif step == "mismatch":
                raise _mismatch(batch, receipt)
        return False

    async def _rewind(self, receipt: StockReceipt) -> None:
        """Go back to what the hub knows, and stay there should this turn end before all is told anew."""
        self._vseq = receipt.vseq_high
        await links.record_stock(*self._ends, self._vseq, receipt.echo, self._echo_at)

    def _step(self, batch: StockBatch, receipt: StockReceipt) -> Step:
        is_full = len(batch.registers) == self._most
        step = stock.next_step(batch, receipt, is_full=is_full, tried=self._tried)
        if step in {"rewind", "compare"}:
            self._tried.add(step)
        return step

    async def _next_batch(self) -> StockBatch:
        waited = clock.now() - self._echo_at
        self._most = self._fed.pace(*self._ends).batch(limits.STOCK_BATCH_MAX)
        batch = await self._desk.stock_news(self._ends[0], self._vseq, self._most)
        return StockBatch(
            registers=batch.registers,
            heartbeat=batch.heartbeat,
            echo=self._echo,
            waited_ms=max(int(waited.total_seconds() * 1000), 0),
        )

    async def _send(self, batch: StockBatch) -> StockReceipt:
        shop_id, hub_id = self._ends
        exchange = PeerCall(
            local_id=shop_id,
            remote_id=hub_id,
            method="POST",
            path="/inv",
            body=json.encode(batch),
            content_type=JSON_TYPE,
            idempotency_key=str(new_id()),
            lane=f"{shop_id}/inv",
        )
        receipt = checks.read((await call(self._fed, exchange, clock.now())).body, StockReceipt)
        self._echo, self._echo_at = receipt.echo, clock.now()
        self._vseq = batch.heartbeat.vseq_high if receipt.in_step else _last(batch, self._vseq)
        self.sent += len(batch.registers)
        await links.record_stock(shop_id, hub_id, self._vseq, receipt.echo, self._echo_at)
        return receipt

    async def _compare(self, hub_vseq: int) -> None:
        """Read the hub's table and give new numbers, above any that the hub knows, to whatever differs."""
        shop_id, hub_id = self._ends
        now = clock.now()
        if self._compared_at is not None and now - self._compared_at < COMPARE_REST:
            raise PeerMismatchError(
                "the hub's stock table is not ours, although it was brought in step a few minutes ago: ask its operator"
            )
        theirs = await self._read_back()
        async with atomic():
            await self._desk.restate_stock(shop_id, theirs, hub_vseq, now)
            await links.record_compared(shop_id, hub_id, now)

    async def _read_back(self) -> list[StockRegister]:
        shop_id, hub_id = self._ends
        found: list[StockRegister] = []
        query = ""
        while True:
            exchange = PeerCall(local_id=shop_id, remote_id=hub_id, method="GET", path="/inv", query=query)
            page = checks.read((await call(self._fed, exchange, clock.now())).body, StockPage)
            found += page.registers
            if not page.next or len(found) >= REGISTERS_READ_MAX:
                return found
            query = f"after={page.next}"


def _last(batch: StockBatch, vseq: int) -> int:
    return max((register.vseq for register in batch.registers), default=vseq)


def _mismatch(batch: StockBatch, receipt: StockReceipt) -> PeerMismatchError:
    return PeerMismatchError(
        f"the hub's stock table (numbers up to {receipt.vseq_high}) stays another than ours "
        f"({batch.heartbeat.count} registers, numbers up to {batch.heartbeat.vseq_high}) after it was told everything"
    )
