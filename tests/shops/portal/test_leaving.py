"""The page on which a boutique takes everything with it."""

import zipfile
from io import BytesIO

import httpx
import pytest

from federation.node import clock
from federation.node.database import execute
from federation.node.outbox import Outbox
from federation.vocabulary.ids import PartyId
from shops.money import store
from shops.moving.tasks import moving_handlers
from shops.settings import ShopNodeSettings
from tests.marketplace.markup import faults
from tests.shops.house import APPS, OTHER_HUB
from tests.shops.portal.test_hubs import linked
from tests.support.clients import form

pytestmark = pytest.mark.apps(*APPS)

PAGE = "/portal/atelier-nove/leave"


async def worked(settings: ShopNodeSettings) -> None:
    """Let the node's worker do what waits."""
    await Outbox(moving_handlers(settings)).drain("import", clock.now())


async def test_an_archive_is_made_and_downloaded(browser: httpx.AsyncClient, settings: ShopNodeSettings) -> None:
    """One click has it made; it can be fetched whole, or from where a download broke off, by its owner alone."""
    assert faults((await browser.get(PAGE)).text) == []
    assert (await browser.get(f"{PAGE}/archive")).status_code == 404
    await form(browser, PAGE, {}, action=f"{PAGE}/archive")
    assert "It is being made" in (await browser.get(PAGE)).text
    await worked(settings)
    page = await browser.get(PAGE)
    assert faults(page.text) == []
    assert "Download your archive" in page.text
    whole = await browser.get(f"{PAGE}/archive")
    assert "shop/boutique.jsonl" in zipfile.ZipFile(BytesIO(whole.content)).namelist()
    rest = await browser.get(f"{PAGE}/archive", headers={"range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    browser.cookies.clear()
    assert (await browser.get(f"{PAGE}/archive")).status_code in {303, 401}


async def test_a_boutique_stops_and_stays(browser: httpx.AsyncClient, settings: ShopNodeSettings) -> None:
    """Only who writes its name stops a boutique; it may go on here after all."""
    await form(browser, PAGE, {"word": "no"}, action=f"{PAGE}/stop")
    assert "has stopped here" not in (await browser.get(PAGE)).text.replace("Nothing was stopped", "")
    await form(browser, PAGE, {"word": "Atelier-Nove"}, action=f"{PAGE}/stop")
    await worked(settings)
    page = (await browser.get(PAGE)).text
    assert "take-in" in page
    assert faults(page) == []
    await form(browser, PAGE, {}, action=f"{PAGE}/stay")
    assert "goes on here" in (await browser.get(PAGE)).text


async def test_a_boutique_stops_whatever_goes_wrong_with_its_hubs(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Their last words are a courtesy: what one of them told breaks, and the boutique stops all the same."""
    await linked(shop_id, OTHER_HUB, "Salon")
    broken = "INSERT INTO shop_account (shop_id, hub_id, state, told_at) VALUES ($1, $2, '{}', now())"
    await execute(broken, shop_id, OTHER_HUB)
    await form(browser, PAGE, {"word": "atelier-nove"}, action=f"{PAGE}/stop")
    assert "has stopped here" in (await browser.get(PAGE)).text
    assert (await store.renewals(shop_id))[OTHER_HUB].silence == "strange"
