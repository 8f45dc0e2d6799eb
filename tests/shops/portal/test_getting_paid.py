"""The page of how each hub pays the boutique."""

import httpx
import pytest

from federation.vocabulary.ids import PartyId
from tests.shops.house import APPS, HUB, OTHER_HUB
from tests.shops.portal.conftest import HOME
from tests.shops.portal.test_hubs import linked

pytestmark = pytest.mark.apps(*APPS)


async def test_a_hub_that_does_not_answer_is_said_to(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Without a hub there is nothing to be paid by; one that is silent is shown as that, and leads nowhere."""
    assert "linked with no hub yet" in (await browser.get(f"{HOME}/getting-paid")).text
    await linked(shop_id, HUB, "Aurora")
    page = (await browser.get(f"{HOME}/getting-paid")).text
    assert "Aurora" in page
    assert "Does not answer" in page
    papers = await browser.get(f"{HOME}/getting-paid/{HUB}/papers")
    assert papers.status_code == httpx.codes.OK
    assert "look again later" in papers.text
    assert (await browser.get(f"{HOME}/getting-paid/{OTHER_HUB}/papers")).status_code == httpx.codes.NOT_FOUND
