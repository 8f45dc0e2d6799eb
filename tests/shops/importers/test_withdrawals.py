"""What a whole catalogue may take off sale: only what neither it nor a later file has, and no row that was refused."""

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.service.catalogue import published
from federation.vocabulary.ids import PartyId, new_id
from shops.importers import service
from shops.importers.domain.mapping import read_mapping
from shops.importers.service import MappedImport, shopify_file
from shops.importers.service.batches import Run, begin, import_batch
from shops.importers.service.running import withdraw_rest
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS
from tests.shops.importers.exports import csv_of, read
from tests.shops.importers.test_tables import MAPPING, bring_in, opener, pieces

pytestmark = pytest.mark.apps(*APPS)

HEADER = "shop,group,name,cents,kind,size,code,pieces,currency\n"


async def test_two_words_of_one_boutique_are_one_catalogue(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A file that calls one boutique by two names takes nothing off sale, and reports it once."""
    mapping = read_mapping(
        MAPPING.replace("[columns]", 'handles = {one = "atelier-nove", two = "atelier-nove"}\n[columns]')
    )
    text = f"{HEADER}one,g1,Dress,18900,dress,IT 42,c1,2,EUR\ntwo,g2,Skirt,9900,skirt,IT 42,c2,1,EUR\n"
    work = MappedImport(open=opener(text), mapping=mapping)
    reports = await service.import_mapped(settings, work, clock.now())
    assert await published(shop_id) == 2
    assert {handle: (report.new, report.withdrawn) for handle, report in reports.items()} == {"atelier-nove": (2, 0)}
    again = await service.import_mapped(settings, work, clock.now())
    assert (again["atelier-nove"].changes, await published(shop_id)) == (0, 2)


async def test_a_run_leaves_what_a_later_one_has_met(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Two files that are taken in turns withdraw nothing that both have, whichever ends first."""
    entries = read(pieces(6))
    first = Run(settings=settings, shop_id=shop_id, run_id=new_id(), is_whole=True)
    async with atomic():
        await begin(first)
        await import_batch(first, entries[:4], clock.now())
    assert (await bring_in(settings, shop_id, pieces(6))).withdrawn == 0
    async with atomic():
        await import_batch(first, entries[4:], clock.now())
    assert (await withdraw_rest(first, clock.now()), await published(shop_id)) == (0, 6)


async def test_a_row_that_cannot_be_read_takes_no_product_away(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A product whose only row has a cell too many is in the file all the same: it stays on sale as it was."""
    await bring_in(settings, shop_id, pieces(4))
    lines = csv_of(pieces(4)).splitlines()
    lines[2] += ",one cell too many"
    spoilt = shopify_file("\n".join(lines).encode())
    foretold = await service.preview_file(settings, shop_id, spoilt)
    report = await service.import_file(settings, shop_id, spoilt, clock.now())
    assert (report.refused, report.withdrawn, await published(shop_id)) == (1, 0, 4)
    assert foretold == report


async def test_a_mapped_row_that_cannot_be_read_takes_no_product_away(
    shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """The same of a mapped table; the boutique's own report says which row it was."""
    rows = [f"atelier-nove,g{number},Dress,18900,dress,IT 42,c{number},2,EUR\n" for number in range(4)]
    mapping = read_mapping(MAPPING)
    await service.import_mapped(
        settings, MappedImport(open=opener(HEADER + "".join(rows)), mapping=mapping), clock.now()
    )
    rows[2] = rows[2].replace("Dress", "Dress, long")
    work = MappedImport(open=opener(HEADER + "".join(rows)), mapping=mapping)
    reports = await service.import_mapped(settings, work, clock.now())
    assert [finding.code for finding in reports["atelier-nove"].faults] == ["row.ragged"]
    assert (reports["atelier-nove"].withdrawn, await published(shop_id)) == (0, 4)
