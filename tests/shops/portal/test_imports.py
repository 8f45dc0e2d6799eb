"""The import pages with table files: preview, unknown words, progress, the report and its file, settings."""

import re

import httpx
import pytest

from federation.node import clock
from federation.node.outbox import Outbox
from federation.service.catalogue import published
from federation.vocabulary.ids import PartyId
from shops.catalog import service as catalog
from shops.importers.service import QUEUE, choices_of
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from tests.shops.house import APPS
from tests.shops.importers.exports import csv_of, head
from tests.shops.portal.conftest import HOME
from tests.support.clients import csrf_token, form

pytestmark = pytest.mark.apps(*APPS)


async def read(browser: httpx.AsyncClient, path: str) -> str:
    """A page of the portal."""
    answer = await browser.get(HOME + path)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.text


async def upload(browser: httpx.AsyncClient, rows: list[dict[str, str]], translations: str = "") -> str:
    """Send rows as a Shopify export; returns the path of its preview."""
    files = {"file": ("products_export.csv", csv_of(rows).encode(), "text/csv")}
    if translations:
        files["translations"] = ("translations.csv", translations.encode(), "text/csv")
    token = csrf_token(await read(browser, "/import"))
    answer = await browser.post(f"{HOME}/import", data={"csrf_token": token}, files=files)
    return answer.headers["location"].removeprefix(HOME)


async def test_an_export_is_looked_at_imported_and_reported(
    browser: httpx.AsyncClient, shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """The preview has totals and findings by kind, narrowed by gravity; the report stays and downloads as CSV."""
    rows = [head(), head("gonna", Type="Gonne", Variant_Price="180,00", Variant_Barcode="123")]
    path = await upload(browser, rows, "Handle,Locale,Title\nabito,en,The dress\n")
    preview = await read(browser, path)
    for words in ("Import 1 product", "2 rows read: 1 products", "180,00", "price.decimal_sign"):
        assert words in preview
    assert "gtin.length" not in await read(browser, f"{path}?show=error")
    assert await published(shop_id) == 0
    await form(browser, HOME + path, {})
    assert "Product 0 of 2" in await read(browser, path)
    await Outbox(shop_handlers(settings)).drain(QUEUE, clock.now())
    assert "price.decimal_sign" in await read(browser, path)
    told = await browser.get(f"{HOME}{path}/report.csv")
    assert told.headers["content-type"].startswith("text/csv")
    assert "Refused,price.decimal_sign,,3,2,gonna,Variant Price," in told.text
    assert (await catalog.product(shop_id, "abito")).product.title["en"] == "The dress"


async def test_unknown_words_are_asked_and_kept(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """A type that nobody knows is offered with our categories; the answer counts at once and later."""
    path = await upload(browser, [head(Type="Astronavi", Title="Qualcosa")])
    preview = await read(browser, path)
    assert "Category of “Astronavi”" in preview
    sent = {"csrf_token": csrf_token(preview), "category:Astronavi": "hats"}
    await browser.post(f"{HOME}{path}/words", data=sent)
    assert "Import 1 product" in await read(browser, path)
    assert (await choices_of(shop_id)).categories == {"astronavi": "hats"}


async def test_settings_are_kept_or_told_what_is_wrong(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The form saves what a file does not say; net prices without a rate and unknown codes are refused in place."""
    page = await read(browser, "/import-settings")
    fields = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page)) | {
        "language": "de",
        "vat": "excluded",
        "vat_rate": "8.1",
        "decimal": ",",
        "sizes_clothing": "DE",
        "sizes_shoes": "EU",
        "gender": "women",
        "default_category": "",
        "categories": "Taschen = handbags",
        "colours": "",
        "csrf_token": csrf_token(page),
    }
    assert (await browser.post(f"{HOME}/import-settings", data=fields)).status_code == httpx.codes.SEE_OTHER
    kept = await choices_of(shop_id)
    assert (kept.vat_rate, kept.decimal, kept.categories) == (810, ",", {"taschen": "handbags"})
    for wrong in ({"vat_rate": ""}, {"categories": "Taschen = ships"}, {"untracked_pieces": "many"}, {"gender": "?"}):
        answer = await browser.post(f"{HOME}/import-settings", data=fields | wrong)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert 'role="alert"' in answer.text


async def test_a_thin_catalogue_is_asked_about(
    browser: httpx.AsyncClient, shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """When too much is missing, the page says so and imports only after the owner's word."""
    outbox = Outbox(shop_handlers(settings))
    await form(browser, HOME + await upload(browser, [head(f"abito-{n}") for n in range(4)]), {})
    await outbox.drain(QUEUE, clock.now())
    path = await upload(browser, [head("abito-1")])
    assert "3 products that are on sale are missing" in await read(browser, path)
    await form(browser, HOME + path, {})
    await outbox.drain(QUEUE, clock.now())
    assert "They are gone: import it" in await read(browser, path)
    assert await published(shop_id) == 4
    await form(browser, HOME + path, {"confirm": "gone"})
    await outbox.drain(QUEUE, clock.now())
    assert await published(shop_id) == 1


async def test_a_file_that_is_cut_off_is_refused_at_once(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The import page says on which line; nothing is kept."""
    token = csrf_token(await read(browser, "/import"))
    files = {"file": ("x.csv", (csv_of([head()]) + 'gonna,"cut').encode(), "text/csv")}
    await browser.post(f"{HOME}/import", data={"csrf_token": token}, files=files)
    page = await read(browser, "/import")
    assert "quoted cell that begins on line 3" in page
    assert "None yet." in page


async def test_what_is_kept_back_is_found_with_its_reason(
    browser: httpx.AsyncClient, shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """Products without a price, or that the shop itself does not show, are listed with what to do about them."""
    rows = [head(), head("gonna", Variant_Price="0"), head("scialle", Status="draft")]
    path = await upload(browser, rows)
    await form(browser, HOME + path, {})
    await Outbox(shop_handlers(settings)).drain(QUEUE, clock.now())
    assert "/products?state=kept" in await read(browser, path)
    assert "2 products of your last import are kept back" in await read(browser, "/products")
    page = await read(browser, "/products?state=kept")
    for words in ("gonna", "The file gives it no price", "scialle", "draft, archived or not published"):
        assert words in page
    assert "abito" not in page
    assert "scialle" not in await read(browser, "/products?state=kept&q=GON")
    again = await read(browser, await upload(browser, rows))
    assert "Nothing would change" in again
    assert "Import 0" not in again


async def test_an_italian_owner_reads_italian(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Why a file is refused, the names of colours and languages, and the report as a file are said in Italian."""
    browser.headers["Accept-Language"] = "it-IT"
    token = csrf_token(await read(browser, "/import"))
    for content, why in (
        (b"Handle,Title\n", "manca la colonna Variant Price"),
        (b"Handle\nr\xe9\n", "non è testo UTF-8"),
    ):
        await browser.post(f"{HOME}/import", data={"csrf_token": token}, files={"file": ("a.csv", content, "text/csv")})
        assert why in await read(browser, "/import")
    blank = await read(browser, "/new-product")
    assert 'value="black">Nero' in blank
    assert blank.index("Titolo, Italiano") < blank.index("Titolo, Inglese")
    path = await upload(browser, [head(**{"Variant Compare At Price": "75.00", "Variant Price": "80.00"})])
    told = (await browser.get(f"{HOME}{path}/report.csv")).content.decode("utf-8-sig").splitlines()
    assert told[0].startswith("Gravità;Codice;")
    assert any(";compare_at.not_above;" in line and ";75.00;" in line for line in told)
