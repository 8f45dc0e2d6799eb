"""A shop's desk on rows in memory: real pieces, holds that run out, sales, orders. It rolls back with its transaction.

Invariants: a shop's stock numbers rise by one with every change and are taken under one lock; a hold that is not
confirmed in time gives its pieces back; each effect on a message is written down, so that a second one shows.
"""

# ruff: noqa: ARG002 - a desk takes what its Protocol passes, used or not
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from federation.conversations import stock
from federation.conversations.link import LinkState
from federation.conversations.messages import (
    OrderEvent,
    ReservationAnswer,
    ReservationLine,
    ReservationRequest,
    ShopOrder,
    StockBatch,
    StockRegister,
)
from federation.errors import OrderDeclinedError, ReservationExpiredError
from federation.log.records import product_key
from federation.node.database import atomic
from federation.node.memory import MemoryConnection, Table, statement
from federation.service import catalogue
from federation.service.stock import announce_stock
from federation.vocabulary.ids import PartyId, new_id


class Shelf(msgspec.Struct, frozen=True):
    """What is for sale of a variant."""

    shop_id: PartyId
    register: StockRegister


class Counter(msgspec.Struct, frozen=True):
    """The highest stock number a shop has given."""

    shop_id: PartyId
    vseq: int = 0


class Hold(msgspec.Struct, frozen=True):
    """Pieces set aside for a hub."""

    shop_id: PartyId
    id: str
    hub_id: PartyId
    lines: tuple[ReservationLine, ...]
    state: Literal["held", "rejected", "confirmed", "released", "expired"]
    expires_at: datetime
    available: dict[str, int] = {}


class Movement(msgspec.Struct, frozen=True):
    """Pieces that came, or (below zero) were sold over the counter."""

    shop_id: PartyId
    id: str
    variant_id: str
    quantity: int


class Effect(msgspec.Struct, frozen=True):
    """Something that a message brought about."""

    shop_id: PartyId
    number: int
    source: PartyId
    kind: str
    id: str


SHELVES = Table[Shelf]("desk_shelf", lambda row: (row.shop_id, row.register.variant_id), together=1)
COUNTERS = Table[Counter]("desk_counter", lambda row: (row.shop_id,))
HOLDS = Table[Hold]("desk_hold", lambda row: (row.shop_id, row.id), together=1)
MOVEMENTS = Table[Movement]("desk_movement", lambda row: (row.shop_id, row.id), together=1)
EFFECTS = Table[Effect]("desk_effect", lambda row: (row.shop_id, row.number), together=1)


