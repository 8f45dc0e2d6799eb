"""Orders in the console: the list, its filters, and one order."""

from datetime import timedelta

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import execute
from federation.node.listing import Sorting, Span
from federation.vocabulary.ids import new_id
from marketplace.orders import reads
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)


async def test_the_empty_list_says_when_orders_appear(desk: httpx.AsyncClient) -> None:
    """Without orders there is a sentence instead of a table, and an unknown order is a page that says so."""
    assert "They appear the moment somebody checks out" in await read(desk, "/console/orders")
    assert (await desk.get(f"/console/orders/{new_id()}")).status_code == 404


async def test_the_list_narrows_to_a_state(world: World, desk: httpx.AsyncClient) -> None:
    """All orders, those of one state, and a state nobody knows (which is all)."""
    paid, held = await world.buy({"a": 1}), await world.hold({"b": 1})
    numbers = [(await world.view(token)).number for token in (paid, held)]
    every, of_paid, unknown = [
        await read(desk, f"/console/orders{query}") for query in ("", "?state=paid", "?state=bogus")
    ]
    assert all(number in every and number in unknown for number in numbers)
    assert numbers[0] in of_paid
    assert numbers[1] not in of_paid


async def test_the_list_sorts_narrows_and_goes_into_a_file(world: World, desk: httpx.AsyncClient) -> None:
    """Oldest first when asked, by shopper, and the file holds what the list was narrowed to."""
    first = await world.view(await world.hold({"a": 1}))
    second = await world.view(await world.hold({"b": 1}))
    page = await read(desk, "/console/orders")
    assert page.index(second.number) < page.index(first.number)
    turned = await read(desk, "/console/orders?sort=begun")
    assert turned.index(first.number) < turned.index(second.number)
    assert 'aria-sort="ascending"' in turned
    assert "No order fits." in await read(desk, "/console/orders?shopper=nobody@")
    assert 'rel="prev"' not in page
    answer = await desk.get("/console/orders?state=held&shopper=ADA@&as=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Order", second.number, first.number]


async def test_the_list_goes_on_from_a_row(world: World, desk: httpx.AsyncClient) -> None:
    """In every order a page leads to the next one and back, narrowed as it was; a place that is none is refused."""
    numbers = {(await world.view(await world.hold({letter: 1}))).number for letter in "abc"}
    for sorting in (Sorting(name, descending=True) for name in reads.ORDER_SORTS):
        first = await reads.order_page("held", "ada@", Span(2, sorting))
        rest = await reads.order_page("held", "ada@", Span(2, sorting, after=first.after))
        back = await reads.order_page("held", "ada@", Span(2, sorting, before=rest.before))
        assert {one.number for one in (*first.rows, *rest.rows)} == numbers, sorting
        assert [one.number for one in back.rows] == [one.number for one in first.rows], sorting
    page = await read(desk, f"/console/orders?state=held&shopper=ada%40&sort=-total&after={first.after}")
    assert 'rel="prev" href="?state=held&amp;shopper=ada%40&amp;sort=-total&amp;before=' in page
    assert [number in page for number in (rest.rows[0].number, first.rows[0].number)] == [True, False]
    refused = await desk.get(f"/console/orders?after={first.after}")
    assert (refused.status_code, "go back to its start" in refused.text) == (400, True)


async def test_a_number_opens_its_order(world: World, desk: httpx.AsyncClient) -> None:
    """Typed as a shopper reads it out, an order's or a parcel's number leads to the order; a wrong one says so."""
    token = await world.buy({"a": 1})
    order = await world.view(token)
    for number in (order.number, f" {order.parts[0].number.lower()} "):
        answer = await desk.get("/console/orders", params={"number": number})
        assert answer.headers["location"] == f"/console/orders/{order.order_id}"
    assert "There is no order G-NOSUCH" in await read(desk, "/console/orders?number=G-NOSUCH")


async def test_overdue_parcels_are_listed(world: World, desk: httpx.AsyncClient) -> None:
    """A part its boutique has left lying for longer than two days stands on top of the orders and on the overview."""
    token = await world.buy({"a": 1})
    assert "Overdue" not in await read(desk, "/console/orders")
    long_ago = clock.now() - timedelta(hours=49)
    await execute("UPDATE hub_shop_order SET updated_at = $1", long_ago)
    number = (await world.view(token)).parts[0].number
    listed = (await read(desk, "/console/orders")).split("Overdue")[1]
    assert number in listed
    assert "1 parcel overdue" in await read(desk, "/console")


async def test_one_order_shows_who_gets_what(world: World, desk: httpx.AsyncClient) -> None:
    """The split of each part adds up to what was paid: boutique, shipping, commission, VAT on it."""
    token = await world.buy({"a": 2})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped(carrier="GLS", tracking="GL123"))
    page = await read(desk, f"/console/orders/{await world.order_id(token)}")
    for amount in ("€200.00", "€175.60", "€20.00", "€4.40"):  # 200.00 = 175.60 + 20.00 + 22 % of it; shipping is free
        assert amount in page, amount
    assert "GL123" in page
    assert "Work out a refund" in page


async def test_what_was_said_is_told_in_order(world: World, desk: httpx.AsyncClient) -> None:
    """What the hub told the boutique stands in the order's history, with whether it was heard."""
    token = await world.buy({"a": 1})
    page = await read(desk, f"/console/orders/{await world.order_id(token)}")
    assert "Hub told Shop-a how the money divides" in page
    assert "not yet heard" in page


async def test_a_boutique_is_asked_to_cancel_once(world: World, desk: httpx.AsyncClient) -> None:
    """Before the parcel leaves the boutique can be asked to stop; asking twice asks once, and it is shown as asked."""
    token = await world.buy({"a": 1})
    url = f"/console/orders/{await world.order_id(token)}"
    page = await read(desk, url)
    part = (await world.view(token)).parts[0]
    fields = {"csrf_token": csrf_token(page), "shop_order_id": str(part.shop_order_id), "reason": "Changed my mind"}
    for _ in range(2):
        answer = await desk.post(f"{url}/cancel", data=fields)
        assert answer.headers["location"] == url
    page = await read(desk, url)
    assert "has been asked to cancel and has not answered yet" in page
    assert (await world.told("a")).count("cancel_requested") == 1
    wrong = await desk.post(f"{url}/cancel", data={**fields, "shop_order_id": str(new_id())})
    assert wrong.status_code == 404


async def test_what_has_left_cannot_be_cancelled(world: World, desk: httpx.AsyncClient) -> None:
    """Once shipped the page offers no cancelling, and a late form is answered with a sentence."""
    token = await world.buy({"a": 1})
    url = f"/console/orders/{await world.order_id(token)}"
    fields = {
        "csrf_token": csrf_token(await read(desk, url)),
        "shop_order_id": str((await world.view(token)).parts[0].shop_order_id),
    }
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    assert (await desk.post(f"{url}/cancel", data=fields)).status_code == 303
    page = await read(desk, url)
    assert 'role="alert"' in page
    assert "Ask the boutique to cancel" not in page
