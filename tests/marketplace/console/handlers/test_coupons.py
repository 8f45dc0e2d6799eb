"""The console's page of coupons, and a shopper who uses one."""

import httpx
import pytest

from federation.node.database import fetch_value
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.support.clients import csrf_token, drawn_in, form

pytestmark = pytest.mark.apps(*APPS)

PAGE = "/console/coupons"
TEN = {"code": "spring 10", "kind": "amount", "off": "10", "currency": "EUR", "minimum": "50", "uses": "2"}


async def send(desk: httpx.AsyncClient, page: str, path: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form that stands on another page."""
    token = csrf_token((await desk.get(page)).text)
    return await desk.post(path, data={"csrf_token": token, **fields})


async def test_a_coupon_is_made_used_in_a_basket_and_ended(desk: httpx.AsyncClient) -> None:
    """What it takes off stands in the basket and at the checkout; once ended the basket says so."""
    await read(desk, PAGE)
    assert (await form(desk, PAGE, TEN)).status_code == 303
    page = await read(desk, PAGE)
    assert "SPRING10" in page
    assert "0 of 2" in page
    dress = {"shop_id": shop_id_of("a"), "product_id": "p-a", "variant_id": "v-a"}
    assert (await send(desk, "/b/shop-a/p-a", "/basket/add", dress)).status_code == 303
    assert (await send(desk, "/basket", "/basket/coupon", {"code": "Spring10", "next": "/checkout"})).status_code == 303
    for path in ("/basket", "/checkout"):
        page = await read(desk, path)
        assert "Coupon SPRING10, paid by us" in page
        assert "€96.90" in page
    assert (await send(desk, PAGE, f"{PAGE}/SPRING10/stop", {})).status_code == 303
    page = await read(desk, "/basket")
    assert "This coupon has ended" in page
    assert "€106.90" in page
    assert (await send(desk, "/basket", "/basket/coupon", {"code": "Spring10", "remove": "1"})).status_code == 303
    assert "This coupon has ended" not in await read(desk, "/basket")
    assert (await form(desk, PAGE, TEN | {"code": "saldi"})).status_code == 303
    shown = await read(desk, PAGE)
    unnamed = TEN | {"code": "", "drawn": drawn_in(shown), "csrf_token": csrf_token(shown)}
    for _ in range(2):
        assert (await desk.post(PAGE, data=unnamed)).status_code == 303
    shown = await read(desk, PAGE)
    assert "This form was sent before" in shown
    assert f">{unnamed['drawn']}<" in shown
    assert drawn_in(shown) != unnamed["drawn"]
    assert await fetch_value("SELECT count(*) FROM hub_coupon") == 3, "a double click makes one"
    assert (await read(desk, PAGE)).count("easy to guess") == 1, "not the one that was made, nor one that has ended"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"off": "ten"}, "is no amount"),
        ({"off": "60"}, "raise the minimum"),
        ({"kind": "percent", "off": "95"}, "cannot be made"),
        ({"uses": "many"}, "whole number"),
        ({"ends": "2020-01-01"}, "must end after"),
        ({"ends": "9999-12-31"}, "Write the day"),
        ({"currency": ""}, "Choose the currency"),
        ({"code": "x"}, "cannot be made"),
    ],
)
async def test_a_coupon_that_cannot_be_offered_is_shown_again(
    desk: httpx.AsyncClient, changes: dict[str, str], word: str
) -> None:
    """With a sentence of what is wrong."""
    answer = await form(desk, PAGE, TEN | changes)
    assert answer.status_code == 422
    assert word in answer.text


async def test_a_code_is_given_once(desk: httpx.AsyncClient) -> None:
    """The same code again is refused."""
    assert (await form(desk, PAGE, TEN)).status_code == 303
    answer = await form(desk, PAGE, TEN)
    assert answer.status_code == 422
    assert "already" in answer.text
