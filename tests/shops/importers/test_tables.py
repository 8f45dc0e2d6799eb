"""Table files imported for good: the same again, what is kept back, what is gone, and pictures from elsewhere."""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic, fetch_value
from federation.node.door import DoorRefusedError, DoorResponse
from federation.node.outbox import Outbox, RetryLaterError
from federation.service.catalogue import log_state, published
from federation.vocabulary.errors import PeerUnreachableError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from shops.catalog import service as catalog
from shops.importers import service
from shops.importers.domain.mapping import read_mapping
from shops.importers.domain.report import ImportReport, report_csv
from shops.importers.errors import FileRefusedError, ProductsGoneError
from shops.importers.service import ImportChoices, MappedImport, PicturesDue, shopify_file
from shops.importers.store import runs
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from tests.shops.house import APPS, on_hand, opened
from tests.shops.importers.exports import CATALOGS, csv_of, head, row
from tests.shops.media.domain.test_pictures import png

pytestmark = pytest.mark.apps(*APPS)


async def bring_in(
    settings: ShopNodeSettings, shop_id: PartyId, rows: Sequence[Mapping[str, str]], **options: Any
) -> ImportReport:
    """Import rows as a Shopify export."""
    return await service.import_file(settings, shop_id, shopify_file(csv_of(rows).encode()), clock.now(), **options)


def pieces(count: int, **cells: str) -> list[dict[str, str]]:
    """So many products of one variant."""
    return [head(f"abito-{number}", **cells) for number in range(count)]


