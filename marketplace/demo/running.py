"""The whole demo from nothing to ready: engines, processes, boutiques arriving one by one, and a complete index."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from marketplace.cli.children import Children
from marketplace.cli.errors import CommandError
from marketplace.cli.processes import STANDIN
from marketplace.cli.progress import Progress, Step
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import Supervisor
from marketplace.composition import build_hub
from marketplace.demo.browser import Browser
from marketplace.demo.catalogs import catalog_shops
from marketplace.demo.fleet import Fleet
from marketplace.demo.layout import DEFAULT_PORT, DemoLayout, layout
from marketplace.demo.opening import Opened, open_boutiques, open_the_hub
from marketplace.demo.published import published_products
from marketplace.demo.world.boutiques import house_names
from marketplace.hub import Hub
from marketplace.listings import boutiques
from marketplace.settings import HubSettings

T = TypeVar("T")

BOUTIQUES = 150
"""How many boutiques open when nobody says otherwise, as far as there are so many."""

STALLED_SECONDS = 180.0
"""So long may nothing at all arrive before the start is given up."""

FIRST_PAGE, ALL_LIVE = "first page", "all boutiques live"
_LOGS_AT_ONCE = 4
_LOOK_SECONDS = 0.5
_CHOICE_FILE = "demo.json"


class Ready(msgspec.Struct, frozen=True):
    """The running demo."""

    fleet: Fleet
    opened: Opened


class _KeptChoice(msgspec.Struct, frozen=True):
    """What must stay the same on a state folder: the parties' identities name their nodes' addresses.

    `payments` is the simulator that knows the folder's accounts and payments.
    """

    port: int
    boutiques: int = 12
    catalogs: str | None = None
    payments: str = "sandbox"


def chosen_layout(
    state: StateFolder, port: int | None, boutiques_wanted: int | None = None, catalogs: Path | None = None
) -> DemoLayout:
    """The layout of this state folder; its first run decides the ports, and no later one closes a boutique.

    Raises CommandError for another wish.
    """
    kept = state.path / _CHOICE_FILE
    most = len(house_names())
    if not kept.exists():
        chosen = layout(port or DEFAULT_PORT, min(boutiques_wanted or BOUTIQUES, most))
        return msgspec.structs.replace(chosen, catalogs=catalogs)
    before = msgspec.json.decode(kept.read_bytes(), type=_KeptChoice)
    if before.payments != STANDIN.name:
        raise CommandError(
            f"the boutiques in {state.path} have their accounts at a payment simulator that is no more: "
            "remove the folder, or name another one with --state"
        )
    if port not in {None, before.port}:
        raise CommandError(
            f"the boutiques in {state.path} live on port {before.port} and after, and their identities say so: "
            f"leave --port {port} out, or name another folder with --state"
        )
    kept_catalogs = Path(before.catalogs) if before.catalogs is not None else None
    if catalogs is not None and kept_catalogs not in {None, catalogs}:
        raise CommandError(f"boutiques in {state.path} came from {kept_catalogs}: leave --catalogs {catalogs} out")
    chosen = layout(before.port, min(max(boutiques_wanted or 0, before.boutiques), most))
    return msgspec.structs.replace(chosen, catalogs=catalogs or kept_catalogs)


def _keep_choice(state: StateFolder, whole: DemoLayout) -> None:
    """From now on this state folder's parties name these addresses."""
    catalogs = None if whole.catalogs is None else str(whole.catalogs)
    choice = _KeptChoice(whole.hub.port, whole.boutiques, catalogs, STANDIN.name)
    (state.path / _CHOICE_FILE).write_bytes(msgspec.json.encode(choice))


