"""A boutique's voucher between a real shop node and a real hub: told in private, used once, borne by the boutique."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.conversations.vouchers import Voucher
from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from federation.node.web import web_node
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from shops.orders import store as shop_orders
from shops.vouchers import service, store
from shops.vouchers.domain.vouchers import OfferedVoucher
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.storefront.test_buying import send_checkout
from tests.marketplace.test_sale import line, order
from tests.support.clients import BROWSER_HEADERS, form
from tests.support.postgres import Server

CODE = "PRIVATE-4711"


@pytest.fixture
async def running(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


@pytest.fixture
async def browser(running: House) -> AsyncIterator[httpx.AsyncClient]:
    """A guest of the hub."""
    app = running.hub_app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base_url = web_node(app).settings.public_url
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=BROWSER_HEADERS) as client:
        yield client


async def test_from_the_portal_to_the_order(running: House, browser: httpx.AsyncClient) -> None:
    """Nothing is added to the public log; the order bears its discount and is taken; its end reaches the hub.

    Its uses are known after its end. What a hub is silent about stays as it was; of a code that the boutique never gave
    a hub has nothing to say.
    """
    shop_id = await running.open_shop(profile("aurora", order_acceptance="automatic"), [line("p1", 3)])
    terms = Voucher(code=CODE, currency="EUR", percent_bp=1_250, starts_at="2020-01-01T00:00:00Z", uses_max=1)
    made = OfferedVoucher(id=new_id(), terms=terms, words="for friends", made_at=clock.now())
    with running.at_shop():
        leaves = await fetch_value("SELECT count(*) FROM fed_leaf")
        async with atomic():
            await service.offer(shop_id, made, clock.now())
    await running.work()
    with running.at_shop():
        assert (await store.told(shop_id))[running.hub_id].uses == {CODE: (0, 0)}
        assert await fetch_value("SELECT count(*) FROM fed_leaf") == leaves
    added = {"shop_id": shop_id, "product_id": "p1", "variant_id": "p1-42"}
    await form(browser, "/b/aurora/p/p1", added, action="/basket/add")
    await form(
        browser, "/basket", {"shop_id": shop_id, "code": CODE.lower(), "next": "/basket"}, action="/basket/voucher"
    )
    page = (await browser.get("/basket")).text
    assert f"Voucher {CODE}, given by Aurora" in page
    assert "−€12.50" in page
    assert (await send_checkout(browser)).status_code == 303
    await running.money_arrives()
    await running.work()
    with running.at_hub():
        token = str(await fetch_value("SELECT token FROM hub_order"))
    shown = (await browser.get(f"/order/{token}")).text
    assert f"Voucher {CODE}, given by Aurora" in shown
    assert "Being prepared" in shown
    with running.at_shop():
        row = (await shop_orders.order_rows(shop_id))[0].row
        placed = await shop_orders.order(shop_id, row)
        assert (placed.document.voucher, placed.discount) == (CODE, Money(1_250, "EUR"))
        await service.look(running.shop_fed, shop_id, running.hub_id, clock.now())
        assert (await store.told(shop_id))[running.hub_id].uses == {CODE: (1, 0)}
        async with atomic():
            assert await service.stop(shop_id, made.id, clock.now())
            assert not await service.stop(shop_id, made.id, clock.now())
    await running.work()
    with running.at_hub():
        assert await fetch_value("SELECT terms FROM hub_voucher") is None
    with running.at_shop():
        ended = await store.by_code(shop_id, CODE)
        assert ended is not None
        assert list(ended.heard) == [running.hub_id]
        assert (await store.told(shop_id))[running.hub_id].uses == {CODE: (1, 0)}
    with running.at_hub():
        await execute("DELETE FROM hub_voucher_use")
        await execute("UPDATE hub_voucher SET code = 'NEVER-GIVEN', terms = '{}'")
    with running.at_shop():
        await service.look(running.shop_fed, shop_id, running.hub_id, clock.now())
        assert (await store.told(shop_id))[running.hub_id].uses == {CODE: (1, 0)}


async def test_a_program_buys_with_a_voucher(running: House, browser: httpx.AsyncClient) -> None:
    """The JSON interface takes codes by boutique, refuses one that cannot be used, and tells what was taken off."""
    shop_id = await running.open_shop(profile("aurora"), [line("p1", 3)])
    with running.at_shop():
        terms = Voucher(code=CODE, currency="EUR", percent_bp=1_000, starts_at="2020-01-01T00:00:00Z")
        made = OfferedVoucher(id=new_id(), terms=terms, words="", made_at=clock.now())
        async with atomic():
            await service.offer(shop_id, made, clock.now())
    await running.work()
    asked = order((shop_id, "p1", 1))
    refused = await browser.post("/api/v1/checkout", json=asked | {"vouchers": {shop_id: "WRONG"}})
    assert (refused.status_code, "no such voucher" in refused.text) == (422, True)
    bought = (await browser.post("/api/v1/checkout", json=asked | {"vouchers": {shop_id: CODE}})).json()
    told = (await browser.get(f"/api/v1/orders/{bought['token']}")).json()
    assert told["vouchers_off"] == {"amount_minor": 1_000, "currency": "EUR"}
    assert told["total"]["amount_minor"] == 9_000 + 690


async def test_a_hub_that_is_linked_later_hears_of_them(running: House) -> None:
    """What was offered before there was a hub is told once it is linked."""
    shop_id = await running.open_shop(profile("aurora"), [line("p1", 1)])
    with running.at_shop():
        async with atomic():
            terms = Voucher(code=CODE, currency="EUR", percent_bp=500, starts_at="2020-01-01T00:00:00Z")
            made = OfferedVoucher(id=new_id(), terms=terms, words="", made_at=clock.now())
            assert await store.insert(shop_id, made)
            await store.next_revision(shop_id)
            await service.linked(shop_id, running.hub_id, clock.now())
    await running.work()
    with running.at_hub():
        assert await fetch_value("SELECT revision FROM hub_voucher_list") == 1
