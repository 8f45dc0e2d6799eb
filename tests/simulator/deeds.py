"""What happens in a simulated world: people work, shoppers buy, machines die, ways are cut, some lie."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from federation.conversations.messages import Accepted, Cancelled, EventBody, Shipped
from federation.conversations.return_messages import (
    ReturnedLine,
    ReturnInTransit,
    ReturnReceived,
    ReturnRefused,
    ReturnRequested,
    ReturnWithdrawn,
)
from federation.documents import identity, identity_steps, json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.log.records import product_key
from federation.node.database import atomic
from federation.node.disk import Disk
from federation.service import catalogue, links, orders, parties, pull
from federation.service.catalogue import Change
from federation.store import registers, replicas
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId
from tests.federation.goods import gone, product, with_title
from tests.simulator import purchases
from tests.simulator.chance import Dice
from tests.simulator.hub_desk import LISTINGS
from tests.simulator.machine import Machine, Process
from tests.simulator.purchases import PURCHASES
from tests.simulator.shop_desk import ShopDesk
from tests.simulator.world import Deed, World

KEYS = 6
COPIES = (
    "fed_leaf", "fed_node", "fed_checkpoint", "fed_log", "fed_past_log", "fed_register", "fed_stock", "fed_quarantine",
    "fed_replica", "fed_repair", "desk_listing", "desk_figure",
)  # fmt: skip
"""All that a hub has of a shop's catalogue and stock; each begins with (hub, shop)."""


async def publish(world: World) -> None:
    """A shop says, changes or takes back some products, some of them so that hubs refuse them.

    One that was restored waits until it has been told what it lost, as its node does at its start.
    """
    shop, dice = world.dice.choice(world.shops), world.dice
    if world.is_behind(shop):
        return
    changes = [_change(dice, number) for number in dice.sample(range(KEYS), dice.randint(1, 3))]

    async def append() -> None:
        async with atomic():
            await catalogue.append(shop.party_id, changes, shop.now())

    await at(world, shop, append)


def _change(dice: Dice, number: int) -> Change:
    draw = dice.random()
    if draw < 0.2:
        return gone(number)
    if draw < 0.3:
        return msgspec.structs.replace(product(number), body=json.encode({"id": f"p{number}", "title": 7}))
    return with_title(product(number), "Odd" if draw < 0.4 else f"Dress {dice.randrange(9)}")


async def deliver(world: World) -> None:
    """Pieces arrive at a shop."""
    shop, dice = world.dice.choice(world.shops), world.dice
    variant, pieces = f"v{dice.randrange(KEYS)}", dice.randint(1, 3)
    await at(world, shop, lambda: shop_desk(shop).deliver(shop.party_id, variant, pieces, shop.now()))


async def sell_at_the_till(world: World) -> None:
    """Somebody buys over the counter; the till is a process of its own on the shop's disk."""
    shop, dice = world.dice.choice(world.shops), world.dice
    variant = f"v{dice.randrange(KEYS)}"
    till = Process(shop)
    till.spawn(shop_desk(shop).sell(shop.party_id, variant, shop.now()))


async def buy(world: World) -> None:
    """A shopper wants a piece of something that a hub shows."""
    hub, dice = world.dice.choice(world.hubs), world.dice
    listed = hub.disk.rows(LISTINGS)
    if not listed:
        return
    listing = dice.choice(listed)
    name = listing.key.removeprefix(product_key(""))
    what = (name, name.replace("p", "v"), listing.leaf_hash)

    async def begin() -> None:
        purchase = await purchases.begin(hub.party_id, listing.shop_id, what, hub.now())
        await purchases.advance(_process(hub).fed, purchase, hub.now())

    await at(world, hub, begin, wait=False)


async def crowd(world: World) -> None:
    """Several shoppers and the till want the same things at once."""
    for _ in range(3):
        await buy(world)
    await sell_at_the_till(world)


async def tell(world: World) -> None:
    """A shop or a hub says that something happened to an order."""
    hub, dice = world.dice.choice(world.hubs), world.dice
    placed = [row for row in hub.disk.rows(PURCHASES) if row.state == "ordered"]
    if not placed:
        return
    purchase = dice.choice(placed)
    shop = next(machine for machine in world.shops if machine.party_id == purchase.shop_id)
    by_shop = dice.happens(0.7)
    teller, hearer = (shop, hub) if by_shop else (hub, shop)
    body = dice.choice(_said_by_shop(purchase.id) if by_shop else _said_by_hub(purchase.id))

    async def send() -> None:
        async with atomic():
            await orders.send_event(teller.party_id, hearer.party_id, purchase.id, body, teller.now())

    await at(world, teller, send)


def _said_by_shop(order_id: str) -> tuple[EventBody, ...]:
    return Accepted(), Shipped(), ReturnReceived(return_id=order_id), ReturnRefused(order_id, "worn")


def _said_by_hub(order_id: str) -> tuple[EventBody, ...]:
    wish = ReturnRequested(return_id=order_id, lines=(ReturnedLine(line_id=order_id, quantity=1, reason="unwanted"),))
    return Cancelled(), wish, ReturnInTransit(return_id=order_id), ReturnWithdrawn(order_id)


async def kill(world: World) -> None:
    """A machine dies at one of its next statements, and is switched on again a while later."""
    machine = world.dice.choice(list(world.machines.values()))
    machine.dies_in = world.dice.randint(1, 60)


async def part(world: World) -> None:
    """The way is cut between some machines and the others."""
    names = sorted(world.machines)
    world.network.cut = frozenset(world.dice.sample(names, world.dice.randint(1, len(names) - 1)))


async def mend(world: World) -> None:
    """All ways are open, all machines are on."""
    world.network.cut = frozenset()
    for machine in world.machines.values():
        world.process(machine)


