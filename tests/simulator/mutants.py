"""Worlds with one deliberate fault each, and the invariant that must catch it: what proves the checkers."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations import stock
from federation.conversations.messages import OrderEvent, Quarantine, StockBatch, StockRegister
from federation.http.edge import WireRequest, WireResponse
from federation.node.database import atomic
from federation.node.memory import MemoryConnection, MemoryDatabase, Table, statement
from federation.ports import AcceptedRecord
from federation.service import links
from federation.service.context import create_federation
from federation.store.memory.rows import LEAVES, LINKS, PEER_OPERATIONS
from federation.vocabulary.ids import PartyId
from tests.simulator.attacks import steal
from tests.simulator.deeds import at, drop, lose_copy, rotate, tell
from tests.simulator.hub_desk import HubDesk
from tests.simulator.machine import Make
from tests.simulator.shop_desk import SHELVES, ShopDesk
from tests.simulator.simulation import DEEDS
from tests.simulator.world import PIECES, Deed, World


class Mutant(msgspec.Struct, frozen=True):
    """A fault: which invariant must catch it, what is made otherwise, and what is done more."""

    name: str
    invariant: str
    make: Make = Make()
    deeds: tuple[tuple[Deed, int], ...] = ()


class _ForgetfulHub(HubDesk):
    """Lists no record whose number ends in 3."""

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        kept = [record for record in records if record.seq % 10 != 3]
        return await super().records_accepted(hub_id, shop_id, kept, now)


class _GenerousShop(ShopDesk):
    """Takes nothing off the shelf for a hold."""

    async def _move(self, shop_id: PartyId, changes: Iterable[tuple[str, int]], now: datetime) -> None:
        await super()._move(shop_id, [(variant, max(change, 0)) for variant, change in changes], now)


class _StutteringShop(ShopDesk):
    """Does everything twice."""

    async def _effect(self, own: MemoryConnection, shop_id: PartyId, source: PartyId, kind: str, name: str) -> None:
        await super()._effect(own, shop_id, source, kind, name)
        await super()._effect(own, shop_id, source, kind, name)


class _SecretiveShop(ShopDesk):
    """Tells of variant v0 what was true when the world began, and says that this is all."""

    async def stock_news(self, shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
        async with statement() as own:
            table = [row.register for row in own.scan(SHELVES, shop_id) if row.register.variant_id != "v0"]
        table.append(StockRegister(variant_id="v0", quantity=PIECES, vseq=1))
        changed = sorted((item for item in table if item.vseq > vseq), key=lambda item: item.vseq)
        return StockBatch(registers=tuple(changed[:limit]), heartbeat=stock.heartbeat(table))


class _LyingConnection(MemoryConnection):
    """Says that it has written the lines that a hub took in, and has not."""

    def _commit(self) -> None:
        if "desk_listing" in self._written:
            self.abandon()
        super()._commit()


class _LyingDisk(MemoryDatabase):
    """Gives out connections that lie."""

    def connect(self) -> MemoryConnection:
        return _LyingConnection(self)


class _WordlessConnection(MemoryConnection):
    """Forgets which of a peer's words about a link it has heard."""

    async def put(self, table: Table[Any], row: Any) -> None:
        if table is LINKS:
            row = msgspec.structs.replace(row, link=msgspec.structs.replace(row.link, theirs_number=0))
        await super().put(table, row)


class _WordlessDisk(MemoryDatabase):
    """Gives out connections that forget."""

    def connect(self) -> MemoryConnection:
        return _WordlessConnection(self)


class _StubbornConnection(MemoryConnection):
    """Keeps the genesis of a peer and its first operation, and hears no other."""

    async def insert(self, table: Table[Any], row: Any) -> bool:
        if table is PEER_OPERATIONS and row.number > 1:
            return False
        return await super().insert(table, row)


class _StubbornDisk(MemoryDatabase):
    """Gives out connections that keep to what they heard first."""

    def connect(self) -> MemoryConnection:
        return _StubbornConnection(self)


class _ForgivingHub(HubDesk):
    """Does what comes of a return twice."""

    async def order_event(self, hub_id: PartyId, shop_id: PartyId, event: OrderEvent, now: datetime) -> None:
        await super().order_event(hub_id, shop_id, event, now)
        if event.kind.startswith("return_"):
            await super().order_event(hub_id, shop_id, event, now)


