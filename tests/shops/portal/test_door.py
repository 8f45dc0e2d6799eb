"""Who may enter which boutique."""

import re

import httpx
import pytest
from litestar.routes import HTTPRoute

from federation.node.database import fetch_value
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS, confirmed, on_hand, order_of, placed, stocked
from tests.shops.portal.conftest import HOME
from tests.support.clients import client, csrf_token

pytestmark = pytest.mark.apps(*APPS)

PAGES = [
    "",
    "/products",
    "/new-product",
    "/stock",
    "/import",
    "/orders",
    "/money",
    "/money/movements",
    "/money/orders",
    "/money/papers",
    "/money/payouts",
    "/hubs",
    "/profile",
]


async def test_a_stranger_is_sent_to_sign_in_and_back(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Without a session every page of the portal leads to the sign-in page with the way back."""
    async with client(create_app(settings)) as stranger:
        for path in PAGES:
            answer = await stranger.get(HOME + path)
            assert answer.status_code == httpx.codes.SEE_OTHER, path
            assert answer.headers["location"].startswith("/sign-in?next=%2Fportal%2Fatelier-nove"), path


async def test_an_owner_cannot_open_another_boutique(browser: httpx.AsyncClient, other_shop_id: PartyId) -> None:
    """The owner of one boutique is refused at every page of another, signed in though they are."""
    del other_shop_id
    for path in PAGES:
        assert (await browser.get(HOME + path)).status_code == httpx.codes.OK, path
        assert (await browser.get("/portal/bottega-due" + path)).status_code == httpx.codes.FORBIDDEN, path


async def test_an_owner_cannot_change_another_boutique(
    browser: httpx.AsyncClient, settings: ShopNodeSettings, other_shop_id: PartyId
) -> None:
    """Every form of the portal is refused for a boutique of somebody else, whatever it would do."""
    del other_shop_id
    token = csrf_token((await browser.get(f"{HOME}/profile")).text)
    addresses = [
        _filled(route.path)
        for route in create_app(settings).routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/portal/") and "POST" in route.methods
    ]
    assert len(addresses) > 10
    for address in addresses:
        answer = await browser.post(address, data={"csrf_token": token})
        assert answer.status_code == httpx.codes.FORBIDDEN, address


def _filled(path: str) -> str:
    """A route's address at somebody else's boutique: any number, any id."""
    path = path.replace("{handle:str}", "bottega-due").replace("{decision:str}", "accept")
    path = re.sub(r"\{\w+:int\}", "1", path)
    return re.sub(r"\{\w+:uuid\}", "01900000-0000-7000-8000-000000000001", path)


async def test_an_impossible_number_is_no_order(browser: httpx.AsyncClient) -> None:
    """A row number beyond what the database can hold names no order, like any other that was never given."""
    assert (await browser.get(f"{HOME}/orders/{2**80}")).status_code == httpx.codes.NOT_FOUND


async def test_another_boutique_order_is_not_found(
    browser: httpx.AsyncClient, shop_id: PartyId, other_shop_id: PartyId
) -> None:
    """Neither by its own address nor under one's own boutique does a foreign order open or move."""
    dress = await stocked(other_shop_id, 3)
    await placed(other_shop_id, await order_of(other_shop_id, await confirmed(other_shop_id, (dress, 1))))
    row = await fetch_value("SELECT id FROM shop_order")
    assert (await browser.get(f"{HOME}/orders/{row}")).status_code == httpx.codes.NOT_FOUND
    token = csrf_token((await browser.get(f"{HOME}/profile")).text)
    data = {"csrf_token": token, "step": "0195b5f0-0000-7000-8000-000000000001"}
    answer = await browser.post(f"{HOME}/orders/{row}/accept", data=data)
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert await fetch_value("SELECT state FROM shop_order") == "placed"


async def test_a_form_without_its_token_is_refused(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """A POST from a foreign page, which cannot know the token, changes nothing."""
    dress = await stocked(shop_id, 3)
    data = {"variant": dress, "location": "main", "step": "0195b5f0-0000-7000-8000-000000000001"}
    answer = await browser.post(f"{HOME}/stock/sell", data=data)
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert await on_hand(shop_id, dress) == 3