async def back_up(world: World) -> None:
    """Somebody copies a disk."""
    machine = world.dice.choice(list(world.machines.values()))
    world.backups[machine.name] = machine.disk.backup()


async def restore(world: World) -> None:
    """A machine goes on from an older copy of its disk; a shop counts its shelves anew.

    Not one whose owner is about to undo a thief: who has forgotten an operation reads it from the hubs before the next.
    """
    if not world.backups:
        return
    machine = world.machines[world.dice.choice(sorted(world.backups))]
    backup = world.backups.pop(machine.name)
    if machine.name in world.stolen:
        return
    world.replace_disk(machine, backup)
    if machine.kind == "shop":
        await _recount(world, machine)


async def _recount(world: World, shop: Machine) -> None:
    truth = world.truths[shop.party_id]
    await at(world, shop, lambda: shop_desk(shop).recount(shop.party_id, truth.left(), shop.now()))


async def rotate(world: World) -> None:
    """A party takes a new sign key; its old ones may sign for a week more."""
    await _renew(world, world.dice.choice(list(world.machines.values())))


async def _renew(world: World, machine: Machine) -> None:
    known = world.checks.parties[machine.party_id]
    seed = world.dice.secret(32)
    key = SigningKey.from_seed(seed).public
    until = text_of(machine.now() + timedelta(days=identity_steps.OVERLAP_DAYS_MIN))

    async def record() -> None:
        async with atomic():
            state = await parties.identity_of(machine.party_id)
            operation = identity_steps.rotation(state, key, at=text_of(machine.now()), old_until=until)
            signed = identity.sign_operation(operation, SigningKey.from_seed(known.root_seed))
            await parties.record_operation(machine.party_id, signed, machine.now(), sign_seed=seed)

    known.keyids.add(key.keyid)
    await at(world, machine, record)


async def rotate_of(world: World, machine: Machine) -> None:
    """The owner takes a new sign key by the highest root: a rival to whatever a lower one has signed meanwhile."""
    await _renew(world, machine)


async def lose_copy(world: World) -> None:
    """A hub loses everything that came of a shop, and makes it anew from the shop alone."""
    hub, shop = world.dice.choice(world.hubs), world.dice.choice(world.shops)
    hub.kill()
    for table in COPIES:
        drop(hub.disk, table, hub.party_id, shop.party_id)
    world.checks.restored(hub)
    world.process(hub)

    async def follow() -> None:
        async with atomic():
            await replicas.open_replica(hub.party_id, shop.party_id)
            await registers.open_table(hub.party_id, shop.party_id)
            await pull.announce(hub.party_id, shop.party_id, hub.now())

    world.follows.append((hub, follow))
    await at(world, hub, follow)


def drop(disk: Disk, table: str, hub_id: PartyId, shop_id: PartyId) -> None:
    """Delete a hub's rows of a shop from a disk that nobody uses."""
    for rows in disk.tables.get(table, {}).values():
        for key in [key for key in rows if key[:2] == (hub_id, shop_id)]:
            del rows[key]


async def move(world: World) -> None:
    """A boutique goes to another address with all it has; its hubs hear of it and follow.

    Copies from before are not put back any more: whom nobody answers at the old address is told again once a day only.
    """
    shop = world.dice.choice(world.shops)
    if shop.is_outbound or shop.restored:
        return
    world.backups.clear()
    shop.kill()
    shop.moves += 1
    world.process(shop)
    root = SigningKey.from_seed(world.checks.parties[shop.party_id].root_seed)

    async def record() -> None:
        async with atomic():
            state = await parties.identity_of(shop.party_id)
            address = shop.settings().public_url
            if state.address != address:
                operation = identity_steps.move(state, address, at=text_of(shop.now()))
                await parties.record_operation(shop.party_id, identity.sign_operation(operation, root), shop.now())
                await links.announce_address(shop.party_id, shop.now())

    world.follows.append((shop, record))
    await at(world, shop, record)


async def suspend(world: World) -> None:
    """A hub lets nothing of a shop pass for a while, or a shop nothing of a hub, or takes that back."""
    ends = (world.dice.choice(world.hubs), world.dice.choice(world.shops))
    one, other = ends if world.dice.happens(0.7) else ends[::-1]

    async def decide() -> None:
        async with atomic():
            known = {view.remote_id: view.ours for view in await links.links(one.party_id)}
            change = links.accept_link if known[other.party_id] == "suspended" else links.suspend_link
            await change(_process(one).fed, one.party_id, other.party_id, one.now())

    await at(world, one, decide)


async def at(world: World, machine: Machine, work: Callable[[], Awaitable[object]], *, wait: bool = True) -> None:
    """Do something at a machine, if it is on; what is refused or dies there is no mistake of the world's."""
    if machine.process is None:
        return

    async def done() -> None:
        try:
            await work()
        except GalleriaError:
            return

    task = machine.process.spawn(done())
    if wait:
        await world.until(task)


def shop_desk(shop: Machine) -> ShopDesk:
    """The shop's desk as this world makes it."""
    return shop.around.make.shop_desk()


def _process(machine: Machine) -> Process:
    process = machine.process
    assert process is not None, "the deed runs in it"
    return process


PEOPLE_AND_WEATHER: tuple[tuple[Deed, int], ...] = (
    (publish, 20),
    (deliver, 8),
    (sell_at_the_till, 8),
    (buy, 20),
    (crowd, 6),
    (tell, 12),
    (kill, 10),
    (part, 5),
    (mend, 8),
    (back_up, 4),
    (restore, 3),
    (rotate, 3),
    (suspend, 3),
    (lose_copy, 2),
    (move, 2),
)
