"""The page of identity and keys: what was signed, which keys sign, what hubs countersigned, and no secret."""

import httpx
import pytest

from federation.documents import identity
from federation.documents.keys import SigningKey, encode_base64url
from federation.node import clock
from federation.node.database import atomic
from federation.records import Countersigned
from federation.service import parties
from federation.store import parties as party_store
from federation.vocabulary.ids import PartyId
from tests.shops.house import APPS, HUB
from tests.shops.portal.conftest import HOME
from tests.shops.portal.test_hubs import linked

pytestmark = pytest.mark.apps(*APPS)


async def test_an_owner_sees_who_the_boutique_is(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Id, steps, keys and the warning about a single root are there; the seed of the daily key is not."""
    page = (await browser.get(f"{HOME}/keys")).text
    party = await parties.party(shop_id)
    assert shop_id in page
    assert "The identity began" in page
    assert "There is one root key only." in page
    assert "No hub is linked yet" in page
    assert SigningKey.from_seed(party.sign_seed).public.keyid in page
    assert encode_base64url(party.sign_seed) not in page
    assert party.sign_seed.hex() not in page


async def test_what_hubs_countersigned_is_shown_with_their_time(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Each hub stands with the newest step that it knows and its signed note; in Italian too."""
    await linked(shop_id, HUB, "Aurora")
    (data,) = await parties.own_chain(shop_id)
    digest = identity.read_operation(data).hash
    note = f"{shop_id}/operations\n1\n"
    async with atomic():
        await party_store.save_countersigned(
            [Countersigned(shop_id, HUB, digest, 1, note.encode(), clock.now(), clock.now())]
        )
    page = (await browser.get(f"{HOME}/keys")).text
    assert "Aurora" in page
    assert "1 of 1" in page
    assert f"{shop_id}/operations" in page
    italian = (await browser.get(f"{HOME}/keys", headers={"accept-language": "it"})).text
    assert "Identità e chiavi" in italian
    assert "1 di 1" in italian
