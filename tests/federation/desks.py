"""Desks for tests: a shop with a little stock and a hub that writes down what it is told. They keep all in memory."""

# ruff: noqa: ARG002 - a desk takes what its Protocol passes, used or not
import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.conversations import stock
from federation.conversations.link import LinkState
from federation.conversations.messages import (
    OrderEvent,
    Quarantine,
    ReservationAnswer,
    ReservationRequest,
    ShopOrder,
    StockBatch,
    StockRegister,
)
from federation.errors import OrderDeclinedError, ReservationExpiredError
from federation.log.records import PRODUCT_TYPE, SHOP_TYPE
from federation.ports import AcceptedRecord, ServedRecord
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.ids import PartyId


class MemoryShopDesk:
    """Holds, confirms and counts like a shop would, without expiry; `calls` names every effect in order."""

    def __init__(self) -> None:
        self.registers: dict[str, StockRegister] = {}
        self.vseq = 0
        self.answers: dict[str, ReservationAnswer] = {}
        self.requests: dict[str, ReservationRequest] = {}
        self.orders: list[ShopOrder] = []
        self.events: list[OrderEvent] = []
        self.links: list[LinkState] = []
        self.calls: list[str] = []
        self.declines = ""
        self.breaks = 0
        self.sells_while_asked = 0
        self.asked = asyncio.Event()
        self.waits_for: asyncio.Event | None = None

    def put(self, variant_id: str, quantity: int) -> int:
        """Set a register; returns its vseq."""
        self.vseq += 1
        self.registers[variant_id] = StockRegister(variant_id=variant_id, quantity=quantity, vseq=self.vseq)
        return self.vseq

    async def hold(
        self, shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: datetime
    ) -> ReservationAnswer:
        self.calls.append("hold")
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("the desk broke down")
        self.asked.set()
        if self.waits_for is not None:
            await self.waits_for.wait()
        have = {line.variant_id: self.registers[line.variant_id].quantity for line in request.lines}
        if any(have[line.variant_id] < line.quantity for line in request.lines):
            return ReservationAnswer(id=request.id, state="rejected", available=have)
        for line in request.lines:
            self.put(line.variant_id, have[line.variant_id] - line.quantity)
        self.requests[request.id] = request
        answer = ReservationAnswer(id=request.id, state="held", expires_in_seconds=request.ttl_seconds)
        self.answers[request.id] = answer
        return answer

    async def confirm(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        self.calls.append("confirm")
        if reservation_id not in self.answers:
            raise ReservationExpiredError("no such hold is open")
        self.answers[reservation_id] = ReservationAnswer(id=reservation_id, state="confirmed")
        return self.answers[reservation_id]

    async def release(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        self.calls.append("release")
        request = self.requests.pop(reservation_id, None)
        for line in request.lines if request is not None else ():
            self.put(line.variant_id, self.registers[line.variant_id].quantity + line.quantity)
        return ReservationAnswer(id=reservation_id, state="released")

    async def place_order(self, shop_id: PartyId, hub_id: PartyId, order: ShopOrder, now: datetime) -> None:
        self.calls.append("place_order")
        if self.declines:
            raise OrderDeclinedError(self.declines)
        self.orders.append(order)

    async def order_event(self, shop_id: PartyId, hub_id: PartyId, event: OrderEvent, now: datetime) -> None:
        self.events.append(event)

    async def link_changed(self, shop_id: PartyId, hub_id: PartyId, state: LinkState, now: datetime) -> None:
        self.links.append(state)

    async def party_left(self, shop_id: PartyId, now: datetime) -> None:
        del shop_id, now

    async def stock_news(self, shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
        if self.sells_while_asked:
            self.sells_while_asked -= 1
            self.put("v1", self.registers["v1"].quantity - 1)
        changed = sorted(
            (register for register in self.registers.values() if register.vseq > vseq), key=lambda item: item.vseq
        )
        return StockBatch(registers=tuple(changed[:limit]), heartbeat=stock.heartbeat(self.registers.values()))

    async def restate_stock(self, shop_id: PartyId, theirs: Sequence[StockRegister], above: int, now: datetime) -> None:
        self.calls.append("restate_stock")
        ours = {stock.place_of(register): register for register in self.registers.values()}
        self.vseq = max(self.vseq, above)
        for variant_id, _ in stock.differing(ours, theirs):
            known = self.registers.get(variant_id)
            self.put(variant_id, 0 if known is None else known.quantity)


class MemoryHubDesk:
    """Writes down what shops tell; keys in `refuses` are quarantined, kinds of events in it refused."""

    def __init__(self) -> None:
        self.records: dict[str, AcceptedRecord] = {}
        self.stock: dict[str, int] = {}
        self.events: list[OrderEvent] = []
        self.links: list[tuple[LinkState, str]] = []
        self.forwards: list[str] = []
        self.heartbeats = 0
        self.refuses: set[str] = set()
        self.breaks = 0
        self.calls: list[str] = []

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("the desk broke down")
        self.calls.append("records_accepted")
        bad = [
            Quarantine(seq=record.seq, key=record.key, errors=(FieldError("", "odd", "not for us"),))
            for record in records
            if record.key in self.refuses
        ]
        for record in records:
            if record.operation == "del":
                self.records.pop(record.key, None)
            elif record.key not in self.refuses:
                self.records[record.key] = msgspec.structs.replace(record, read=None)
        return bad

    async def served(self, hub_id: PartyId, shop_id: PartyId) -> list[ServedRecord]:
        return [
            ServedRecord(key, record.leaf_hash, hashlib.sha256(record.body).digest())
            for key, record in self.records.items()
            if record.type in {PRODUCT_TYPE, SHOP_TYPE}
        ]

    async def stock_changed(
        self, hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister], now: datetime
    ) -> None:
        self.stock |= {register.variant_id: register.quantity for register in registers}

    async def heartbeat(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
        self.heartbeats += 1

    async def order_event(self, hub_id: PartyId, shop_id: PartyId, event: OrderEvent, now: datetime) -> None:
        self.calls.append(event.kind)
        if event.kind in self.refuses:
            raise RecordInvalidError(f"a line of {event.kind} is none of this order's")
        self.events.append(event)

    async def link_changed(
        self, hub_id: PartyId, shop_id: PartyId, state: LinkState, profile_name: str, now: datetime
    ) -> None:
        self.links.append((state, profile_name))

    async def forwarded(self, hub_id: PartyId, shop_id: PartyId, forward: str, now: datetime) -> None:
        del hub_id, shop_id, now
        self.forwards.append(forward)
