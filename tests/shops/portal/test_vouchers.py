"""The boutique's vouchers in its portal: made, shown, ended; faults are told, and another boutique sees none."""

import httpx
import pytest

from federation.node.database import fetch_value
from federation.vocabulary.ids import PartyId
from tests.marketplace.markup import faults
from tests.shops.house import APPS, HUB
from tests.shops.portal.conftest import HOME
from tests.shops.portal.test_hubs import linked
from tests.support.clients import csrf_token, drawn_in, form

pytestmark = pytest.mark.apps(*APPS)

PAGE = f"{HOME}/vouchers"


async def test_a_voucher_is_made_and_ended(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """It is offered once, hubs are told through the outbox, an article that is not there is named, an end is final."""
    await linked(shop_id, HUB, "Aurora")
    assert "None yet" in (await browser.get(PAGE)).text
    written = {"code": "autumn", "kind": "percent", "off": "10", "words": "for friends"}
    wrong = await form(browser, PAGE, written | {"products": "NOTHING-1"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "You have no article NOTHING-1." in wrong.text
    assert 'value="for friends"' in wrong.text
    assert (await form(browser, PAGE, written)).status_code == httpx.codes.SEE_OTHER
    again = await form(browser, PAGE, written)
    assert "codes are never used again" in again.text
    page = await browser.get(PAGE)
    assert faults(page.text) == []
    assert "AUTUMN" in page.text
    assert "10 %" in page.text
    assert "Aurora is being told" in page.text
    assert "easy to guess" in page.text, "autumn is a word"
    assert await fetch_value("SELECT count(*) FROM node_outbox WHERE topic = 'shop.vouchers'") == 1
    voucher_id = await fetch_value("SELECT voucher_id FROM shop_voucher")
    await form(browser, PAGE, {}, action=f"{PAGE}/{voucher_id}/stop")
    assert "Ended" in (await browser.get(PAGE)).text
    assert await fetch_value("SELECT count(*) FROM node_outbox WHERE topic = 'shop.vouchers'") == 2
    shown = (await browser.get(PAGE)).text
    unnamed = written | {"code": "", "drawn": drawn_in(shown), "csrf_token": csrf_token(shown)}
    for _ in range(2):
        assert (await browser.post(PAGE, data=unnamed)).status_code == httpx.codes.SEE_OTHER
    assert "This form was sent before" in (await browser.get(PAGE)).text
    assert await fetch_value("SELECT count(*) FROM shop_voucher") == 2, "a double click makes one"
    assert drawn_in((await browser.get(PAGE)).text) != unnamed["drawn"]
    assert "easy to guess" not in (await browser.get(PAGE)).text, "one is ended, the other made by chance"
    assert "Buoni" in (await browser.get(PAGE, params={"lang": "it"})).text
