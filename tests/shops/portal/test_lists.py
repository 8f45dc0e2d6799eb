"""The portal's lists: sorted, narrowed, in files; and its plots."""

import httpx
import pytest

from federation.node import clock
from federation.node.listing import Sorting, Span
from federation.vocabulary.ids import PartyId
from shops.catalog import service as catalog
from shops.orders import store as orders
from shops.portal import forms
from shops.portal.seen import differences, seen_mark
from tests.shops.house import APPS, confirmed, order_of, placed, stocked
from tests.shops.portal.conftest import HOME
from tests.shops.portal.test_pages import PRODUCT, fields, read
from tests.support.clients import form

pytestmark = pytest.mark.apps(*APPS)


async def sold_one(shop_id: PartyId) -> None:
    """A dress in stock, and one order for it."""
    dress = await stocked(shop_id, 3)
    await placed(shop_id, await order_of(shop_id, await confirmed(shop_id, (dress, 1))))


@pytest.mark.parametrize(
    ("path", "column"), [("orders", "total"), ("money/orders", "owed"), ("products", "price"), ("stock", "on_hand")]
)
async def test_each_list_sorts_and_goes_into_a_file(
    browser: httpx.AsyncClient, shop_id: PartyId, path: str, column: str
) -> None:
    """A heading leads to its order and says it; the file has a row for each of the list; odd words are harmless."""
    await sold_one(shop_id)
    page = await read(browser, f"/{path}?sort=-{column}")
    assert page.count('aria-sort="descending"') == 1
    assert f'href="?sort=-{column}&amp;as=csv"' in page
    assert 'aria-sort="none"' in await read(browser, f"/{path}?sort=-{column};drop&page=x")
    answer = await browser.get(f"{HOME}/{path}?as=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2


async def test_orders_go_on_from_a_row(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """In every order a page leads to the next one and back, narrowed as it was; a place that is none is refused."""
    dress = await stocked(shop_id, 3)
    for _ in range(3):
        await placed(shop_id, await order_of(shop_id, await confirmed(shop_id, (dress, 1))))
    for sorting in (Sorting(name, descending=True) for name in orders.ORDER_SORTS):
        first = await orders.order_page(shop_id, (), Span(2, sorting))
        rest = await orders.order_page(shop_id, (), Span(2, sorting, after=first.after))
        back = await orders.order_page(shop_id, (), Span(2, sorting, before=rest.before))
        assert len({one.row for one in (*first.rows, *rest.rows)}) == 3, sorting
        assert [one.row for one in back.rows] == [one.row for one in first.rows], sorting
    page = await read(browser, f"/orders?state=open&sort=-owed&after={first.after}")
    assert 'rel="prev" href="?state=open&amp;sort=-owed&amp;before=' in page
    refused = await browser.get(f"{HOME}/orders?after={first.after}")
    assert (refused.status_code, "go back to its start" in refused.text) == (httpx.codes.BAD_REQUEST, True)


async def test_a_title_like_a_formula_stays_a_title(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """A spreadsheet is handed a text."""
    await form(browser, f"{HOME}/new-product", PRODUCT | {"title_en": "=HYPERLINK(1)"})
    assert "'=HYPERLINK(1)" in (await browser.get(f"{HOME}/products?as=csv")).text


async def test_titles_are_in_the_readers_language(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """An Italian reader sees, sorts and finds Italian titles on the page, in the stock and in the file."""
    await form(browser, f"{HOME}/new-product", PRODUCT | {"title_en": "Linen dress", "title_it": "Abito di lino"})
    assert "Linen dress" in await read(browser, "/products?q=abito")
    browser.headers["Accept-Language"] = "it-IT"
    for path in ("/products?sort=title&q=LINEN", "/stock"):
        page = await read(browser, path)
        assert "Abito di lino" in page
        assert "Linen dress" not in page
    told = (await browser.get(f"{HOME}/products?as=csv")).content.decode("utf-8-sig")
    assert "L-7;Abito di lino;Abiti;In vendita;" in told
    assert ";189,00;189,00;" in told


async def test_sales_of_the_day_stand_in_the_plot(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Before any sale the page says so; after one, today has a column that is marked as unfinished."""
    assert "Nothing was sold in the last 30 days" in await read(browser, "")
    await sold_one(shop_id)
    (today,) = await orders.sold_by_day(shop_id, clock.now().date())
    assert (today.orders, today.day) == (1, clock.now().date())
    page = await read(browser, "")
    assert page.count('<rect class="column unfinished"') == 1
    assert "1 order, on" in page


async def test_an_older_form_is_refused_with_what_changed(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """What another tab saved is not overwritten unseen: both are shown, nothing is lost, sending again saves."""
    await form(browser, f"{HOME}/new-product", PRODUCT)
    shown = fields(await read(browser, "/products/L-7"))
    own = {**PRODUCT, "v0_id": shown["v0_id"], "v0_label": "42", "seen": shown["seen"]}
    await form(browser, f"{HOME}/products/L-7", own | {"v0_price": "150.00"})
    late = await form(browser, f"{HOME}/products/L-7", own | {"title_en": "My own title"})
    assert late.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Nothing is lost" in late.text
    assert "Price, row 1</th>" in late.text
    assert "My own title" in late.text
    stored = (await catalog.product(shop_id, "L-7")).product
    assert stored.variants[0].price.amount_minor == 15_000
    again = await form(browser, f"{HOME}/products/L-7", own | {"title_en": "My own title", "seen": seen_mark(stored)})
    assert again.status_code == httpx.codes.SEE_OTHER
    assert (await catalog.product(shop_id, "L-7")).product.variants[0].price.amount_minor == 18_900


async def test_only_what_differs_is_listed(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Blank rows, hidden ids, and a comma before the cents are no differences."""
    await form(browser, f"{HOME}/new-product", PRODUCT)
    stored = (await catalog.product(shop_id, "L-7")).product
    same = dict(forms.product_fields(stored)) | {
        "v0_price": "189",
        "v3_system": "IT",
        "v3_family": "black",
        "seen": "x",
    }
    assert differences(same, stored) == []
    (one,) = differences(same | {"materials": "wool"}, stored)
    assert (one.words, one.form) == ("Materials", "wool")