async def test_an_export_is_on_sale_and_the_same_again_changes_nothing(
    shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """Products, stock and texts are there after the first time; the second makes no leaf and reports no change."""
    rows = [*pieces(3), row("abito-1", Option1_Value="IT 44", Variant_SKU="b", Variant_Inventory_Qty="5")]
    report = await bring_in(settings, shop_id, rows)
    assert (report.new, report.changes, report.listed, report.variants_taken) == (3, 3, 3, 4)
    assert await published(shop_id) == 3
    assert await on_hand(shop_id, "abito-1:it-44") == 5
    before = await log_state(shop_id)
    again = await bring_in(settings, shop_id, rows)
    assert (again.unchanged, again.changes) == (3, 0)
    assert await log_state(shop_id) == before


async def test_a_preview_foretells_the_import(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """The preview's totals and findings are those of the import, found without writing."""
    await bring_in(settings, shop_id, pieces(4))
    rows = [*pieces(3), head("gonna", Type="Gonne", Variant_Price="x"), head("bozza", Status="draft"), head("nuovo")]
    rows[0]["Variant Price"] = "200.00"
    foretold = await service.preview_file(settings, shop_id, shopify_file(csv_of(rows).encode()))
    assert await published(shop_id) == 4
    done = await bring_in(settings, shop_id, rows)
    assert foretold == done
    assert (done.new, done.changed, done.unchanged, done.hidden, done.refused, done.withdrawn) == (1, 1, 2, 1, 1, 1)


async def test_what_a_file_keeps_back_is_not_on_sale(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A product that becomes a draft is withdrawn; shown again, it is back; a draft unchanged is no change."""
    await bring_in(settings, shop_id, pieces(2))
    drafts = [*pieces(1), head("abito-1", Status="draft")]
    report = await bring_in(settings, shop_id, drafts)
    assert (report.hidden, report.changes, await published(shop_id)) == (1, 1, 1)
    assert (await bring_in(settings, shop_id, drafts)).changes == 0
    assert (await bring_in(settings, shop_id, pieces(2))).changes == 1
    assert await published(shop_id) == 2


async def test_a_product_missing_in_the_next_file_is_withdrawn(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """What the whole catalogue does not have any more is taken off sale; what the owner made by hand stays."""
    await bring_in(settings, shop_id, pieces(5))
    report = await bring_in(settings, shop_id, pieces(4))
    assert (report.withdrawn, report.changes, await published(shop_id)) == (1, 1, 4)


async def test_too_much_missing_is_held_and_asked(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A file that lacks more than the boutique allows has no effect until somebody confirms."""
    await bring_in(settings, shop_id, pieces(6))
    fewer = [*pieces(3), head("nuovo")]
    with pytest.raises(ProductsGoneError, match="3 of 6"):
        await bring_in(settings, shop_id, fewer)
    assert await published(shop_id) == 6
    report = await bring_in(settings, shop_id, fewer, may_withdraw=True)
    assert (report.withdrawn, report.new, await published(shop_id)) == (3, 1, 4)


async def test_a_refused_row_keeps_the_last_good_product(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A product whose rows cannot be read this time is still in the file: it stays on sale as it was."""
    await bring_in(settings, shop_id, pieces(4))
    spoilt = pieces(4)
    spoilt[2]["Variant Price"] = "180,00"
    report = await bring_in(settings, shop_id, spoilt)
    assert (report.refused, report.withdrawn, await published(shop_id)) == (1, 0, 4)


async def test_a_job_holds_a_thin_catalogue_until_its_owner_says_go(
    shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """The worker stops before the first row; confirmed, it goes on and withdraws."""
    await bring_in(settings, shop_id, pieces(4))
    async with atomic():
        import_id = await service.take_file(shop_id, "thin.csv", csv_of(pieces(1)).encode(), clock.now())
        await service.start(shop_id, import_id, clock.now())
    outbox = Outbox(shop_handlers(settings))
    await outbox.drain(service.QUEUE, clock.now())
    assert ((await runs.view(shop_id, import_id)).state, await published(shop_id)) == ("held", 4)
    async with atomic():
        await service.start(shop_id, import_id, clock.now(), may_withdraw=True)
    await outbox.drain(service.QUEUE, clock.now())
    view = await runs.view(shop_id, import_id)
    assert (view.state, view.totals.withdrawn, await published(shop_id)) == ("done", 3, 1)


async def test_columns_a_file_lacks_leave_what_the_boutique_wrote(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A second export without the metafields changes nothing of what they said."""
    fabric = "Fabric (product.metafields.shopify.fabric)"
    await bring_in(settings, shop_id, [head() | {fabric: "lino"}])
    assert (await bring_in(settings, shop_id, [head()])).changes == 0
    assert (await catalog.product(shop_id, "abito")).product.materials == ("lino",)


async def test_pictures_beside_the_export_are_taken(
    shop_id: PartyId, settings: ShopNodeSettings, tmp_path: Path
) -> None:
    """An address whose file name lies in the folder needs no asking; a drawing is taken from operators only."""
    (tmp_path / "a.png").write_bytes(png(600, 800))
    (tmp_path / "b.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"></svg>')
    rows = [
        head(Image_Src="https://x.example/s/a.png?v=1"),
        {"Handle": "abito", "Image Src": "https://x.example/s/b.svg"},
    ]
    await bring_in(settings, shop_id, rows, pictures_dir=tmp_path)
    assert [picture.width for picture in (await catalog.product(shop_id, "abito")).product.media] == [600]
    await bring_in(settings, shop_id, rows, pictures_dir=tmp_path, plates=True)
    assert [picture.width for picture in (await catalog.product(shop_id, "abito")).product.media] == [600, 3]
    assert (await bring_in(settings, shop_id, rows, pictures_dir=tmp_path, plates=True)).changes == 0


class FakeDoor:
    """Answers by address; what it does not know cannot be reached."""

    def __init__(self, answers: Mapping[str, DoorResponse | Exception]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    async def request(self, method: str, url: str, **rest: object) -> DoorResponse:
        """What was prepared for `url`."""
        del method, rest
        self.asked.append(url)
        answer = self.answers.get(url, PeerUnreachableError(f"{url} gave no answer"))
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_pictures_at_addresses_are_fetched_later(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """The product is on sale at once; what can be fetched is shown then, in its order; the rest is asked some times."""
    rows = [
        head(Image_Src="https://x.example/1.png?v=1", Image_Alt_Text="front"),
        {"Handle": "abito", "Image Src": "https://x.example/2.png"},
        {"Handle": "abito", "Image Src": "https://x.example/3.png"},
    ]
    await bring_in(settings, shop_id, rows)
    assert await published(shop_id) == 1
    due = PicturesDue(shop_id, "abito", msgspec.json.decode(await outbox_body())["run_id"])
    door = FakeDoor(
        {
            "https://x.example/1.png?v=1": DoorResponse(200, [], png(600, 800)),
            "https://x.example/2.png": DoorRefusedError("not a public address"),
        }
    )
    with pytest.raises(RetryLaterError):
        await service.fetch_pictures(settings, door, due, clock.now())
    shown = (await catalog.product(shop_id, "abito")).product.media
    assert [(picture.width, picture.alt) for picture in shown] == [(600, "front")]
    door.answers["https://x.example/3.png"] = DoorResponse(200, [], png(300, 400))
    door.asked.clear()
    await service.fetch_pictures(settings, door, due, clock.now())
    assert door.asked == ["https://x.example/3.png"]
    assert [picture.width for picture in (await catalog.product(shop_id, "abito")).product.media] == [600, 300]
    again = await bring_in(settings, shop_id, rows)
    assert again.changes == 0
    assert [finding.code for finding in again.findings if finding.severity == "warning"] == ["image.status"]


async def test_a_silent_host_is_left_alone(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """After some silences a host is not asked again at once, and other hosts still are."""
    silent = FakeDoor({"https://y.example/1.png": DoorResponse(200, [], b"")})
    door = service.PatientDoor(silent)
    for _ in range(5):
        with pytest.raises(PeerUnreachableError):
            await door.request("GET", "https://x.example/1.png")
    assert len(silent.asked) == 3
    assert (await door.request("GET", "https://y.example/1.png")).status == 200


async def outbox_body() -> bytes:
    """The body of the one message that asks for pictures."""
    return bytes(await fetch_value("SELECT body FROM node_outbox WHERE topic = 'shops.pictures'"))


async def test_choices_are_kept_and_checked(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """What the boutique decides is used from then on; codes nobody knows and net prices without a rate are refused."""
    async with atomic():
        await service.save_choices(shop_id, ImportChoices(categories={"abiti": "suits"}))
    await bring_in(settings, shop_id, pieces(1))
    assert (await catalog.product(shop_id, "abito-0")).product.category == "suits"
    for wrong in (ImportChoices(categories={"abiti": "ships"}), ImportChoices(vat="excluded")):
        with pytest.raises(RecordInvalidError):
            async with atomic():
                await service.save_choices(shop_id, wrong)


async def test_a_refused_file_has_no_effect(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A file that is cut off in its last row changes nothing."""
    text = csv_of(pieces(3)) + 'abito-9,"cut'
    with pytest.raises(FileRefusedError):
        await service.import_file(settings, shop_id, shopify_file(text.encode()), clock.now())
    assert await published(shop_id) == 0


async def test_a_report_can_be_read_in_a_spreadsheet(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Every finding is a line with its place; no cell begins like a formula."""
    report = await bring_in(settings, shop_id, [head(Variant_SKU="=1+1", Variant_Barcode="12\x1b")])
    lines = list(report_csv(report.findings))
    assert len(lines) == 1 + len(report.findings)
    assert any(",'=1+1," in line for line in lines)
    assert any("12␛" in line for line in lines)


MAPPING = """
[shop]
column = "shop"
[columns]
product = "group"
title = "name"
price = "cents"
category = "kind"
size = "size"
sku = "code"
stock = "pieces"
currency = "currency"
[prices]
form = "minor"
"""
OFFERS = """shop,group,name,cents,kind,size,code,pieces,currency
atelier-nove,g1,Dress,18900,dress,IT 42,c1,2,EUR
atelier-nove,g1,Dress,18900,dress,IT 44,c2,3,EUR
bottega-due,g1,Boot,21000,boots,EU 39,c1,1,EUR
nobody,g1,Ghost,100,dress,IT 42,c1,1,EUR
atelier-nove,g2,Skirt,9900,skirt,IT 42,c3,1,USD
atelier-nove,g1,Dress,18900,dress,IT 46,c4,3,EUR
"""


def opener(text: str) -> Any:
    """A file that can be opened anew."""

    @contextmanager
    def opened_file() -> Any:
        yield iter(text.splitlines(keepends=True))

    return opened_file


async def test_a_mapped_table_fills_several_boutiques(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """The shop column chooses; minor units are declared; strays, foreign currency and returning groups are refused."""
    other_id = (await opened(settings, "bottega-due")).shop_id
    work = MappedImport(open=opener(OFFERS), mapping=read_mapping(MAPPING))
    dry = await service.import_mapped(settings, msgspec.structs.replace(work, is_dry=True), clock.now())
    assert await published(shop_id) == 0
    reports = await service.import_mapped(settings, work, clock.now())
    assert {handle: report.new for handle, report in reports.items()} == {"atelier-nove": 1, "bottega-due": 1, "": 0}
    assert {handle: report.new for handle, report in dry.items()} == {handle: r.new for handle, r in reports.items()}
    assert sorted(finding.code for report in reports.values() for finding in report.faults) == [
        "key.duplicate",
        "price.currency",
        "shop.unknown",
    ]
    assert sum(report.rows.read for report in reports.values()) == 6
    product = (await catalog.product(shop_id, "g1")).product
    assert [(v.size.label, v.price.amount_minor) for v in product.variants] == [("IT 42", 18_900), ("IT 44", 18_900)]
    assert await on_hand(other_id, "g1:eu-39") == 1
    again = await service.import_mapped(settings, work, clock.now())
    assert sum(report.changes for report in again.values()) == 0


if CATALOGS.is_dir():

    async def test_the_same_shop_under_newer_headers_is_unchanged(shop_id: PartyId, settings: ShopNodeSettings) -> None:
        """The hand-written export, then the same under the newer header: 4 products on sale, then 0 changes."""
        files = [f"shopify_it_leather{ending}.csv" for ending in ("", "_new_headers")]
        reports = [
            await service.import_file(
                settings, shop_id, shopify_file((CATALOGS / "handmade" / name).read_bytes()), clock.now()
            )
            for name in files
        ]
        assert [(report.products_read, report.variants_taken, report.listed) for report in reports] == [(8, 22, 4)] * 2
        assert [report.changes for report in reports] == [7, 0]
        assert await published(shop_id) == 4
