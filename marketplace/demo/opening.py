"""Opening day: the hub's party and operator, the boutiques with their catalogues, and their links with the hub.

Everything goes through the services that `galleria hub init`, `galleria shops add` and the console use, each inside the
database of its own node. A second run on the same state finds what the first one opened and goes on from there.
"""

from datetime import timedelta

import msgspec

from federation.node import accounts, clock, signin
from federation.node.database import atomic
from federation.node.settings import NodeSettings
from federation.service import links, parties
from federation.service.context import create_federation
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import open_hub
from marketplace.cli.errors import CommandError
from marketplace.cli.processes import HUB, SHOP_NODE
from marketplace.cli.progress import Progress
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.demo.fleet import Fleet
from marketplace.demo.layout import DemoNode
from marketplace.demo.world.boutiques import BOUTIQUES
from marketplace.demo.world.making import DemoBoutique
from marketplace.settings import HubSettings
from shops import service as shop_service
from shops import store as shop_store
from shops.desk import BoutiqueDesk
from shops.importers.service import import_jsonl
from shops.settings import ShopNodeSettings

HUB_NAME = "Galleria"
OPERATOR_EMAIL = "operator@galleria.example"
LINK_TTL = timedelta(hours=12)
"""The demo's sign-in links are meant to be read from a terminal some time later."""

_SETTINGS: dict[str, type[NodeSettings]] = {HUB.name: HubSettings, SHOP_NODE.name: ShopNodeSettings}


class OpenShop(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique of the demo that stands open: on which node, and who owns it."""

    node: DemoNode
    shop_id: PartyId
    handle: str
    name: str
    owner_email: str


class Opened(msgspec.Struct, frozen=True):
    """The hub and its boutiques."""

    hub_id: PartyId
    shops: tuple[OpenShop, ...]


async def open_all(fleet: Fleet, progress: Progress) -> Opened:
    """The hub and every boutique with its catalogue; what exists already is left as it is. Needs only the databases."""
    with progress.phase("open the hub"):
        hub_id = await _open_hub(fleet)
    with progress.phase(f"open {len(BOUTIQUES)} boutiques and import their catalogues"):
        shops = [await _open_shop(fleet, boutique) for boutique in BOUTIQUES]
    return Opened(hub_id, tuple(shops))


async def _open_hub(fleet: Fleet) -> PartyId:
    node = fleet.layout.hub
    settings = fleet.settings_of(node, HubSettings)
    async with fleet.inside(node), atomic():
        opened = await open_hub(settings, HUB_NAME, OPERATOR_EMAIL, clock.now())
    if opened.root_seed is not None:
        write_recovery_file(recovery_folder(settings), opened.hub_id, opened.root_seed)
    return opened.hub_id


async def _open_shop(fleet: Fleet, boutique: DemoBoutique) -> OpenShop:
    node = fleet.layout.shop_nodes[boutique.node]
    settings = fleet.settings_of(node, ShopNodeSettings)
    async with fleet.inside(node):
        known = {view.handle: view.shop_id for view in await shop_store.boutiques()}
        shop_id = known.get(boutique.profile.handle) or await _add_shop(settings, boutique)
        # Importing again changes nothing that is there, and goes on where an interrupted first run stopped.
        report = await import_jsonl(settings, shop_id, boutique.catalog_lines(), clock.now(), plates=True)
    if report.faults:
        raise CommandError(f"the demo's own catalogue of {boutique.profile.name} has faults: {report.faults[0]}")
    return OpenShop(
        node=node,
        shop_id=shop_id,
        handle=boutique.profile.handle,
        name=boutique.profile.name,
        owner_email=boutique.owner_email,
    )


async def _add_shop(settings: ShopNodeSettings, boutique: DemoBoutique) -> PartyId:
    async with atomic():
        opened = await shop_service.open_shop(settings, boutique.profile, boutique.owner_email, clock.now())
        path = write_recovery_file(recovery_folder(settings), opened.shop_id, opened.root_seed)
        await shop_service.note_recovery_file(opened.shop_id, str(path))
    return opened.shop_id


async def propose_links(fleet: Fleet, opened: Opened) -> None:
    """Every boutique that has no link with the hub asks for one, at the address of the hub's profile."""
    hub_profile = parties.profile_url(fleet.settings_of(fleet.layout.hub, HubSettings), opened.hub_id)
    for node in fleet.layout.shop_nodes:
        settings = fleet.settings_of(node, ShopNodeSettings)
        federation = create_federation(settings, shop_desk=BoutiqueDesk())
        async with fleet.inside(node):
            for shop in opened.shops:
                if shop.node == node and not await links.links(shop.shop_id):
                    await links.propose_link(federation, shop.shop_id, hub_profile, clock.now())


async def sign_in_link(fleet: Fleet, node: DemoNode, email: str, next_path: str) -> str:
    """A fresh one-time link for somebody known to a node."""
    settings = fleet.settings_of(node, _SETTINGS[node.kind.name])
    async with fleet.inside(node), atomic():
        account = await accounts.account_by_email(email)
        if account is None:
            raise CommandError(f"{email} is not known to {node.name}: this state folder was not made by the demo")
        ttl_seconds = int(LINK_TTL.total_seconds())
        return await signin.create_link(settings, account.id, clock.now(), next_path, ttl_seconds)
