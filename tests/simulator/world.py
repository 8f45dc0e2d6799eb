"""A world of hubs and shops: made once in fair weather, then begun again from its disks for every seed."""

import asyncio
import contextlib
import functools
import hashlib
from collections.abc import Awaitable, Callable, Coroutine

import msgspec

from federation.documents.keys import SigningKey
from federation.node.database import atomic
from federation.node.memory import Disk
from federation.service import catalogue, links, parties
from federation.service.catalogue import Change
from federation.service.own_history import compare_with_hubs
from federation.store.memory.rows import LINKS
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId
from tests.federation.goods import product
from tests.simulator import loop
from tests.simulator.chance import Dice
from tests.simulator.invariants import Checks, ViolationError, head_of
from tests.simulator.machine import Machine, Make, Process, Surroundings, place_of
from tests.simulator.network import Network, Passage
from tests.simulator.shop_desk import ShopDesk
from tests.simulator.truth import Known, ShopTruth

HUBS = ("hub-a", "hub-b")
SHOPS = ("shop-a", "shop-b")
PRODUCTS = 3
PIECES = 3
CALM_SECONDS_MAX = 600.0
SNAPSHOT_SHARE = 0.25
"""Share of worlds in which hubs load a snapshot rather than read more than SHORT_GAP lines."""
SHORT_GAP = 2
SECOND_ROOT = SigningKey.from_seed(b"2" * 32)
"""The lower root key of every party: the one that gets stolen."""


Deed = Callable[["World"], Awaitable[None]]


class Shape(msgspec.Struct, frozen=True):
    """How many nodes of each kind, whether they know each other from the start, whether nobody can reach a shop."""

    hubs: int
    shops: int
    linked: bool = True
    outbound: bool = False


class Base(msgspec.Struct, frozen=True):
    """A world at rest: its disks, who is who, and the time."""

    disks: dict[str, Disk]
    known: dict[str, Known]
    at: float


