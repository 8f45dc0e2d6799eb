"""A whole sale between a real hub and a real shop node, through the JSON API, signed all the way."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from federation.conversations.messages import Shipped
from federation.node import accounts, clock, signin
from federation.node.web import web_node
from federation.vocabulary.ids import new_id
from payouts import service as payouts
from shops.orders import store as shop_orders
from shops.orders.service import steps
from tests.marketplace.house import OPERATOR, House, house
from tests.marketplace.listings.builders import product, profile, variant
from tests.support.clients import csrf_token
from tests.support.postgres import Server

ADDRESS = {"name": "Ada", "line1": "Via Roma 1", "postcode": "90133", "town": "Palermo", "country": "IT"}


def line(product_id: str, quantity: int) -> dict[str, Any]:
    """An import line: a dress of one size at 100.00, with its stock."""
    piece = msgspec.to_builtins(product(product_id, variant(f"{product_id}-42")))
    return {"product": {**piece, "media": []}, "stock": {f"{product_id}-42": quantity}}


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


@pytest.fixture
async def browser(running_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody talking to the hub."""
    app = running_house.hub_app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base_url = web_node(app).settings.public_url
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client


def order(*lines: tuple[str, str, int], key: str = "") -> dict[str, Any]:
    """A checkout request for (shop id, product id, quantity)."""
    return {
        "key": key or secrets.token_urlsafe(16),
        "country": "IT",
        "contact": {"email": "ada@example.com"},
        "address": ADDRESS,
        "lines": [
            {"shop_id": shop_id, "product_id": product_id, "variant_id": f"{product_id}-42", "quantity": quantity}
            for shop_id, product_id, quantity in lines
        ],
    }


async def sign_in(running: House, browser: httpx.AsyncClient) -> None:
    """Become the operator, by a one-time link."""
    with running.at_hub():
        account = await accounts.account_by_email(OPERATOR)
        assert account is not None
        link = await signin.create_link(running.hub.settings, account.id, clock.now())
    token = csrf_token((await browser.get(link)).text)
    assert (await browser.post(link, data={"csrf_token": token})).status_code == 303


async def test_from_catalogue_to_bank(running_house: House, browser: httpx.AsyncClient) -> None:
    """Two boutiques publish, a shopper buys from both and pays once, one ships, one declines; all adds up."""
    first = await running_house.open_shop(profile("aurora", order_acceptance="manual"), [line("p1", 3)])
    second = await running_house.open_shop(profile("bosco"), [line("p2", 1)])
    listed = (await browser.get("/api/v1/listings")).json()
    assert {shop["handle"]: shop["listings"] for shop in listed["shops"]} == {"aurora": 1, "bosco": 1}
    hits = (await browser.get("/api/v1/search", params={"q": "dress"})).json()["hits"]
    assert {hit["shop_id"] for hit in hits} == {first, second}

    bought = await browser.post("/api/v1/checkout", json=order((first, "p1", 2), (second, "p2", 1)))
    assert bought.status_code == 201, bought.text
    answer = bought.json()
    assert (answer["refused"], answer["total"]["amount_minor"]) == ([], 30_000 + 690)
    await running_house.money_arrives()
    await running_house.work()
    token = answer["token"]
    paid = (await browser.get(f"/api/v1/orders/{token}")).json()
    assert [part["state"] for part in paid["parts"]] == ["placed", "placed"]

    with running_house.at_shop():
        for shop_id in (first, second):
            (row,) = [one.row for one in await shop_orders.order_rows(shop_id)]
            if shop_id == second:
                await steps.decline(shop_id, row, ("damaged", ""), steps.Step(new_id(), clock.now()))
                continue
            await steps.accept(shop_id, row, steps.Step(new_id(), clock.now()))
            await steps.ship(shop_id, row, Shipped(carrier="Poste", tracking="X1"), steps.Step(new_id(), clock.now()))
    await running_house.work()
    done = (await browser.get(f"/api/v1/orders/{token}")).json()
    assert [part["state"] for part in done["parts"]] == ["shipped", "declined"]
    assert done["refunded"]["amount_minor"] == 10_690
    assert [one.amount.amount_minor for one in running_house.till.transfers.values()] == [20_000 - 2_440]
    with running_house.at_hub():
        assert set((await payouts.trial_balance_totals()).values()) == {0}


