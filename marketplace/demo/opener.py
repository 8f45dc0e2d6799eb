"""One process that opens one shop node's boutiques: their parties, their catalogues, and a proposal to the hub each.

Run by `marketplace.demo.opening` with the node's own environment, beside the node's web and worker. Each boutique asks
to be linked as soon as its catalogue is in, so that the first are on sale while the last are still being unpacked.
Steps aside for the processes that serve pages.
"""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.service import links
from federation.service.context import Federation, create_federation
from federation.vocabulary.errors import ConflictError, PeerError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from marketplace.cli.errors import CommandError
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.demo.catalogs import bring_in as bring_in_catalogs
from marketplace.demo.catalogs import catalog_shops
from marketplace.demo.journal import CATALOG_PREFIX, Entry, Journal, made_from
from marketplace.demo.world.boutiques import boutique as boutique_of
from marketplace.demo.world.exporting import write_export
from marketplace.demo.world.making import DemoBoutique
from shops import service as shop_service
from shops import store as shop_store
from shops.desk import BoutiqueDesk
from shops.importers.domain.report import ImportReport
from shops.importers.service import (
    ImportChoices,
    Source,
    bounded_lines,
    import_file,
    jsonl_file,
    save_choices,
    shopify_file,
)
from shops.settings import ShopNodeSettings

NICENESS = 10
PROPOSE_FOR = timedelta(minutes=5)
_PAUSE_SECONDS = 0.5


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one opener is to do: `houses` by name, in this order, noting in `journal` what is done.

    Names of boutiques made from export files are looked up in the folder `catalogs`.
    """

    houses: tuple[str, ...]
    hub_id: PartyId
    hub_profile: str
    journal: str
    catalogs: str | None = None


async def open_boutiques(settings: ShopNodeSettings, order: Order) -> None:
    """Open what is not open yet. Call with the node's database bound, outside a transaction."""
    journal = Journal(Path(order.journal), order.hub_id)
    federation = create_federation(settings, shop_desk=BoutiqueDesk())
    known = {view.handle: view.shop_id for view in await shop_store.boutiques()}
    waiting: list[Entry] = []
    for house in order.houses:
        if journal.is_done(house) or house.startswith(CATALOG_PREFIX):
            continue
        entry = journal.entry(house) or await _open(settings, order, known, house)
        journal.note(entry)
        waiting = await _propose(federation, order, journal, [*waiting, entry])
    if order.catalogs is not None:
        entries = await _open_guests(settings, order, journal, known)
        waiting = await _propose(federation, order, journal, [*waiting, *entries])
    deadline = monotonic() + PROPOSE_FOR.total_seconds()
    while waiting:
        if monotonic() > deadline:
            raise CommandError(f"the hub at {order.hub_profile} answered none of {len(waiting)} boutiques")
        await asyncio.sleep(_PAUSE_SECONDS)
        waiting = await _propose(federation, order, journal, waiting)


async def _open(settings: ShopNodeSettings, order: Order, known: dict[str, PartyId], house: str) -> Entry:
    """A boutique with its whole catalogue; an import that was interrupted goes on where it stopped."""
    boutique = boutique_of(house)
    shop_id = known.get(boutique.profile.handle) or await _add(settings, boutique.profile, boutique.owner_email)
    report = await bring_in(settings, shop_id, boutique)
    if report.errors:
        raise CommandError(f"the demo's own catalogue of {boutique.profile.name} has faults: {report.faults[0]}")
    return Entry(
        house=house,
        made_from=made_from(house),
        hub_id=order.hub_id,
        shop_id=shop_id,
        handle=boutique.profile.handle,
        name=boutique.profile.name,
        owner_email=boutique.owner_email,
        products=len(boutique.products),
    )


async def _open_guests(
    settings: ShopNodeSettings, order: Order, journal: Journal, known: dict[str, PartyId]
) -> list[Entry]:
    """The boutiques made from export files: opened all, then filled, since one table may hold the offers of many."""
    folder = Path(order.catalogs or "")
    wanted = [shop for shop in catalog_shops(folder) if shop.name in order.houses and not journal.is_done(shop.name)]
    new = [shop for shop in wanted if journal.entry(shop.name) is None]
    ids = {
        shop.name: known.get(shop.profile.handle) or await _add(settings, shop.profile, shop.owner_email)
        for shop in new
    }
    reports = await bring_in_catalogs(settings, folder, [(shop, ids[shop.name]) for shop in new])
    for shop in new:
        journal.note(
            Entry(
                house=shop.name,
                made_from=made_from(shop.name),
                hub_id=order.hub_id,
                shop_id=ids[shop.name],
                handle=shop.profile.handle,
                name=shop.profile.name,
                owner_email=shop.owner_email,
                products=reports[shop.profile.handle].listed,
            )
        )
    return [entry for shop in wanted if (entry := journal.entry(shop.name)) is not None]


async def _add(settings: ShopNodeSettings, profile: ShopProfile, owner_email: str) -> PartyId:
    async with atomic():
        opened = await shop_service.open_shop(settings, profile, owner_email, clock.now())
        path = write_recovery_file(recovery_folder(settings), opened.shop_id, opened.root_seed)
        await shop_service.note_recovery_file(opened.shop_id, str(path))
    return opened.shop_id


async def bring_in(settings: ShopNodeSettings, shop_id: PartyId, boutique: DemoBoutique) -> ImportReport:
    """What the boutique's own shop system exports, read back by the importer for it."""
    if settings.plates_dir is None:
        raise CommandError("GALLERIA_PLATES_DIR is missing: the demo's pictures need a folder")
    files = write_export(boutique, settings.state_dir / "exports" / boutique.profile.handle, settings.plates_dir)
    async with atomic():
        await save_choices(
            shop_id, ImportChoices(language=files.language, categories=files.categories, colours=files.colours)
        )
    with files.catalog.open("rb") as file:
        source: Source = jsonl_file(bounded_lines(file))
        if files.translations is not None:
            source = shopify_file(file.read(), translations=files.translations.read_bytes())
        return await import_file(
            settings, shop_id, source, clock.now(), pictures_dir=settings.plates_dir, plates=True, may_withdraw=True
        )


async def _propose(federation: Federation, order: Order, journal: Journal, waiting: list[Entry]) -> list[Entry]:
    """Ask the hub for the links that are missing; returns those still to be asked for, because it does not answer."""
    for place, entry in enumerate(waiting):
        try:
            if not await links.links(entry.shop_id):
                await links.propose_link(federation, entry.shop_id, order.hub_profile, clock.now())
        except ConflictError:
            pass
        except PeerError:
            return waiting[place:]
        journal.note(msgspec.structs.replace(entry, proposed=True))
    return []


async def _main(order: Order) -> None:
    async with as_node(ShopNodeSettings) as settings:
        await open_boutiques(settings, order)


def main() -> None:
    """Read the order, as JSON, from the command line and carry it out."""
    order = msgspec.json.decode(sys.argv[1], type=Order)
    os.nice(NICENESS)
    asyncio.run(_main(order))


if __name__ == "__main__":
    main()