@asynccontextmanager
async def running(state: StateFolder, whole: DemoLayout, progress: Progress) -> AsyncIterator[Ready]:
    """Start everything and wait until the hub lists what the boutiques publish; stop everything afterwards.

    Pages are served as soon as there is a hub, while boutiques still arrive.
    """
    with state.held(), Children() as children:
        async with Supervisor(state.pids, progress.say) as supervisor:
            fleet = Fleet(state, whole, children, supervisor, progress)
            async with _beside(fleet.share_fonts()) as fonts:
                await fleet.start_engines()
                _keep_choice(state, whole)
                hub_id = await open_the_hub(fleet)
                async with _beside(open_boutiques(fleet, hub_id)) as opening:
                    await fonts
                    await fleet.start_web()
                    await _show_first_page(fleet, progress)
                    await fleet.start_workers()
                    with progress.phase("let the boutiques arrive") as step:
                        opened = await _all_arrived(fleet, opening, step)
            progress.milestone(ALL_LIVE)
            yield Ready(fleet, opened)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, T]) -> AsyncIterator["asyncio.Future[T]"]:
    """Let `work` go on while the block runs; what it has not done by the block's end is called off."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _show_first_page(fleet: Fleet, progress: Progress) -> None:
    """The storefront's home page has been seen whole; people may look while the rest arrives."""
    async with Browser(fleet.layout.hub.url) as browser:
        await browser.open("/")
    progress.milestone(FIRST_PAGE)
    progress.say(f"the storefront is at {fleet.layout.hub.url}/")


async def _all_arrived(fleet: Fleet, opening: "asyncio.Future[Opened]", step: Step) -> Opened:
    """Be the operator: let in whoever asks, until every boutique's products are listed, in stock and found."""
    node, told, changed_at = fleet.layout.hub, "", monotonic()
    guests = () if fleet.layout.catalogs is None else await asyncio.to_thread(catalog_shops, fleet.layout.catalogs)
    expected = fleet.layout.boutiques + len(guests)
    hub = build_hub(fleet.settings_of(node, HubSettings))
    async with fleet.inside(node), Browser(node.url) as browser:
        while True:
            arrived = await _admit(hub)
            figure = f"{arrived} of {expected} boutiques have arrived"
            if opening.done():
                missing = await _missing(browser, opening.result())
                if not missing and arrived >= expected:
                    return opening.result()
                figure += f", {missing} products still on their way"
            if figure != told:
                told, changed_at = figure, monotonic()
                step.tell(figure)
            if monotonic() - changed_at > STALLED_SECONDS:
                raise CommandError(f"{told}, and nothing has moved for long; see {fleet.state.logs}")
            await asyncio.sleep(_LOOK_SECONDS)


async def _admit(hub: Hub) -> int:
    """Accept every proposal; returns how many boutiques are here with their whole catalogue and their stock."""
    arrived = 0
    for row in await boutiques.boutiques(clock.now()):
        if row.link_state == "proposed" and row.proposed_by_shop:
            async with atomic():
                await boutiques.accept(hub, row.shop_id, clock.now())
        arrived += row.replica_state == "live" and row.last_heard_at is not None and not row.behind
    return arrived


async def _missing(browser: Browser, opened: Opened) -> int:
    """How many of the boutiques' products the hub does not list, or does not find."""
    answer = await browser.get_json("/api/v1/listings")
    listed = {shop["shop_id"]: shop["listings"] for shop in answer["shops"]}
    missing: int = sum(abs(shop.products - listed.get(shop.shop_id, 0)) for shop in opened.shops)
    if missing:
        return missing
    found: int = (await browser.get_json("/api/v1/search?q="))["total"]
    return abs(sum(shop.products for shop in opened.shops) - found)


async def published(fleet: Fleet, opened: Opened) -> dict[str, dict[str, str]]:
    """What each boutique's own signed log says it sells, by shop id: product id to the leaf that says so."""
    node = fleet.layout.hub
    hub = build_hub(fleet.settings_of(node, HubSettings))
    gate = asyncio.Semaphore(_LOGS_AT_ONCE)

    async def read(shop_id: PartyId) -> dict[str, str]:
        async with gate:
            return await published_products(hub.federation, opened.hub_id, shop_id, clock.now())

    async with fleet.inside(node):
        logs = await asyncio.gather(*(read(shop.shop_id) for shop in opened.shops))
    return {shop.shop_id: log for shop, log in zip(opened.shops, logs, strict=True)}
