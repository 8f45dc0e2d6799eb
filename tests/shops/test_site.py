"""A boutique's own site for somebody who reads Italian."""

import httpx
import pytest

from federation.node.database import Database
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS, stocked
from tests.support.clients import client

pytestmark = pytest.mark.apps(*APPS)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Per le boutique: accedi"),
        ("/@atelier-nove", "I pezzi"),
        ("/@atelier-nove/p/dress", "In boutique"),
        ("/@nobody", "Qui non c’è niente"),
    ],
)
async def test_the_own_site_speaks_italian(
    committed: Database, settings: ShopNodeSettings, shop_id: PartyId, path: str, words: str
) -> None:
    """Every page of it is Italian for who prefers that, a boutique's English words marked as English."""
    await stocked(shop_id, 1)
    async with client(create_app(settings)) as browser:
        page = await browser.get(path, headers={"Accept-Language": "it"})
    assert '<html lang="it">' in page.text
    assert words in page.text
    if page.status_code == httpx.codes.OK:
        assert 'hreflang="x-default"' in page.text
    if path == "/@atelier-nove/p/dress":
        assert '<h1 lang="en">The dress' in page.text
        assert "189,00\xa0€" in page.text
