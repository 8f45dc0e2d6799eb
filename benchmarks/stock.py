"""How soon a hub knows what a boutique sold, with 150 boutiques at it, and what one huge boutique does to the others.

Run: python -m benchmarks.stock [shops] [seconds] [--huge PRODUCTS [--after]] [--port PORT]. Starts a hub and one shop
node as the demo does: durable PostgreSQL, broker, web processes and workers of their own, signed requests over HTTP on
loopback. The load generator is this process: it corrects counts in the shop node's database as the portal would,
CHANGES_PER_SECOND in all, boutique after boutique, and looks every ten milliseconds into the hub's database how far
each boutique's stock has come. A change counts as seen when the hub's transaction that took it in is visible to
another connection.

With `--huge`, one more boutique with so many products is let in after the first measurement, and the same is measured
again while the hub takes in its catalogue and its stock. With `--after` it is let in before all others, and what is
measured the second time is what it does to them from then on: it corrects HUGE_CHANGES_PER_SECOND counts and publishes
EDITED products anew. The goal is a 99th percentile of the others of at most 1.2 times. One run has few
changes beyond that percentile, so each half's is printed beside it.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from rich.console import Console

from federation.log.records import PRODUCT_TYPE, product_key
from federation.node import clock
from federation.node.database import Database, atomic, fetch, using
from federation.node.seals import Seal
from federation.node.wake import Waker
from federation.service import links, parties
from federation.service.catalogue import Change, append
from federation.service.context import Federation, create_federation
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, ShippingRate, ShopProfile, Size, Theme, Variant
from marketplace.accounts.setup import open_hub
from marketplace.cli.children import Children
from marketplace.cli.progress import Progress
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import Supervisor
from marketplace.composition import build_hub
from marketplace.demo.fleet import Fleet
from marketplace.demo.layout import DemoLayout, DemoNode, kept_secret, layout
from marketplace.listings import boutiques
from marketplace.settings import HubSettings
from shops.catalog.domain.record import product_body
from shops.desk import BoutiqueDesk
from shops.inventory.service import levels
from shops.service import open_shop
from shops.settings import ShopNodeSettings
from shops.store import lock

SHOPS = 150
SECONDS = 25.0
CHANGES_PER_SECOND = 50
PRODUCTS = 20
"""Products of each usual boutique, one piece of stock each."""
LOOK_SECONDS = 0.01
QUIET_LOOKS = 4
PORT = 21_400
PIECES = 1_000
APPEND_AT_ONCE = 2_000
HUGE_CHANGES_PER_SECOND = 50
EDITED = 2_000
EDITED_AT_ONCE = 20
READY_SECONDS = 300.0


class Shop(msgspec.Struct, frozen=True):
    """A boutique and its variants."""

    id: PartyId
    variants: tuple[str, ...]


class Made(msgspec.Struct, frozen=True):
    """A change that the shop node has committed: when, whose, and its number."""

    at: float
    shop_id: PartyId
    vseq: int


def profile(number: int) -> ShopProfile:
    """A boutique that ships in Italy."""
    return ShopProfile(
        handle=f"bench-{number}",
        name=f"Bench {number}",
        town="Lucca",
        country="IT",
        currency="EUR",
        theme=Theme("#E3E7DD", "#1B2A22", "#2F5D3A", 1, "X"),
        shipping=(ShippingRate(("IT",), Money(650, "EUR"), 1, 3),),
    )


def product(product_id: str, edition: int = 1) -> Product:
    """A scarf in one size."""
    size = Size("INT", "one", "One size")
    variant = Variant(
        id=product_id,
        sku=product_id.upper(),
        size=size,
        colour=Colour("Moss", "green"),
        price=Money(4_989 + edition, "EUR"),
    )
    return Product(
        id=product_id, title={"en": f"Scarf {product_id}"}, category="scarves", gender="unisex", variants=(variant,)
    )


async def new_shop(settings: ShopNodeSettings, number: int, products: int) -> Shop:
    """Open a boutique whose log and registers hold so many products."""
    ids = [f"p{number}-{place}" for place in range(products)]
    async with atomic():
        opened = await open_shop(settings, profile(number), f"owner-{number}@bench.example", clock.now())
    for some in _batched(ids):
        bodies = [(one, product_body(product(one), "EUR")) for one in some]
        async with atomic():
            changes = [Change("put", product_key(one), PRODUCT_TYPE, body) for one, body in bodies]
            await append(opened.shop_id, changes, clock.now())
            await lock(opened.shop_id)
            targets = {(one, "main"): PIECES for one in some}
            await levels.set_levels(opened.shop_id, targets, "import", new_id(), clock.now())
    return Shop(opened.shop_id, tuple(ids))


async def publish_anew(shop: Shop, some: Sequence[str]) -> None:
    """A boutique gives some of its products another price."""
    async with atomic():
        bodies = [(one, product_body(product(one, edition=2), "EUR")) for one in some]
        changes = [Change("put", product_key(one), PRODUCT_TYPE, body) for one, body in bodies]
        await append(shop.id, changes, clock.now())


def _batched(ids: Sequence[str], most: int = APPEND_AT_ONCE) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), most):
        yield ids[start : start + most]


class Town:
    """The running hub and shop node."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.hub_node: DemoNode = fleet.layout.hub
        self.shop_node: DemoNode = fleet.layout.shop_nodes[0]
        self.hub_settings = fleet.settings_of(self.hub_node, HubSettings)
        self.shop_settings = fleet.settings_of(self.shop_node, ShopNodeSettings)
        self.hub = build_hub(self.hub_settings)
        self.hub_id = PartyId("")

    @asynccontextmanager
    async def database(self, node: DemoNode, broker_url: str) -> AsyncIterator[Database]:
        """A node's database with a waker, as its web process has them."""
        seal = Seal(kept_secret(self.fleet.state, node.name, "secret-key").read_text().strip())
        database = await Database(seal).start(self.fleet.postgres.urls(node.database).app, pool_max=4)
        waker = Waker(broker_url)
        database.wake = waker.wake
        try:
            yield database
        finally:
            waker.stop()
            await database.stop()

    async def let_in(self, at_shop: Database, at_hub: Database, shops: Sequence[Shop]) -> None:
        """Link boutiques with the hub: each proposes, the operator accepts."""
        federation: Federation = create_federation(self.shop_settings, shop_desk=BoutiqueDesk())
        address = parties.profile_url(self.hub_settings, self.hub_id)
        with using(at_shop):
            for shop in shops:
                await links.propose_link(federation, shop.id, address, clock.now())
        waiting = {shop.id for shop in shops}
        with using(at_hub):
            while waiting:
                for link in await links.links(self.hub_id):
                    if link.remote_id in waiting and link.state == "proposed" and link.proposed_by == "remote":
                        async with atomic():
                            await boutiques.accept(self.hub, link.remote_id, clock.now())
                        waiting.discard(link.remote_id)
                await asyncio.sleep(0.1)

    async def until_in_step(self, at_hub: Database, shops: Sequence[Shop]) -> None:
        """Wait until the hub trusts the stock of all."""
        wanted = {shop.id for shop in shops}
        with using(at_hub):
            async with asyncio.timeout(READY_SECONDS):
                while True:
                    rows = await fetch("SELECT shop_id FROM fed_stock WHERE heard_at IS NOT NULL")
                    live = await fetch("SELECT shop_id FROM fed_replica WHERE state = 'live'")
                    if wanted <= {row["shop_id"] for row in rows} & {row["shop_id"] for row in live}:
                        return
                    await asyncio.sleep(0.3)