class _HastyConnection(MemoryConnection):
    """Keeps of a snapshot's unpublished lines not even the hashes."""

    async def insert(self, table: Table[Any], row: Any) -> bool:
        if table is LEAVES and not row.leaf.line:
            return True
        return await super().insert(table, row)

    async def put(self, table: Table[Any], row: Any) -> None:
        if table is not LEAVES or row.leaf.line:
            await super().put(table, row)

    async def add(self, table: Table[Any], row: Any) -> None:
        if table is not LEAVES or row.leaf.line:
            await super().add(table, row)


class _HastyDisk(MemoryDatabase):
    """Gives out connections that leave out what nobody will read."""

    def connect(self) -> MemoryConnection:
        return _HastyConnection(self)


def _without_problem(_request: WireRequest, response: WireResponse) -> WireResponse:
    return msgspec.structs.replace(response, body=b"no") if response.status >= 400 else response


def _deaf_to_logs(request: WireRequest, response: WireResponse) -> WireResponse:
    return msgspec.structs.replace(response, headers={}) if "/log/" in request.path else response


async def rotate_unknown(world: World) -> None:
    """A key comes into use that the truth does not know: as if a stranger's had been taken."""
    known = {party_id: set(item.keyids) for party_id, item in world.checks.parties.items()}
    await rotate(world)
    for party_id, item in world.checks.parties.items():
        item.keyids = known[party_id]


async def restore_unseen(world: World) -> None:
    """A hub goes back to an older copy as if nothing had happened."""
    hub = world.dice.choice(world.hubs)
    backup = world.backups.pop(hub.name, None)
    if backup is None:
        world.backups[hub.name] = hub.disk.backup()
        return
    hub.kill()
    hub.disk = backup
    world.watch_disk(hub)
    hub.start()


async def lose_lines(world: World) -> None:
    """A hub loses the lines of a shop's log and believes that it has them."""
    hub, shop = world.dice.choice(world.hubs), world.dice.choice(world.shops)
    hub.kill()
    drop(hub.disk, LEAVES.name, hub.party_id, shop.party_id)
    world.checks.restored(hub)
    world.process(hub)


async def move_unsaid(world: World) -> None:
    """A boutique goes to another address and tells nobody."""
    shop = world.dice.choice(world.shops)
    shop.kill()
    shop.moves += 1
    world.process(shop)


async def forget_suspension(world: World) -> None:
    """A hub suspends a shop, is heard, and comes back from a copy from before it."""
    hub, shop = world.dice.choice(world.hubs), world.dice.choice(world.shops)
    before = hub.disk.backup()

    async def decide() -> None:
        async with atomic():
            fed = create_federation(hub.settings(), hub_desk=HubDesk())
            await links.suspend_link(fed, hub.party_id, shop.party_id, hub.now())

    await at(world, hub, decide)
    await asyncio.sleep(6)
    world.replace_disk(hub, before)


MUTANTS = (
    Mutant("a hub that loses its lines", "I1", deeds=((lose_lines, 40),)),
    Mutant("a hub that loads half a snapshot", "I1", Make(database=_HastyDisk), ((lose_copy, 40),)),
    Mutant("a hub that does returns twice", "I5", Make(hub_desk=_ForgivingHub), ((tell, 60),)),
    Mutant("a boutique that moves without a word", "I6", deeds=((move_unsaid, 40),)),
    Mutant("nodes that hear no owner undo a thief", "I6", Make(database=_StubbornDisk), ((steal, 40),)),
    Mutant("a hub that loses a record", "I1", Make(hub_desk=_ForgetfulHub)),
    Mutant("a hub that goes back unseen", "I2", deeds=((restore_unseen, 40),)),
    Mutant("a disk that lies", "I2", Make(database=_LyingDisk)),
    Mutant("a key nobody named", "I3", deeds=((rotate_unknown, 40),)),
    Mutant("a shop that holds without taking", "I4", Make(shop_desk=_GenerousShop)),
    Mutant("a shop that does everything twice", "I5", Make(shop_desk=_StutteringShop)),
    Mutant(
        "nodes that believe what was said long ago",
        "I5",
        Make(database=_WordlessDisk),
        ((forget_suspension, 20),),
    ),
    Mutant("nodes that answer no push and no pull", "I6", Make(answer=_deaf_to_logs)),
    Mutant("a shop that hides what it sells", "I7", Make(shop_desk=_SecretiveShop)),
    Mutant("refusals without a document", "I8", Make(answer=_without_problem)),
)


def deeds_of(mutant: Mutant) -> tuple[tuple[Deed, int], ...]:
    """What is done in the mutant's world."""
    return (*DEEDS, *mutant.deeds)