class ShopDesk:
    """What a hub may ask of a shop, and what the shop's own people do."""

    async def hold(
        self, shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: datetime
    ) -> ReservationAnswer:
        """Set pieces aside, all lines or none."""
        async with statement() as own:
            await self._lock(own, shop_id)
            known = own.get(HOLDS, shop_id, request.id)
            if known is not None:
                return _answer(known)
            have = {line.variant_id: _pieces(own, shop_id, line.variant_id) for line in request.lines}
            short = any(have[line.variant_id] < line.quantity for line in request.lines)
            hold = Hold(
                shop_id,
                request.id,
                hub_id,
                request.lines,
                "rejected" if short else "held",
                now + timedelta(seconds=request.ttl_seconds),
                have if short else {},
            )
            await own.add(HOLDS, hold)
            await self._effect(own, shop_id, hub_id, "hold", request.id)
        if not short:
            await self._move(shop_id, ((line.variant_id, -line.quantity) for line in request.lines), now)
        return _answer(hold)

    async def confirm(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Sell what is held, in time."""
        async with statement() as own:
            known = await own.lock(HOLDS, shop_id, reservation_id)
            if known is None or known.hub_id != hub_id:
                raise ReservationExpiredError("no such hold is open")
            if known.state == "held" and known.expires_at > now:
                known = msgspec.structs.replace(known, state="confirmed")
                await own.put(HOLDS, known)
                await self._effect(own, shop_id, hub_id, "confirm", reservation_id)
            if known.state != "confirmed":
                raise ReservationExpiredError(f"the hold is {known.state}")
            return _answer(known)

    async def release(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Give pieces back."""
        async with statement() as own:
            known = await own.lock(HOLDS, shop_id, reservation_id)
        if known is None:
            return ReservationAnswer(id=reservation_id, state="released")
        if known.state == "held":
            known = await self._end(known, "released", now)
        return _answer(known)

    async def place_order(self, shop_id: PartyId, hub_id: PartyId, order: ShopOrder, now: datetime) -> None:
        """Take an order whose lines are priced from our own log."""
        for line in order.lines:
            if await catalogue.own_leaf_hash(shop_id, product_key(line.product_id)) != line.leaf_hash:
                raise OrderDeclinedError("the price was read from another record")
        async with statement() as own:
            await self._effect(own, shop_id, hub_id, "order", order.id)

    async def order_event(self, shop_id: PartyId, hub_id: PartyId, event: OrderEvent, now: datetime) -> None:
        """Write an event down."""
        async with statement() as own:
            await self._effect(own, shop_id, hub_id, "event", event.id)

    async def link_changed(self, shop_id: PartyId, hub_id: PartyId, state: LinkState, now: datetime) -> None:
        """Nothing depends on it here."""

    async def party_left(self, shop_id: PartyId, now: datetime) -> None:
        """Nothing depends on it here."""

    async def stock_news(self, shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
        """Registers changed after a number, and the whole table in three figures."""
        async with statement() as own:
            table = [row.register for row in own.scan(SHELVES, shop_id)]
            changed = sorted((item for item in table if item.vseq > vseq), key=lambda item: item.vseq)
            return StockBatch(registers=tuple(changed[:limit]), heartbeat=stock.heartbeat(table))

    async def restate_stock(self, shop_id: PartyId, theirs: Sequence[StockRegister], above: int, now: datetime) -> None:
        """Give new numbers to what differs from a hub's table."""
        async with statement() as own:
            counter = await self._lock(own, shop_id)
            ours = {stock.place_of(row.register): row.register for row in own.scan(SHELVES, shop_id)}
            await own.put(COUNTERS, Counter(shop_id, max(above, counter.vseq)))
        await self._move(shop_id, ((variant, 0) for variant, _ in stock.differing(ours, theirs)), now)

    async def deliver(self, shop_id: PartyId, variant_id: str, quantity: int, now: datetime) -> None:
        """Put new pieces on the shelf."""
        async with atomic():
            async with statement() as own:
                await own.add(MOVEMENTS, Movement(shop_id, str(new_id()), variant_id, quantity))
            await self._move(shop_id, [(variant_id, quantity)], now)

    async def sell(self, shop_id: PartyId, variant_id: str, now: datetime) -> bool:
        """Sell one piece over the counter; False when none is there."""
        async with atomic():
            async with statement() as own:
                await self._lock(own, shop_id)
                if _pieces(own, shop_id, variant_id) < 1:
                    return False
                await own.add(MOVEMENTS, Movement(shop_id, str(new_id()), variant_id, -1))
            await self._move(shop_id, [(variant_id, -1)], now)
            return True

    async def recount(self, shop_id: PartyId, pieces: dict[str, int], now: datetime) -> None:
        """Count everything anew; what was held is held no longer."""
        async with atomic():
            async with statement() as own:
                await self._lock(own, shop_id)
                for hold in own.scan(HOLDS, shop_id):
                    if hold.state == "held":
                        await own.put(HOLDS, msgspec.structs.replace(hold, state="expired"))
                changes = [(name, count - _pieces(own, shop_id, name)) for name, count in sorted(pieces.items())]
            await self._move(shop_id, changes, now)

    async def expire(self, shop_id: PartyId, now: datetime) -> None:
        """Put pieces of holds that ran out back on sale."""
        async with statement() as own:
            overdue = [row for row in own.scan(HOLDS, shop_id) if row.state == "held" and row.expires_at <= now]
        for hold in overdue:
            async with atomic():
                await self._end(hold, "expired", now)

    async def _end(self, hold: Hold, state: Literal["released", "expired"], now: datetime) -> Hold:
        async with statement() as own:
            known = await own.lock(HOLDS, hold.shop_id, hold.id)
            if known is None or known.state != "held":
                return known or hold
            ended = msgspec.structs.replace(known, state=state)
            await own.put(HOLDS, ended)
        await self._move(hold.shop_id, ((line.variant_id, line.quantity) for line in hold.lines), now)
        return ended

    async def _move(self, shop_id: PartyId, changes: Iterable[tuple[str, int]], now: datetime) -> None:
        """Change registers under the shop's lock, each with the next stock number, and tell the hubs."""
        async with statement() as own:
            vseq = (await self._lock(own, shop_id)).vseq
            for variant_id, change in changes:
                vseq += 1
                quantity = _pieces(own, shop_id, variant_id) + change
                register = StockRegister(variant_id=variant_id, quantity=quantity, vseq=vseq)
                await own.put(SHELVES, Shelf(shop_id, register))
            await own.put(COUNTERS, Counter(shop_id, vseq))
        await announce_stock(shop_id, vseq, now)

    async def _lock(self, own: MemoryConnection, shop_id: PartyId) -> Counter:
        return await own.lock(COUNTERS, shop_id) or Counter(shop_id)

    async def _effect(self, own: MemoryConnection, shop_id: PartyId, source: PartyId, kind: str, name: str) -> None:
        await own.add(EFFECTS, Effect(shop_id, own.number("desk_effect"), source, kind, name))


def _pieces(own: MemoryConnection, shop_id: PartyId, variant_id: str) -> int:
    shelf = own.get(SHELVES, shop_id, variant_id)
    return 0 if shelf is None else shelf.register.quantity


def _answer(hold: Hold) -> ReservationAnswer:
    return ReservationAnswer(
        id=hold.id,
        state=hold.state,
        expires_in_seconds=60 if hold.state == "held" else 0,
        available=hold.available,
    )
