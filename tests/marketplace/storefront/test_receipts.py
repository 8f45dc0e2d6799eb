"""The receipt as a guest finds it: from the order's page, in the reader's language, to print or as a PDF."""

import re

import httpx
import pytest

from federation.node.database import fetch_value
from marketplace.demo.world.boutiques import BOUTIQUES
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS
from tests.marketplace.storefront.test_buying import put_in_basket, send_checkout

pytestmark = pytest.mark.apps(*APPS)


async def test_a_guest_reads_and_keeps_each_receipt(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """One receipt for each boutique, with who sold and the VAT inside, in both languages; no other link opens it."""
    await put_in_basket(browser, 0)
    await put_in_basket(browser, 1)
    await send_checkout(browser, region="PA")
    token = str(await fetch_value("SELECT token FROM hub_order"))
    assert "/receipt/" not in (await browser.get(f"/order/{token}")).text
    await gallery.world.money_arrives(token)
    order = (await browser.get(f"/order/{token}")).text
    assert faults(order) == []
    paths = re.findall(rf'href="(/order/{token}/receipt/[^"]+)"', order)
    assert len(paths) == 2
    for path, boutique in zip(paths, BOUTIQUES, strict=False):
        page = (await browser.get(path)).text
        assert faults(page) == []
        assert boutique.profile.legal_name in page
        assert boutique.profile.vat_id in page
        assert "for several boutiques" in page
        assert "90133 Palermo, PA<br>" in page
        assert "is not an invoice of Hub" in page
        assert "non è una fattura di Hub" in (await browser.get(path, params={"lang": "it"})).text
        assert b"/Title (Ricevuta" in (await browser.get(f"{path}/pdf")).content
        await browser.get(path, params={"lang": "en"})
        file = await browser.get(f"{path}/pdf")
        assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
        assert file.content.startswith(b"%PDF")
    assert (await browser.get(paths[0].replace(token, "nobody"))).status_code == 404