async def settled(*databases: Database) -> None:
    """Wait until nothing is due at any node any more: what linking left behind is not what is measured."""
    quiet = 0
    async with asyncio.timeout(READY_SECONDS):
        while quiet < QUIET_LOOKS:
            due = 0
            for database in databases:
                with using(database):
                    rows = await fetch("SELECT count(*) FROM node_outbox WHERE state = 'due' AND due_at < now()")
                due += rows[0][0]
            quiet = 0 if due else quiet + 1
            await asyncio.sleep(0.5)


class Measurement:
    """Changes on their way, and how long those that have arrived took."""

    def __init__(self, before: "Measurement | None" = None) -> None:
        self.pieces: int = PIECES if before is None else before.pieces
        self.pending: list[Made] = []
        self.seconds: list[float] = []

    async def make(
        self, at_shop: Database, shops: Sequence[Shop], seconds: float, per_second: int = CHANGES_PER_SECOND
    ) -> None:
        """Correct counts, evenly spread over time."""
        began = time.monotonic()
        with using(at_shop):
            for number in range(int(seconds * per_second)):
                shop = shops[number % len(shops)]
                self.pieces += 1
                place = (shop.variants[number // len(shops) % len(shop.variants)], "main")
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
                async with atomic():
                    await lock(shop.id)
                    await levels.set_levels(shop.id, {place: self.pieces}, "correction", new_id(), clock.now())
                    row = await fetch("SELECT vseq FROM shop_boutique WHERE shop_id = $1", shop.id)
                self.pending.append(Made(time.monotonic(), shop.id, row[0]["vseq"]))

    async def watch(self, at_hub: Database) -> None:
        """Look how far each boutique's stock has come at the hub."""
        with using(at_hub):
            while True:
                rows = await fetch("SELECT shop_id, vseq_high FROM fed_stock")
                seen, high = time.monotonic(), {row["shop_id"]: row["vseq_high"] for row in rows}
                self.seconds += [seen - one.at for one in self.pending if high.get(one.shop_id, 0) >= one.vseq]
                self.pending = [one for one in self.pending if high.get(one.shop_id, 0) < one.vseq]
                await asyncio.sleep(LOOK_SECONDS)

    def say(self, title: str) -> float:
        """Print the figures; returns the 99th percentile."""
        cuts = statistics.quantiles(self.seconds, n=100)
        middle = len(self.seconds) // 2
        halves = [statistics.quantiles(half, n=100)[98] for half in (self.seconds[:middle], self.seconds[middle:])]
        print(
            f"{title:<34} {len(self.seconds):>5} changes  p50 {1000 * cuts[49]:>5.0f} ms"
            f"  p95 {1000 * cuts[94]:>5.0f} ms  p99 {1000 * cuts[98]:>5.0f} ms (halves"
            f" {1000 * halves[0]:.0f}, {1000 * halves[1]:.0f})"
            f"  slowest {1000 * max(self.seconds):>5.0f} ms  load {os.getloadavg()[0]:.0f}"
        )
        return cuts[98]


async def measured(
    at_shop: Database,
    at_hub: Database,
    shops: Sequence[Shop],
    seconds: float,
    before: Measurement | None = None,
) -> Measurement:
    """Make changes, none of them to a figure that was told before, and watch them arrive, until all have."""
    found = Measurement(before)
    watching = asyncio.create_task(found.watch(at_hub))
    await found.make(at_shop, shops, seconds)
    async with asyncio.timeout(60):
        while found.pending:  # noqa: ASYNC110 - the other task looks into a database
            await asyncio.sleep(0.05)
    watching.cancel()
    return found


async def taken_in(at_hub: Database, shop: Shop) -> tuple[int, int]:
    """How many lines and registers of a boutique the hub has."""
    with using(at_hub):
        rows = await fetch("SELECT coalesce(max(size), 0) FROM fed_log WHERE party_id = $1", shop.id)
        stock = await fetch("SELECT coalesce(max(registers), 0) FROM fed_stock WHERE shop_id = $1", shop.id)
    return rows[0][0], stock[0][0]


async def busy(at_shop: Database, shop: Shop) -> None:
    """What a huge boutique does once it is in: a great edit, and counts corrected all the time.

    The edit is made a few products at a time, for whoever measures is this very process.
    """
    changing, some = Measurement(), iter(_batched(shop.variants[:EDITED], EDITED_AT_ONCE))
    while True:
        with using(at_shop):
            await publish_anew(shop, next(some, ()))
        await changing.make(at_shop, [shop], 0.1, HUGE_CHANGES_PER_SECOND)


async def run(town: Town, count: int, seconds: float, huge: int, *, after: bool) -> None:
    """Open, link, measure, and again with a huge boutique."""
    fleet = town.fleet
    async with fleet.inside(town.hub_node), atomic():
        town.hub_id = (await open_hub(town.hub_settings, "Galleria", "operator@bench.example", clock.now())).hub_id
    at_shop_url, at_hub_url = (fleet.broker.url(node.number) for node in (town.shop_node, town.hub_node))
    async with (
        town.database(town.shop_node, at_shop_url) as at_shop,
        town.database(town.hub_node, at_hub_url) as at_hub,
    ):
        with using(at_shop):
            shops = [await new_shop(town.shop_settings, number, PRODUCTS) for number in range(count)]
            large = await new_shop(town.shop_settings, count, huge) if huge else None
        await fleet.share_fonts()
        await fleet.start_web()
        await fleet.start_workers()
        if large is not None and after:
            began = time.monotonic()
            await town.let_in(at_shop, at_hub, [large])
            await town.until_in_step(at_hub, [large])
            print(f"{huge} products taken in alone within {time.monotonic() - began:.0f} s")
        await town.let_in(at_shop, at_hub, shops)
        await town.until_in_step(at_hub, shops)
        await settled(at_shop, at_hub)
        print(f"{count} boutiques, {CHANGES_PER_SECOND} changes a second in all, {seconds:.0f} s")
        alone = await measured(at_shop, at_hub, shops, seconds)
        usual = alone.say("usual boutiques alone")
        if large is not None:
            beside = await beside_huge(town, (at_shop, at_hub), (shops, large), (seconds, alone), after=after)
            print(f"p99 of the others: {beside / usual:.2f} times")


async def beside_huge(
    town: Town,
    databases: tuple[Database, Database],
    who: tuple[Sequence[Shop], Shop],
    how: tuple[float, Measurement],
    *,
    after: bool,
) -> float:
    """The 99th percentile of usual boutiques while a huge one comes in, or is at work."""
    (at_shop, at_hub), (shops, large), (seconds, alone) = databases, who, how
    if after:
        work = asyncio.create_task(busy(at_shop, large))
        found = (await measured(at_shop, at_hub, shops, seconds, alone)).say(f"beside {len(large.variants)} at work")
        work.cancel()
        return found
    await town.let_in(at_shop, at_hub, [large])
    found = (await measured(at_shop, at_hub, shops, seconds, alone)).say(f"beside {len(large.variants)} coming in")
    lines, registers = await taken_in(at_hub, large)
    print(f"of the huge one the hub has {lines} lines and {registers} registers by now")
    return found


async def main() -> None:
    """Start everything in a folder of its own, and leave nothing behind."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("shops", nargs="?", type=int, default=SHOPS)
    arguments.add_argument("seconds", nargs="?", type=float, default=SECONDS)
    arguments.add_argument("--huge", type=int, default=0)
    arguments.add_argument("--after", action="store_true", help="let the huge one in before all others")
    arguments.add_argument("--port", type=int, default=PORT)
    arguments.add_argument("--logs", type=Path, help="keep the logs of all processes in this folder")
    wanted = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="galleria-bench-"))
    usual = layout(wanted.port)
    whole = DemoLayout(hub=usual.hub, shop_nodes=usual.shop_nodes[:1], standin=usual.standin)
    progress = Progress(Console(stderr=True))
    state = StateFolder(folder)
    try:
        with state.held(), Children() as children:
            async with Supervisor(state.pids, progress.say) as supervisor:
                fleet = Fleet(state, whole, children, supervisor, progress)
                await fleet.start_engines()
                await run(Town(fleet), wanted.shops, wanted.seconds, wanted.huge, after=wanted.after)
    finally:
        if wanted.logs is not None:
            shutil.copytree(state.logs, wanted.logs, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
