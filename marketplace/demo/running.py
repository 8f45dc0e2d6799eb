"""The whole demo from nothing to ready: engines, boutiques, processes, links, and a complete index."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.service import links
from federation.vocabulary.errors import PeerError
from marketplace.accounts.setup import hub_id
from marketplace.cli.children import Children
from marketplace.cli.errors import CommandError
from marketplace.cli.progress import Progress
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import Supervisor
from marketplace.composition import build_hub
from marketplace.demo.browser import Browser
from marketplace.demo.fleet import Fleet
from marketplace.demo.layout import DEFAULT_PORT, DemoLayout, layout
from marketplace.demo.opening import Opened, open_all, propose_links
from marketplace.demo.published import published_products
from marketplace.listings import boutiques
from marketplace.settings import HubSettings
from search.query import RESULTS_MAX

COMPLETE_TIMEOUT_SECONDS = 180.0
_LOOK_SECONDS = 0.5
_CHOICE_FILE = "demo.json"
PER_PAGE = 24
FOUND_MAX = RESULTS_MAX // PER_PAGE * PER_PAGE
"""How many products can be paged through in one search."""


class Ready(msgspec.Struct, frozen=True):
    """The running demo."""

    fleet: Fleet
    opened: Opened


class _KeptChoice(msgspec.Struct, frozen=True):
    """What must stay the same on a state folder: the parties' identities name their nodes' addresses."""

    port: int


def chosen_layout(state: StateFolder, port: int | None) -> DemoLayout:
    """The layout of this state folder; its first run decides the ports. Raises CommandError for another wish."""
    kept = state.path / _CHOICE_FILE
    if not kept.exists():
        return layout(port or DEFAULT_PORT)
    before = msgspec.json.decode(kept.read_bytes(), type=_KeptChoice)
    if port not in {None, before.port}:
        raise CommandError(
            f"the boutiques in {state.path} live on port {before.port} and after, and their identities say so: "
            f"leave --port {port} out, or name another folder with --state"
        )
    return layout(before.port)


def _keep_choice(state: StateFolder, whole: DemoLayout) -> None:
    """From now on this state folder's parties name these addresses."""
    (state.path / _CHOICE_FILE).write_bytes(msgspec.json.encode(_KeptChoice(whole.hub.port)))


@asynccontextmanager
async def running(state: StateFolder, whole: DemoLayout, progress: Progress) -> AsyncIterator[Ready]:
    """Start everything and wait until the hub lists what the boutiques publish; stop everything afterwards."""
    with state.held(), Children() as children:
        async with Supervisor(state.pids, progress.say) as supervisor:
            fleet = Fleet(state, whole, children, supervisor, progress)
            await fleet.start_engines()
            _keep_choice(state, whole)
            opened, _ = await asyncio.gather(open_all(fleet, progress), fleet.share_fonts())
            await fleet.start_web()
            await fleet.start_workers()
            with progress.phase("link the boutiques with the hub"):
                await propose_links(fleet, opened)
                await _accept_links(fleet, opened)
            with progress.phase("wait until the hub lists everything"):
                await _until_complete(fleet, opened)
            yield Ready(fleet, opened)


async def _accept_links(fleet: Fleet, opened: Opened) -> None:
    """The operator's part: let every boutique in that has asked, as they ask."""
    node = fleet.layout.hub
    hub = build_hub(fleet.settings_of(node, HubSettings))
    waiting = {shop.shop_id for shop in opened.shops}
    deadline = monotonic() + COMPLETE_TIMEOUT_SECONDS
    async with fleet.inside(node):
        while waiting:
            for link in await links.links(await hub_id()):
                if link.state == "proposed" and link.proposed_by == "remote":
                    async with atomic():
                        await boutiques.accept(hub, link.remote_id, clock.now())
                if link.state == "accepted":
                    waiting.discard(link.remote_id)
            if monotonic() > deadline:
                raise CommandError(f"{len(waiting)} boutiques never reached the hub; see {fleet.state.logs}")
            await asyncio.sleep(_LOOK_SECONDS)


async def published(fleet: Fleet, opened: Opened) -> dict[str, frozenset[str]]:
    """What each boutique's own signed log says it sells, by shop id."""
    node = fleet.layout.hub
    hub = build_hub(fleet.settings_of(node, HubSettings))
    async with fleet.inside(node):
        return {
            shop.shop_id: await published_products(hub.federation, opened.hub_id, shop.shop_id, clock.now())
            for shop in opened.shops
        }


async def _first_published(fleet: Fleet, opened: Opened, deadline: float) -> dict[str, frozenset[str]]:
    """What the boutiques sell, as soon as all of them have heard that they are linked and answer."""
    while True:
        try:
            return await published(fleet, opened)
        except PeerError:
            if monotonic() > deadline:
                raise
        await asyncio.sleep(_LOOK_SECONDS)


async def _until_complete(fleet: Fleet, opened: Opened) -> None:
    deadline = monotonic() + COMPLETE_TIMEOUT_SECONDS
    told = await _first_published(fleet, opened, deadline)
    wanted = {shop_id: len(products) for shop_id, products in told.items()}
    async with Browser(fleet.layout.hub.url) as browser:
        while True:
            answer = await browser.get_json("/api/v1/listings")
            listed = {shop["shop_id"]: shop["listings"] for shop in answer["shops"]}
            found = await _found(browser) if listed == wanted else 0
            if found == min(sum(wanted.values()), FOUND_MAX):
                return
            if monotonic() > deadline:
                raise CommandError(
                    f"the hub lists {sum(listed.values())} of {sum(wanted.values())} products and finds {found}; "
                    f"see {fleet.state.logs}"
                )
            await asyncio.sleep(_LOOK_SECONDS)


async def _found(browser: Browser) -> int:
    """How many different products a search for nothing in particular shows, page after page as far as pages go."""
    found: set[tuple[str, str]] = set()
    for page in range(1, FOUND_MAX // PER_PAGE + 1):
        hits = (await browser.get_json(f"/api/v1/search?q=&page={page}"))["hits"]
        found |= {(hit["shop_id"], hit["product_id"]) for hit in hits}
        if len(hits) < PER_PAGE:
            break
    return len(found)
