"""The hub's pages over a real shop node: a shopper's whole way, without JavaScript, as a browser sends it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.node.web import web_node
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import product, profile, variant
from tests.marketplace.test_sale import line
from tests.support.clients import BROWSER_HEADERS, csrf_token
from tests.support.postgres import Server

FIELDS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "line1": "Via Roma 1",
    "line2": "",
    "postcode": "90133",
    "town": "Palermo",
    "region": "",
    "phone": "",
    "note": "",
    "country": "IT",
}


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


@pytest.fixture
async def browser(running_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A shopper's browser."""
    app = running_house.hub_app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base_url = web_node(app).settings.public_url
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=BROWSER_HEADERS) as client:
        yield client


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    return html.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


async def test_from_search_to_order_page(running_house: House, browser: httpx.AsyncClient) -> None:
    """Found, looked at, put in the basket, checked out, paid, followed: every step is a page that answers."""
    assert product("p1", variant("p1-42")).id == "p1"
    await running_house.open_shop(profile("aurora", order_acceptance="automatic"), [line("p1", 3)])
    for path in ("/", "/boutiques", "/how-ranking-works", "/b/aurora", "/search?q=dress"):
        assert (await browser.get(path)).status_code == 200, path
    piece = await browser.get("/b/aurora/p/p1")
    assert piece.status_code == 200
    shop_id = hidden(piece.text, "shop_id")
    added = await browser.post(
        "/basket/add",
        data={
            "csrf_token": csrf_token(piece.text),
            "shop_id": shop_id,
            "product_id": "p1",
            "variant_id": "p1-42",
            "quantity": "1",
        },
    )
    assert added.status_code == 303, added.text
    form = await browser.get("/checkout")
    assert form.status_code == 200, form.text
    fields = {name: hidden(form.text, name) for name in ("key", "quote")}
    sent = await browser.post("/checkout", data={"csrf_token": csrf_token(form.text), **fields, **FIELDS})
    assert sent.status_code == 303, sent.text
    assert "provider.invalid/pay/" in sent.headers["location"]
    again = await browser.post("/checkout", data={"csrf_token": csrf_token(form.text), **fields, **FIELDS})
    assert again.headers["location"] == sent.headers["location"]
    await running_house.money_arrives()
    await running_house.work()
    with running_house.at_hub() as database:
        async with database.acquire() as connection:
            token = await connection.fetchval("SELECT token FROM hub_order")
    order = await browser.get(f"/order/{token}")
    assert order.status_code == 200
    assert "Dress p1" in order.text
    assert (await browser.get("/checkout")).headers["location"] == "/basket"


async def test_an_unknown_address_is_a_page(running_house: House, browser: httpx.AsyncClient) -> None:
    """Whatever is not there says so in words, and never with a fault of ours."""
    for path in ("/b/nobody", "/b/nobody/p/x", "/order/guess", "/checkout/guess/held", "/nowhere"):
        answer = await browser.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"].startswith("text/html")
