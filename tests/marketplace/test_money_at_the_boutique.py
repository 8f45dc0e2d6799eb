"""A boutique's owner looks at the money, node to node: from the sale to the bank, with the hub away, with papers."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from federation.conversations.messages import Shipped
from federation.documents.papers import check, read_paper
from federation.node import accounts, clock, signin
from federation.node.database import atomic
from federation.node.web import web_node
from federation.vocabulary.ids import PartyId, new_id
from payouts.service import papers
from payouts.service.bank_payouts import run_payouts
from shops.orders import store as shop_orders
from shops.orders.service import steps
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line, order
from tests.processes.waiting import until
from tests.support.clients import form, talking
from tests.support.postgres import Server

HOME = "/portal/aurora/money"


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


@pytest.fixture
async def owner(running_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the shop node; nobody is signed in yet."""
    app = running_house.shop_app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=web_node(app).settings.public_url) as browser:
        yield browser


async def sign_in(running: House, browser: httpx.AsyncClient) -> None:
    """Become the boutiques' owner, by a one-time link."""
    with running.at_shop():
        account = await accounts.account_by_email("owner@example.com")
        assert account is not None
        async with atomic():
            link = await signin.create_link(running.shop_settings, account.id, clock.now())
    assert (await form(browser, link, {})).status_code == httpx.codes.SEE_OTHER


async def sold(running: House, shop_id: PartyId) -> int:
    """One dress is bought and paid; the order's row."""
    async with talking(running.hub_app) as shopper:
        bought = await shopper.post("/api/v1/checkout", json=order((shop_id, "p1", 1)))
        assert bought.status_code == httpx.codes.CREATED, bought.text
    await running.money_arrives()
    await running.work()
    with running.at_shop():
        return (await shop_orders.order_rows(shop_id))[0].row


async def test_every_cent_from_sale_to_bank(running_house: House, owner: httpx.AsyncClient) -> None:
    """Held with its reason, then sent and paid out; each page says so, and says it again when the hub is away."""
    running = running_house
    shop_id = await running.open_shop(profile("aurora", order_acceptance="automatic"), [line("p1", 3)])
    await sign_in(running, owner)
    row = await sold(running, shop_id)
    page = (await owner.get(HOME)).text
    assert "Waits until you have shipped it" in page
    assert "Yours at Hub, in EUR" in page
    assert page.count("€94.70") >= 3
    with running.at_shop():
        await steps.ship(shop_id, row, Shipped(carrier="Poste", tracking="X1"), steps.Step(new_id(), clock.now()))
    await running.work()
    running.till.tick()
    with running.at_hub():
        await run_payouts(running.hub.payments, clock.now())
    await running.work()

    page = (await owner.get(HOME)).text
    assert "Waits until" not in page
    number = (await owner.get(f"/portal/aurora/orders/{row}")).text.partition("<h1>Order ")[2].partition("<")[0]
    payouts = (await owner.get(f"{HOME}/payouts")).text
    assert "On its way to your bank" in payouts
    assert number in payouts
    listed = (await owner.get(f"{HOME}/movements?order={number}")).text
    assert listed.count("<tr>") == 1 + 3, "the sale, its goods and its shipping sent"
    file = (await owner.get(f"{HOME}/movements?show=all&as=csv")).text.splitlines()
    assert len(file) == 1 + 11
    assert (await owner.get(f"{HOME}/movements?account=owed")).text.count("<tr>") == 0
    story = (await owner.get(f"/portal/aurora/orders/{row}")).text.partition("From sale to bank")[2]
    for word in ("+€94.70", "Free to be sent to you", "Sent to your account", "On its way to your bank"):
        assert word in story

    with running.at_hub():
        await papers.close_shop(running.hub.payments, shop_id, clock.now() + timedelta(seconds=1), running=True)

    async def issued() -> list[str]:
        return re.findall(rf'href="({HOME}/papers/[0-9a-f-]{{36}})"', (await owner.get(f"{HOME}/papers")).text)

    links = await until("the statement of the month so far, from the hub itself", issued)
    for link in links:
        paper = (await owner.get(link)).text
        assert ("Untouched" in paper, "Adds up" in paper) == (True, True)
        signed = (await owner.get(f"{link}/json")).content
        assert check(read_paper(signed), running.hub_id).boutique.id == shop_id
        assert (await owner.get(f"{link}/pdf")).content.startswith(b"%PDF")

    running.way.apps = {}
    assert (await owner.get(f"{links[0]}/pdf")).content.startswith(b"%PDF")
    for name, still_there in (("", "€94.70"), ("/payouts", "On its way to your bank")):
        away = (await owner.get(f"{HOME}{name}")).text
        assert "Hub does not answer at the moment." in away
        assert still_there in away
    assert number in (await owner.get(f"{HOME}/movements")).text