class World:
    """The machines, the way between them, the truth, and the checkers."""

    def __init__(self, dice: Dice, shape: Shape, base: Base | None = None, make: Make | None = None) -> None:
        self.dice = dice
        self.shape = shape
        self.mistakes: list[str] = []
        self.trace = hashlib.sha256()
        self.backups: dict[str, Disk] = {}
        self.overheard: list[Passage] = []
        self.follows: list[tuple[Machine, Callable[[], Awaitable[object]]]] = []
        self.stolen: dict[str, SigningKey] = {}
        self._background: set[asyncio.Task[object]] = set()
        self.network = Network(dice, self._passed)
        around = Surroundings(dice, self.network, self.mistaken, make or Make())
        around.died = self._died
        if base is not None and dice.happens(SNAPSHOT_SHARE):
            around.log_gap_max = SHORT_GAP
        self.is_over = False
        names = [*((name, "hub") for name in HUBS[: shape.hubs]), *((name, "shop") for name in SHOPS[: shape.shops])]
        disks = {name: base.disks[name].backup() if base else Disk() for name, _ in names}
        self.machines = {name: Machine(name, kind, disks[name], around) for name, kind in names}
        self.hubs = [machine for machine in self.machines.values() if machine.kind == "hub"]
        self.shops = [machine for machine in self.machines.values() if machine.kind == "shop"]
        self.shops[-1].is_outbound = shape.outbound
        self.truths: dict[PartyId, ShopTruth] = {}
        self.checks = Checks(self.hubs, self.shops, self.truths)
        for name, known in (base.known if base else {}).items():
            self._knows(self.machines[name], msgspec.structs.replace(known, keyids=set(known.keyids)))

    def _knows(self, machine: Machine, known: Known) -> None:
        machine.party_id = known.party_id
        self.checks.parties[known.party_id] = known
        if machine.kind == "shop":
            self.truths[known.party_id] = ShopTruth()
        self.watch_disk(machine)

    def watch_disk(self, machine: Machine) -> None:
        """Look at what each commit on a machine's disk makes true."""

        def committed(names: object) -> None:
            now = asyncio.get_running_loop().time()
            if machine.kind == "shop" and "desk_shelf" in names:  # type: ignore[operator]
                self.truths[machine.party_id].note_stock(now, machine.disk)
            if machine.kind == "hub" and "fed_register" in names:  # type: ignore[operator]
                self.checks.note_in_step(machine, now)

        machine.disk.watch = committed
        if machine.kind == "shop":
            self.truths[machine.party_id].remember(machine.disk)

    def _passed(self, passage: Passage) -> None:
        status = None if passage.response is None else passage.response.status
        signature = passage.request.headers.get("signature", "")
        self.note(f"{passage.sender}>{passage.receiver} {passage.request.path} {status} {signature}")
        if passage.request.method == "POST" and passage.receiver in self.machines:
            self.overheard.append(passage)
        try:
            self.checks.watch(passage)
        except ViolationError as error:
            self.mistakes.append(str(error))
        except Exception as error:  # noqa: BLE001 - an edge: a checker that breaks down is a failure, wherever it is
            self.mistakes.append(f"checker: {error!r} at {place_of(error)}")

    def _died(self, machine: Machine) -> None:
        """Switch a machine on again a few seconds after its death."""
        asyncio.get_running_loop().call_later(self.dice.between(0.2, 6.0), self._revive, machine)

    def _revive(self, machine: Machine) -> None:
        if not self.is_over:
            self.process(machine)

    def mistaken(self, what: str) -> None:
        """Note a mistake of ours."""
        self.mistakes.append(what)

    def background(self, work: Coroutine[object, object, object]) -> None:
        """Do something beside everything else; that it fails is nobody's mistake."""

        async def done() -> None:
            with contextlib.suppress(GalleriaError, ConnectionError):
                await work

        task = asyncio.get_running_loop().create_task(done())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def note(self, what: str) -> None:
        """Add to the trace, by which two runs are compared."""
        self.trace.update(f"{asyncio.get_running_loop().time():.6f} {what}\n".encode())

    def start(self) -> None:
        """Switch every machine on."""
        now = asyncio.get_running_loop().time()
        for shop in self.shops:
            if shop.party_id:
                self.truths[shop.party_id].note_stock(now, shop.disk)
        for machine in self.machines.values():
            machine.start()

    def check(self) -> None:
        """Raise ViolationError for the first thing that is not as it must be."""
        if self.mistakes:
            raise ViolationError(self.mistakes[0])
        self.checks.check(asyncio.get_running_loop().time())

    def stop(self) -> None:
        """Switch everything off."""
        self.is_over = True
        for machine in self.machines.values():
            machine.kill()

    async def until(self, task: "asyncio.Task[object]") -> None:
        """Wait for something a process does, or for its death."""
        await asyncio.wait({task})

    def replace_disk(self, machine: Machine, disk: Disk) -> None:
        """Let a machine go on from another disk."""
        if machine.kind == "shop":
            self.truths[machine.party_id].remember(machine.disk)
        machine.kill()
        machine.disk, machine.restored = disk, True
        self.checks.restored(machine)
        self.watch_disk(machine)
        process = machine.start()
        if machine.kind == "shop":
            process.spawn(compare_with_hubs(process.fed, machine.now()))

    async def settle(self) -> None:
        """Wait until everybody agrees; raises ViolationError when that does not come."""
        end = asyncio.get_running_loop().time() + CALM_SECONDS_MAX
        while self.unsettled():
            await self.accept_all()
            if asyncio.get_running_loop().time() > end:
                self.check()
                self.checks.quiet_means_equal()
                raise ViolationError(f"I6: after {CALM_SECONDS_MAX:.0f} s of calm: {self.unsettled()}")
            await asyncio.sleep(5)
            self.check()
        self.checks.quiet_means_equal()

    def unsettled(self) -> list[str]:
        """Why the world is not at rest."""
        return self.checks.differences()

    def is_behind(self, shop: Machine) -> bool:
        """Whether some hub holds lines that a restored shop has lost and has not fetched back yet."""
        own = head_of(shop, shop.party_id)
        copies = [head_of(hub, shop.party_id) for hub in self.hubs]
        return own is not None and any(copy is not None and copy.size > own.size for copy in copies)

    async def create(self) -> None:
        """Make the parties, link them all, publish and stock some things."""
        for machine in self.machines.values():
            made = await self.process(machine).spawn(self._party(machine))
            self._knows(machine, made)
        for machine in self.machines.values():
            machine.kill()
        self.start()
        if self.shape.linked:
            await self.link_all()
        for shop in self.shops:
            await self.process(shop).spawn(self._stock(shop))
        if self.shape.linked:
            await self.settle()

    def process(self, machine: Machine) -> Process:
        """The machine's process; started if there is none."""
        return machine.process or machine.start()

    async def _party(self, machine: Machine) -> Known:
        async with atomic():
            kind = "hub" if machine.kind == "hub" else "shop"
            made = await parties.create_party(
                machine.settings(),
                kind,  # type: ignore[arg-type]
                machine.name,
                machine.now(),
                outbound=machine.is_outbound,
                further_roots=(SECOND_ROOT.public,),
            )
        party = await parties.party(made.party_id)
        keyid = SigningKey.from_seed(party.sign_seed).public.keyid
        return Known(made.party_id, machine.name, made.root_seed, {keyid})

    async def accept_all(self) -> None:
        """Let everybody take back what they have suspended; they do so again when they are reminded of more."""
        for machine in self.machines.values():
            if any(row.link.ours == "suspended" for row in machine.disk.rows(LINKS)):
                await self.until(self.process(machine).spawn(self._accept(machine)))

    async def finish(self) -> None:
        """Let people do again what a death may have cut off; each of it may be done twice."""
        for machine, work in self.follows:
            await self.until(self.process(machine).spawn(self._done(work)))

    async def _done(self, work: Callable[[], Awaitable[object]]) -> None:
        await work()

    async def link_all(self) -> None:
        """Let every shop propose a link to every hub, and every hub accept."""
        for shop in self.shops:
            for hub in self.hubs:
                await self.process(shop).spawn(self._propose(shop, hub))
        await asyncio.sleep(5)
        for hub in self.hubs:
            await self.process(hub).spawn(self._accept(hub))

    async def _propose(self, shop: Machine, hub: Machine) -> None:
        address = parties.profile_url(hub.settings(), hub.party_id)
        await links.propose_link(self.process(shop).fed, shop.party_id, address, shop.now())

    async def _accept(self, machine: Machine) -> None:
        for view in [view for view in await links.links(machine.party_id) if view.ours in {"proposed", "suspended"}]:
            async with atomic():
                await links.accept_link(self.process(machine).fed, machine.party_id, view.remote_id, machine.now())

    async def _stock(self, shop: Machine) -> None:
        async with atomic():
            changes: list[Change] = [product(number) for number in range(PRODUCTS)]
            await catalogue.append(shop.party_id, changes, shop.now())
        desk = ShopDesk()
        for number in range(PRODUCTS):
            await desk.deliver(shop.party_id, f"v{number}", PIECES, shop.now())


@functools.cache
def base_of(shape: Shape) -> Base:
    """A world of that shape at rest."""

    async def make() -> Base:
        world = World(Dice(0), shape)
        await world.create()
        world.stop()
        disks = {name: machine.disk.backup() for name, machine in world.machines.items()}
        known = {machine.name: world.checks.parties[machine.party_id] for machine in world.machines.values()}
        return Base(disks, known, asyncio.get_running_loop().time())

    return loop.run(make())
