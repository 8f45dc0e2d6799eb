"""Opening day: the hub's party and operator, then the boutiques, one process for each shop node, side by side.

Everything goes through the services that `galleria hub init`, `galleria shops add` and the console use, each inside the
database of its own node. A second run on the same state finds what the first one opened and goes on from there.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from federation.node import accounts, clock, signin
from federation.node.database import atomic
from federation.node.settings import NodeSettings
from federation.service import parties
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import open_hub
from marketplace.cli.children import Child
from marketplace.cli.errors import CommandError
from marketplace.cli.postgres import log_end
from marketplace.cli.processes import HUB, SHOP_NODE
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.composition import build_hub
from marketplace.demo.catalogs import catalog_shops
from marketplace.demo.fleet import Fleet
from marketplace.demo.journal import Entry, Journal
from marketplace.demo.layout import DemoNode
from marketplace.demo.opener import Order
from marketplace.demo.world.boutiques import house_names
from marketplace.listings import indexer
from marketplace.settings import HubSettings
from shops.settings import ShopNodeSettings

HUB_NAME = "Galleria"
OPERATOR_EMAIL = "operator@galleria.example"
LINK_TTL = timedelta(hours=12)
"""The demo's sign-in links are meant to be read from a terminal some time later."""

_SETTINGS: dict[str, type[NodeSettings]] = {HUB.name: HubSettings, SHOP_NODE.name: ShopNodeSettings}
_LOOK_SECONDS = 0.2


class OpenShop(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique of the demo that stands open: on which node, who owns it, how many products it has brought."""

    node: DemoNode
    shop_id: PartyId
    handle: str
    name: str
    owner_email: str
    products: int = 0


class Opened(msgspec.Struct, frozen=True):
    """The hub and its boutiques."""

    hub_id: PartyId
    shops: tuple[OpenShop, ...]


async def open_the_hub(fleet: Fleet) -> PartyId:
    """The hub's party with its operator, and an index to search from the first page on; what exists stays as it is.

    Needs only the hub's database. Call before the hub's processes run: the index has one writer.
    """
    node = fleet.layout.hub
    settings = fleet.settings_of(node, HubSettings)
    async with fleet.inside(node), atomic():
        opened = await open_hub(settings, HUB_NAME, OPERATOR_EMAIL, clock.now())
    if opened.root_seed is not None:
        write_recovery_file(recovery_folder(settings), opened.hub_id, opened.root_seed)
    catalog = build_hub(settings).catalog
    if not catalog.exists():
        async with fleet.inside(node):
            await indexer.reindex(catalog)
    return opened.hub_id


async def open_boutiques(fleet: Fleet, hub_id: PartyId) -> Opened:
    """Have every boutique opened with its catalogue and a proposal to the hub, on all shop nodes at once.

    Raises CommandError with the end of its log when a node's opener fails.
    """
    nodes = fleet.layout.shop_nodes
    houses = house_names()[: fleet.layout.boutiques]
    at_node = {node: houses[place :: len(nodes)] for place, node in enumerate(nodes)}
    if fleet.layout.catalogs is not None:
        guests = tuple(shop.name for shop in await asyncio.to_thread(catalog_shops, fleet.layout.catalogs))
        at_node = {node: (*its, *guests[place :: len(nodes)]) for place, (node, its) in enumerate(at_node.items())}
        houses = (*houses, *guests)
    journals = {node: _journal(fleet, node, hub_id) for node in at_node}
    unfinished = [node for node in at_node if not all(map(journals[node].is_done, at_node[node]))]
    await _until_ended(fleet, [_start_opener(fleet, node, at_node[node], hub_id) for node in unfinished])
    for node in unfinished:
        journals[node] = _journal(fleet, node, hub_id)
    node_of = {house: node for node, its in at_node.items() for house in its}
    return Opened(hub_id, tuple(_shop(node_of[house], journals[node_of[house]].entry(house)) for house in houses))


def _journal(fleet: Fleet, node: DemoNode, hub_id: PartyId) -> Journal:
    return Journal(fleet.state.node(node.name) / "opened.json", hub_id)


def _start_opener(fleet: Fleet, node: DemoNode, houses: Sequence[str], hub_id: PartyId) -> Child:
    order = Order(
        houses=tuple(houses),
        hub_id=hub_id,
        hub_profile=parties.profile_url(fleet.settings_of(fleet.layout.hub, HubSettings), hub_id),
        journal=str(fleet.state.node(node.name) / "opened.json"),
        catalogs=None if fleet.layout.catalogs is None else str(fleet.layout.catalogs),
    )
    command = (sys.executable, "-P", "-m", "marketplace.demo.opener", msgspec.json.encode(order).decode())
    return fleet.run_once(f"{node.name}-opening", node, command)


async def _until_ended(fleet: Fleet, openers: Sequence[Child]) -> None:
    """Wait for all; the first that fails takes the others with it."""
    running = list(openers)
    try:
        while running:
            await asyncio.sleep(_LOOK_SECONDS)
            running = [child for child in running if _is_running(child)]
    finally:
        for child in openers:
            await asyncio.to_thread(fleet.stop_once, child)


def _is_running(opener: Child) -> bool:
    """Whether it has work left; raises CommandError with the end of its log when it failed."""
    code = opener.exit_code()
    if code:
        raise CommandError(f"{opener.spec.name} failed; the end of its log says:\n{log_end(opener.spec.log)}")
    return code is None


def _shop(node: DemoNode, entry: Entry | None) -> OpenShop:
    if entry is None:
        raise CommandError(f"a boutique of {node.name} was not opened; start the demo again")
    return OpenShop(
        node=node,
        shop_id=entry.shop_id,
        handle=entry.handle,
        name=entry.name,
        owner_email=entry.owner_email,
        products=entry.products,
    )


async def sign_in_link(fleet: Fleet, node: DemoNode, email: str, next_path: str) -> str:
    """A fresh one-time link for somebody known to a node."""
    (link,) = await sign_in_links(fleet, node, [(email, next_path)])
    return link


async def sign_in_links(fleet: Fleet, node: DemoNode, wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Fresh one-time links for people known to a node; each wish is (e-mail, where the link leads)."""
    settings = fleet.settings_of(node, _SETTINGS[node.kind.name])
    ttl_seconds = int(LINK_TTL.total_seconds())
    made = []
    async with fleet.inside(node), atomic():
        for email, next_path in wanted:
            account = await accounts.account_by_email(email)
            if account is None:
                raise CommandError(f"{email} is not known to {node.name}: this state folder was not made by the demo")
            made.append(await signin.create_link(settings, account.id, clock.now(), next_path, ttl_seconds))
    return made
