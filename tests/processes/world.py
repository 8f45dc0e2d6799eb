"""A small Galleria of real processes for the kill tests: hub, two shop nodes, stand-in, PostgreSQL, broker.

Started by the demo's own fleet and supervisor, with boutiques of its own. The hub and the second shop node live behind
wires that can misbehave. Nothing here looks into a process: everything is asked over HTTP or read from the databases.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
from rich.console import Console

from federation.node import clock
from federation.node.database import atomic
from federation.service import links, parties
from federation.service.context import create_federation
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import open_hub
from marketplace.cli.children import Children, ChildSpec
from marketplace.cli.probes import web_probe
from marketplace.cli.processes import web_command
from marketplace.cli.progress import Progress
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import NodeProcess, Supervisor
from marketplace.composition import build_hub
from marketplace.demo.check.staff import Operator, ship_open_orders
from marketplace.demo.fleet import Fleet
from marketplace.demo.layout import DEFAULT_PORT, HOST, DemoLayout, DemoNode, kept_secret, layout
from marketplace.demo.opening import OPERATOR_EMAIL, Opened, OpenShop
from marketplace.demo.running import Ready, published
from marketplace.demo.world.making import DemoBoutique
from marketplace.hub import Hub
from marketplace.listings import boutiques
from marketplace.settings import HubSettings
from shops import service as shop_service
from shops.desk import BoutiqueDesk
from shops.importers.domain.report import ImportReport
from shops.importers.service import import_jsonl
from shops.settings import ShopNodeSettings
from tests.processes.goods import BOUTIQUES, STOCK, variant_id
from tests.processes.waiting import until, until_none
from tests.processes.wire import Wire
from tests.support.boutiques import catalog_lines
from tests.support.loopback import free_port

READY_SECONDS = 60.0


class Shelf(msgspec.Struct, frozen=True):
    """A product that one test has to itself."""

    shop: OpenShop
    product_id: str

    def line(self, size: str, quantity: int = 1) -> dict[str, Any]:
        """A line of a checkout."""
        return {
            "shop_id": self.shop.shop_id,
            "product_id": self.product_id,
            "variant_id": variant_id(self.product_id, size),
            "quantity": quantity,
        }


class WiredFleet(Fleet):
    """The demo's fleet with some nodes behind wires: they are known by the wire's port and listen on another."""

    wires: dict[str, Wire]

    def _web(self, node: DemoNode) -> NodeProcess:
        wire = self.wires.get(node.name)
        port = node.port if wire is None else wire.target_port
        spec = ChildSpec(
            name=f"{node.name}-web",
            command=web_command(node.kind, HOST, port),
            environment=self._environment(node),
            log=self.state.logs / f"{node.name}-web.log",
            directory=self.state.node(node.name),
        )
        return NodeProcess(spec, self._children, web_probe(port))

    async def start_worker(self, node: DemoNode) -> None:
        """Start the worker of a node that is not part of the layout."""
        await self.supervisor.start(self._worker(node))

    def environment(self, node: DemoNode) -> dict[str, str]:
        """What a process of this node is started with, for programs run beside it."""
        return self._environment(node)


class World:
    """The running marketplace, and what tests do to it."""

    def __init__(self, fleet: WiredFleet, opened: Opened) -> None:
        self.fleet = fleet
        self.opened = opened
        self.supervisor = fleet.supervisor
        self.shops = {shop.handle: shop for shop in opened.shops}
        self.shop_nodes = list(fleet.layout.shop_nodes)
        self._unused = {made.profile.handle: iter([product.id for product in made.products[1:]]) for made in BOUTIQUES}
        self.hub = fleet.layout.hub
        self.standin = fleet.layout.standin
        self.http = httpx.AsyncClient(timeout=httpx.Timeout(20.0), limits=httpx.Limits(max_connections=60))

    def shelf(self, handle: str) -> Shelf:
        """A product of a boutique that nobody has touched."""
        return Shelf(self.shops[handle], next(self._unused[handle]))

    def one_shelf(self, handle: str) -> Shelf:
        """A product of a boutique that tests share who buy nothing of it."""
        return Shelf(self.shops[handle], f"{handle}-00")

    def node_of(self, handle: str) -> DemoNode:
        """Where a boutique lives."""
        return self.shops[handle].node

    def adopt(self, shop: OpenShop) -> None:
        """Count a boutique on a node of its own among those that everything is added up over."""
        self.shop_nodes.append(shop.node)
        self.opened = msgspec.structs.replace(self.opened, shops=(*self.opened.shops, shop))

    def wire(self, name: str) -> Wire:
        """The wire into a node."""
        return self.fleet.wires[name]

    def built_hub(self) -> Hub:
        """The hub composed in this process, with the settings of its own processes."""
        return build_hub(self.fleet.settings_of(self.hub, HubSettings))

    # Reading and changing rows

    async def rows(self, node: DemoNode, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Ask a node's own database."""
        connection = await asyncpg.connect(self.fleet.postgres.urls(node.database).app)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def value(self, node: DemoNode, sql: str, *values: Any) -> Any:
        """The first value of the first row, or None."""
        found = await self.rows(node, sql, *values)
        return found[0][0] if found else None

    async def act(self, node: DemoNode, sql: str, *values: Any) -> None:
        """Change a node's rows: only to let time pass that a test cannot wait for."""
        await self.rows(node, sql, *values)

    @asynccontextmanager
    async def locked(self, node: DemoNode, statement: str) -> AsyncIterator[None]:
        """Hold what `statement` locks: whoever needs it waits there."""
        connection = await asyncpg.connect(self.fleet.postgres.urls(node.database).app)
        try:
            async with connection.transaction():
                await connection.execute(statement)
                yield
        finally:
            await connection.close()

    async def leases_end(self, node: DemoNode) -> None:
        """Let the leases of a dead worker run out now instead of within a minute."""
        await self.act(node, "UPDATE node_outbox SET due_at = now() WHERE state = 'due' AND due_at > now()")

    # Killing and waiting

    async def kill(self, *names: str) -> None:
        """End processes as a crash would, all at about the same moment; the supervisor starts them again."""
        await asyncio.gather(*(self.supervisor.kill(name) for name in names))

    async def back(self, *names: str) -> None:
        """Wait until these processes answer again."""
        for name in names:
            await self.supervisor.until_ready(name, READY_SECONDS)

    def pid(self, name: str) -> int:
        """The process (and process group) the supervisor runs under this name now."""
        return int((self.fleet.state.pids / f"{name}.pid").read_text())

    def freeze(self, name: str) -> None:
        """Stop a process without ending it: its sockets stay open, nobody answers."""
        os.killpg(self.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        os.killpg(self.pid(name), signal.SIGCONT)

    # What people do

    async def ship(self, *handles: str) -> None:
        """As the boutiques' owners: ship whatever is open, in the portal."""
        ready = Ready(self.fleet, self.opened)
        await asyncio.gather(*(ship_open_orders(ready, self.shops[handle]) for handle in handles))

    async def give_one_back(self, token: str, handle: str) -> None:
        """As the operator: refund one piece of a boutique's part of an order."""
        operator = Operator(Ready(self.fleet, self.opened))
        async with operator.browser:
            await operator.sign_in()
            await operator.refund_one(token, self.shops[handle].shop_id)

    async def bring_in(self, handle: str, lines: Iterable[bytes]) -> None:
        """As a boutique: import lines of a file, all of them good."""
        report = await self.import_file(handle, lines)
        assert not report.faults, report.faults[0]

    async def import_file(self, handle: str, lines: Iterable[bytes]) -> ImportReport:
        """As a boutique: import lines of a file."""
        node, shop = self.node_of(handle), self.shops[handle]
        settings = self.fleet.settings_of(node, ShopNodeSettings)
        async with self.fleet.inside(node):
            return await import_jsonl(settings, shop.shop_id, lines, clock.now())

    async def command(self, node: DemoNode, *arguments: str) -> asyncio.subprocess.Process:
        """As a node's operator: start a `galleria` command beside its processes."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "marketplace.cli.main", *arguments),
            env=self.fleet.environment(node),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    # The payment provider's levers

    async def pull(self, what: str, of: str = "", **more: int | str) -> None:
        """Pull one of the stand-in's levers."""
        await self._lever("POST", "pull", {"what": what, "id": of, **more})

    async def misfortune(self, kind: str, path: str, times: int = 1, seconds: float = 0.0) -> None:
        """Have something happen to the provider's next calls or event deliveries."""
        await self._lever("POST", "faults", {"kind": kind, "path": path, "times": times, "seconds": seconds})

    async def misfortunes(self) -> list[Any]:
        """Those that did not happen yet."""
        return list((await self._lever("GET", "faults")).json())

    async def forget_misfortunes(self) -> None:
        """Let nothing go wrong any more."""
        await self._lever("DELETE", "faults")

    async def at_provider(self, kind: str) -> list[dict[str, Any]]:
        """The provider's objects of a kind, oldest first."""
        return list((await self._lever("GET", f"objects/{kind}")).json())

    async def _lever(self, method: str, path: str, content: object = None) -> httpx.Response:
        key = kept_secret(self.fleet.state, self.standin.name, "api-key").read_text()
        address = f"{self.standin.url}/levers/{path}"
        answer = await self.http.request(method, address, json=content, headers={"Authorization": f"Bearer {key}"})
        assert answer.is_success, answer.text
        return answer


def descendants(pid: int) -> list[int]:
    """Every process below one, however deep, whatever group it is in."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


@asynccontextmanager
async def running_world(fonts: Path) -> AsyncIterator[World]:
    """Start everything, wait until the hub lists what the boutiques publish; leave nothing behind.

    `fonts` is the folder of made sets, which takes seconds to fill.
    """
    folder = Path(tempfile.mkdtemp(prefix="galleria-proof-"))
    state = StateFolder(folder)
    usual = layout(DEFAULT_PORT)
    whole = DemoLayout(
        hub=msgspec.structs.replace(usual.hub, port=free_port()),
        shop_nodes=tuple(msgspec.structs.replace(node, port=free_port()) for node in usual.shop_nodes[:2]),
        standin=msgspec.structs.replace(usual.standin, port=free_port()),
    )
    wires = {node.name: Wire(node.port, free_port()) for node in (whole.hub, whole.shop_nodes[1])}
    progress = Progress(Console(stderr=True, quiet=not os.environ.get("GALLERIA_TEST_TALK")))
    try:
        with state.held(), Children() as children:
            async with Supervisor(state.pids, progress.say) as supervisor:
                fleet = WiredFleet(state, whole, children, supervisor, progress)
                fleet.wires = wires
                shutil.copytree(fonts, state.node(fleet.layout.nodes[0].name) / "fonts")
                world = await _opened(fleet)
                async with world.http:
                    yield world
    finally:
        for wire in wires.values():
            wire.close()
        if not os.environ.get("GALLERIA_TEST_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


async def _opened(fleet: WiredFleet) -> World:
    await fleet.start_engines()
    hub_settings = fleet.settings_of(fleet.layout.hub, HubSettings)
    async with fleet.inside(fleet.layout.hub), atomic():
        hub = await open_hub(hub_settings, "Galleria", OPERATOR_EMAIL, clock.now())
    shops = [await _open_shop(fleet, boutique) for boutique in BOUTIQUES]
    opened = Opened(hub.hub_id, tuple(shops))
    for wire in fleet.wires.values():
        await wire.open()
    await fleet.share_fonts()
    await fleet.start_web()
    await fleet.start_workers()
    await _propose_links(fleet, opened)
    world = World(fleet, opened)
    await _let_in(world)
    await until("the hub lists every product with its stock", lambda: is_listed(world), READY_SECONDS, 0.3)
    return world


async def _propose_links(fleet: Fleet, opened: Opened) -> None:
    """Every boutique that has no link with the hub asks for one, at the address of the hub's profile."""
    hub_profile = parties.profile_url(fleet.settings_of(fleet.layout.hub, HubSettings), opened.hub_id)
    for node in fleet.layout.shop_nodes:
        settings = fleet.settings_of(node, ShopNodeSettings)
        federation = create_federation(settings, shop_desk=BoutiqueDesk())
        async with fleet.inside(node):
            for shop in opened.shops:
                if shop.node == node and not await links.links(shop.shop_id):
                    await links.propose_link(federation, shop.shop_id, hub_profile, clock.now())


async def _open_shop(fleet: WiredFleet, boutique: DemoBoutique) -> OpenShop:
    node = fleet.layout.shop_nodes[boutique.node]
    settings = fleet.settings_of(node, ShopNodeSettings)
    async with fleet.inside(node):
        async with atomic():
            shop = await shop_service.open_shop(settings, boutique.profile, boutique.owner_email, clock.now())
        report = await import_jsonl(settings, shop.shop_id, catalog_lines(boutique), clock.now())
        assert not report.faults, report.faults[0]
    return OpenShop(
        node=node,
        shop_id=shop.shop_id,
        handle=boutique.profile.handle,
        name=boutique.profile.name,
        owner_email=boutique.owner_email,
    )


async def _let_in(world: World) -> None:
    """The operator's part."""
    hub, hub_id = world.built_hub(), world.opened.hub_id
    waiting: set[PartyId] = {shop.shop_id for shop in world.opened.shops}

    async def look() -> set[PartyId]:
        for link in await links.links(hub_id):
            if link.state == "proposed" and link.proposed_by == "remote":
                async with atomic():
                    await boutiques.accept(hub, link.remote_id, clock.now())
            if link.state == "accepted":
                waiting.discard(link.remote_id)
        return waiting

    async with world.fleet.inside(world.hub):
        await until_none("a boutique at the door", look, READY_SECONDS, 0.2)


async def is_listed(world: World) -> bool:
    """Whether the hub lists what the boutiques' signed logs say, with every register of stock."""
    try:
        wanted = await published(world.fleet, world.opened)
    except PeerRefusedError:  # a boutique has not heard yet that it was let in
        return False
    rows = await world.rows(world.hub, "SELECT shop_id, product_id FROM hub_product")
    listed: dict[str, set[str]] = {shop_id: set() for shop_id in wanted}
    for row in rows:
        listed[row["shop_id"]].add(row["product_id"])
    registers = await world.value(world.hub, "SELECT count(*) FROM hub_stock")
    return listed == {key: set(ids) for key, ids in wanted.items()} and registers >= len(rows) * len(STOCK)