async def test_the_same_key_is_the_same_order(running_house: House, browser: httpx.AsyncClient) -> None:
    """A request sent again answers with the order it began."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 3)])
    asked = order((shop_id, "p1", 1))
    answers = [(await browser.post("/api/v1/checkout", json=asked)).json() for _ in range(2)]
    assert answers[0]["token"] == answers[1]["token"]
    assert answers[0]["redirect_url"] == answers[1]["redirect_url"]
    assert len(running_house.till.payments) == 1


async def test_the_last_piece_goes_to_one(running_house: House, browser: httpx.AsyncClient) -> None:
    """The second shopper is told what is left, and pays nothing."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 1)])
    first = (await browser.post("/api/v1/checkout", json=order((shop_id, "p1", 1)))).json()
    second = (await browser.post("/api/v1/checkout", json=order((shop_id, "p1", 1)))).json()
    assert first["refused"] == []
    assert (second["state"], second["redirect_url"]) == ("refused", None)
    assert second["refused"][0]["available"] == {"p1-42": 0}


WRONG: list[tuple[dict[str, Any], int]] = [
    ({"key": "short"}, 422),
    ({"surprise": 1}, 422),
    ({"lines": []}, 422),
    ({"country": "FR"}, 422),
    ({"contact": {"email": "nobody"}}, 422),
    ({"total": {"amount_minor": 1, "currency": "EUR"}}, 409),
]


async def test_a_wrong_request_is_a_problem_document(running_house: House, browser: httpx.AsyncClient) -> None:
    """Every refusal says what was wrong, and nothing was begun."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 1)])
    for change, status in WRONG:
        refused = await browser.post("/api/v1/checkout", json=order((shop_id, "p1", 1)) | change)
        assert refused.status_code == status, refused.text
        assert refused.headers["content-type"].startswith("application/problem+json")
        assert refused.json()["detail"]
    assert running_house.till.payments == {}


async def test_the_console_part_is_for_operators(running_house: House, browser: httpx.AsyncClient) -> None:
    """Strangers are refused; the operator sees the split, refunds a piece once, and sees that the books balance."""
    shop_id = await running_house.open_shop(profile("aurora", order_acceptance="automatic"), [line("p1", 3)])
    token = (await browser.post("/api/v1/checkout", json=order((shop_id, "p1", 2)))).json()["token"]
    await running_house.money_arrives()
    await running_house.work()
    for path in (f"/api/v1/console/orders/{token}", "/api/v1/console/money"):
        assert (await browser.get(path)).status_code == 401
    await sign_in(running_house, browser)
    part = (await browser.get(f"/api/v1/console/orders/{token}")).json()["parts"][0]
    assert (part["state"], part["split"]["commission"]["amount_minor"]) == ("accepted", 2_000)
    asked = {
        "refund_id": str(new_id()),
        "shop_order_id": part["shop_order_id"],
        "lines": [{"line_id": part["lines"][0]["line_id"], "quantity": 1}],
        "shipping": False,
        "reason": "too small",
    }
    for _ in range(2):
        refunded = await browser.post(f"/api/v1/console/orders/{token}/refunds", json=asked)
        assert refunded.status_code == 200, refunded.text
    assert refunded.json()["refunded"]["amount_minor"] == 10_000
    answer = await browser.get("/api/v1/console/money")
    assert answer.status_code == 200, answer.text
    money = answer.json()
    assert set(money["trial_balance"].values()) == {0}
