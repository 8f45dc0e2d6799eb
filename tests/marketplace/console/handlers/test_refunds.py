"""Refunds through the console: looked at first, made once, shown to the cent."""

import re
from typing import Any

import httpx
import pytest

from federation.vocabulary.ids import new_id
from marketplace.orders.reads import order_by_id
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


async def worked_out(world: World, desk: httpx.AsyncClient, token: str, **chosen: str) -> tuple[str, str]:
    """The address of an order's refund, and the page that works out one piece (and what else is chosen)."""
    order = await order_by_id(await world.order_id(token))
    part = order.parts[0]
    choice = {f"quantity:{part.lines[0].line_id}": "1"} | chosen
    url = f"/console/orders/{order.order_id}/refund"
    answer = await desk.get(url, params={"shop_order_id": str(part.shop_order_id), **choice})
    return url, answer.text


def hidden(page: str) -> dict[str, Any]:
    """The hidden fields of the form on the page."""
    inside = page.split('class="narrow-form"')[1]
    return dict(_HIDDEN.findall(inside)) | {"csrf_token": csrf_token(page)}


async def test_looking_shows_every_partys_share_and_books_nothing(world: World, desk: httpx.AsyncClient) -> None:
    """Before anything moves the operator sees what shopper, boutique, hub and tax office would get or give."""
    token = await world.buy({"a": 2})
    _, page = await worked_out(world, desk, token)
    for amount in ("Refund €100.00", "€87.80", "€10.00", "€2.20"):
        assert amount in page, amount
    await world.work()
    assert world.refunded() == 0


async def test_a_double_click_refunds_once(world: World, desk: httpx.AsyncClient) -> None:
    """The form carries its refund's id, so that sending it twice gives back one piece."""
    token = await world.buy({"a": 2})
    url, page = await worked_out(world, desk, token)
    fields = hidden(page) | {"reason": "did not fit"}
    for _ in range(2):
        answer = await desk.post(url, data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, url.removesuffix("/refund"))
    await world.work()
    assert world.refunded() == 10_000
    after = await read(desk, url.removesuffix("/refund"))
    assert "€100.00 goes back to the shopper." in after
    assert "did not fit" in after
    assert "1 × Dress p-a" in after
    again = await read(desk, url.removesuffix("/refund"))
    assert "goes back to the shopper." not in again


async def test_after_a_full_refund_nobody_keeps_anything(world: World, desk: httpx.AsyncClient) -> None:
    """Pieces and shipping given back: every share keeps nothing, and no further refund is offered."""
    token = await world.buy({"a": 1})
    url, page = await worked_out(world, desk, token, shipping="1")
    assert "Refund €106.90" in page
    await desk.post(url, data=hidden(page))
    await world.work()
    assert world.refunded() == 10_690
    after = await read(desk, url.removesuffix("/refund"))
    assert "Work out a refund" not in after
    assert after.count("€0.00") >= 5


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({}, "choose at least one piece"),
        ({"quantity": "9"}, "can be refunded, not 9"),
        ({"quantity": "two"}, "whole numbers"),
        ({"quantity": "-1"}, "whole numbers"),
        ({"shop_order_id": "nothing"}, "not complete"),
    ],
)
async def test_a_wrong_choice_is_explained(
    world: World, desk: httpx.AsyncClient, choice: dict[str, str], sentence: str
) -> None:
    """Too many pieces, none, or nonsense: the order is shown again with a sentence, and nothing is given back."""
    token = await world.buy({"a": 2})
    order = await order_by_id(await world.order_id(token))
    line_id = order.parts[0].lines[0].line_id
    named = {f"quantity:{line_id}" if name == "quantity" else name: value for name, value in choice.items()}
    params = {"shop_order_id": str(order.parts[0].shop_order_id)} | named
    url = f"/console/orders/{order.order_id}/refund"
    shown = await desk.get(url, params=params)
    sent = await desk.post(url, data=params | {"refund_id": str(new_id()), "csrf_token": csrf_token(shown.text)})
    for answer in (shown, sent):
        assert answer.status_code == 422
        assert sentence in answer.text.casefold()
    await world.work()
    assert world.refunded() == 0


async def test_another_orders_part_is_not_refunded(world: World, desk: httpx.AsyncClient) -> None:
    """A part named under an order it does not belong to is not found."""
    one, other = await world.buy({"a": 1}), await world.buy({"b": 1})
    _, page = await worked_out(world, desk, one)
    wrong = f"/console/orders/{await world.order_id(other)}/refund"
    assert (await desk.post(wrong, data=hidden(page))).status_code == 404
