"""What an owner reads of records that a hub does not show, and of two catalogues signed in the boutique's name."""

import httpx
import pytest

from federation.documents import json
from federation.log import forks
from federation.node import clock
from federation.node.database import atomic
from federation.records import ForkFound, Refusal
from federation.store import forks as fork_store
from federation.store import refusals
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId
from tests.federation.log.histories import SHOP, signed, story
from tests.shops.house import APPS, HUB, stocked
from tests.shops.portal.conftest import HOME
from tests.shops.portal.test_hubs import linked

pytestmark = pytest.mark.apps(*APPS)


async def test_a_refused_record_is_explained_where_it_is_put_right(
    browser: httpx.AsyncClient, shop_id: PartyId
) -> None:
    """The hubs' page names the record and links to its form; the form says what is wrong and what to do."""
    await linked(shop_id, HUB, "Aurora")
    dress = await stocked(shop_id, 9)
    code = dress.partition("-")[0]
    errors = (FieldError("/variants/1/price", "type", "Expected `int` >= 0"), FieldError("", "odd", "not for us"))
    async with atomic():
        await refusals.replace(shop_id, HUB, [Refusal(HUB, "", f"product/{code}", 4, errors, clock.now())])
    page = (await browser.get(f"{HOME}/hubs")).text
    assert "What is not shown, and why" in page
    assert f'href="{HOME}/products/{code}"' in page
    assert "row 2, Price: write a whole number, 0 or more" in page
    form = (await browser.get(f"{HOME}/products/{code}")).text
    assert "Aurora could not use what you published (line 4" in form
    assert "not for us" in form
    overview = (await browser.get(HOME)).text
    assert "Aurora does not show 1 record" in overview
    async with atomic():
        await refusals.replace(shop_id, HUB, [])
    assert "could not use" not in (await browser.get(f"{HOME}/products/{code}")).text


async def test_two_catalogues_are_explained_with_the_way_out(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The owner reads what happened, what it means and what to do, with the proof to hand on."""
    proof = forks.two_roots((signed(story(1, 2)), signed(story(1, 3))), SHOP.operations)
    async with atomic():
        await fork_store.add_fork(shop_id, ForkFound(shop_id, 1, json.encode(proof), "", clock.now()))
    page = (await browser.get(f"{HOME}/hubs")).text
    assert "Two different catalogues were signed in your name" in page
    assert "galleria keys new-epoch" in page
    assert f"/fed/v1/{shop_id}/fork" in page
    italian = (await browser.get(f"{HOME}/hubs", headers={"Accept-Language": "it"})).text
    assert "due cataloghi diversi" in italian
