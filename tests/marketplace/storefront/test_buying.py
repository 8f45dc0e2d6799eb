"""From the basket to the order's page, through forms alone."""

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node.database import execute, fetch, fetch_value
from marketplace.coupons.domain.guessing import VISITOR_MAX
from marketplace.demo.world.boutiques import BOUTIQUES
from payouts.adapters.memory import Fault
from payouts.errors import ProviderUnavailableError
from tests.marketplace.gallery import Gallery
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.markup import faults
from tests.marketplace.orders.test_terms import offer
from tests.marketplace.orders.world import APPS
from tests.support.clients import csrf_token, form

pytestmark = pytest.mark.apps(*APPS)

ADDRESS = {
    "name": "Ada Lovelace", "line1": "Via Roma 1", "postcode": "90133", "town": "Palermo", "email": "ada@example.com",
}  # fmt: skip


def first_in_stock(place: int) -> tuple[str, str, str]:
    """Handle, product and variant of a piece that a boutique has."""
    boutique = BOUTIQUES[place]
    return next(
        (boutique.profile.handle, product.id, variant.id)
        for product in boutique.products
        for variant in product.variants
        if boutique.stock[variant.id]
    )


async def put_in_basket(browser: httpx.AsyncClient, place: int) -> str:
    """Add a piece of the boutique at `place` as a shopper does; returns the variant."""
    handle, product_id, variant_id = first_in_stock(place)
    data = {"shop_id": shop_id_of("abcd"[place]), "product_id": product_id, "variant_id": variant_id}
    answer = await form(browser, f"/b/{handle}/p/{product_id}", data, action="/basket/add")
    assert answer.headers["location"] == "/basket"
    return variant_id


async def send_checkout(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    """Fill in the checkout page's own fields and send it."""
    page = await browser.get("/checkout")
    assert faults(page.text) == []
    hidden = {name: _hidden(page.text, name) for name in ("key", "quote", "country")}
    return await browser.post("/checkout", data={**hidden, **ADDRESS, **changes, "csrf_token": csrf_token(page.text)})


def _hidden(html: str, name: str) -> str:
    return html.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


async def test_a_basket_over_two_boutiques_adds_up(browser: httpx.AsyncClient) -> None:
    """Each boutique has its part with its own parcel, and the page is sound."""
    await put_in_basket(browser, 0)
    await put_in_basket(browser, 1)
    page = await browser.get("/basket")
    assert faults(page.text) == []
    assert page.text.count('class="parcel"') == 2
    assert "Shipping, 2 parcels" in page.text


async def test_a_silent_boutique_is_said_to_be_asked_first(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """Counts go when a boutique falls silent; later every page on the way to paying says that it is asked first."""
    del gallery
    await put_in_basket(browser, 0)
    handle, product_id, _ = first_in_stock(0)
    seen = []
    for seconds in (0, 60, 300):
        await execute("UPDATE hub_shop SET stock_heard_at = now() - make_interval(secs => $1)", float(seconds))
        pages = [(await browser.get(path)).text for path in (f"/b/{handle}/p/{product_id}", "/basket", "/checkout")]
        assert [faults(page) for page in pages] == [[], [], []]
        seen.append(["have not heard from" in page for page in pages])
    assert seen == [[False] * 3, [False] * 3, [True] * 3]
    assert (await send_checkout(browser)).status_code == 303


async def test_quantity_and_removal(browser: httpx.AsyncClient) -> None:
    """A line's quantity can be changed; removing it empties the basket and says what to do."""
    await put_in_basket(browser, 0)
    key = _hidden((await browser.get("/basket")).text, "key")
    answer = await form(browser, "/basket", {"key": key, "quantity": "many"}, action="/basket/update")
    assert answer.status_code == 422
    assert "whole number" in answer.text
    await form(browser, "/basket", {"key": key, "quantity": "1", "remove": "1"}, action="/basket/update")
    assert "Nothing in it yet" in (await browser.get("/basket")).text


async def test_adding_without_a_size_is_explained(browser: httpx.AsyncClient) -> None:
    """The page says to choose a size; nothing is added."""
    handle, product_id, _ = first_in_stock(0)
    data = {"shop_id": shop_id_of("a"), "product_id": product_id}
    answer = await form(browser, f"/b/{handle}/p/{product_id}", data, action="/basket/add")
    assert answer.status_code == 422
    assert "Choose a size first" in answer.text


async def test_the_destination_changes_shipping(browser: httpx.AsyncClient) -> None:
    """Another country brings that country's parcel price."""
    await put_in_basket(browser, 0)
    await form(browser, "/basket", {"country": "FR", "next": "/basket"}, action="/destination")
    page = (await browser.get("/basket")).text
    assert '<option value="FR" selected>' in page
    assert "€14.00" in page


async def test_a_faulty_address_is_shown_again_as_written(browser: httpx.AsyncClient) -> None:
    """Each faulty field says what it needs, the others keep what was written, nothing is begun."""
    await put_in_basket(browser, 0)
    answer = await send_checkout(browser, postcode="", email="not an address")
    assert answer.status_code == 422
    assert faults(answer.text) == []
    assert "The parcel needs a postcode." in answer.text
    assert "does not look like an e-mail address" in answer.text
    assert 'value="Ada Lovelace"' in answer.text


async def test_a_basket_that_changed_is_shown_again(browser: httpx.AsyncClient) -> None:
    """A quote that is no longer right never reaches the boutiques."""
    await put_in_basket(browser, 0)
    answer = await send_checkout(browser, quote="stale")
    assert answer.status_code == 409
    assert "changed since you saw it" in answer.text


async def test_all_held_leads_straight_to_payment_and_the_order_page(
    browser: httpx.AsyncClient, gallery: Gallery
) -> None:
    """When every boutique sets its piece aside the shopper goes on to pay, and then finds the order."""
    await put_in_basket(browser, 0)
    await put_in_basket(browser, 1)
    answer = await send_checkout(browser)
    assert answer.status_code == 303
    assert not answer.headers["location"].startswith("/")
    token = str(await fetch_value("SELECT token FROM hub_order"))
    waiting = await browser.get(f"/order/{token}")
    assert "go on to the payment" in waiting.text
    await gallery.world.money_arrives(token)
    page = await browser.get(f"/order/{token}")
    assert faults(page.text) == []
    assert "Thank you; 2 houses are packing" in page.text
    for letter, title in (("a", "Thank you; 1 house is packing"), ("b", "Thank you</h1>")):
        await gallery.world.work()
        await gallery.world.says(letter, token, Accepted())
        await gallery.world.says(letter, token, Shipped())
        assert title in (await browser.get(f"/order/{token}")).text
    assert "Nothing in it yet" in (await browser.get("/basket")).text


async def test_the_order_page_asks_how_the_payment_stands(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """Before any notice a payment given up leads to paying again and a paid one to thanks; silence is told kindly."""
    await put_in_basket(browser, 0)
    await send_checkout(browser)
    token = str(await fetch_value("SELECT token FROM hub_order"))
    till = gallery.world.till
    till.faults.append(Fault("get_payment", ProviderUnavailableError("the provider is silent")))
    silent = (await browser.get(f"/order/{token}")).text
    assert faults(silent) == []
    assert "all is well and there is nothing more to do" in silent
    assert "give everything back" not in silent
    till.give_up(await gallery.world.provider_payment(token))
    given_up = (await browser.get(f"/order/{token}")).text
    assert "go on to the payment, or give them back" in given_up
    await form(browser, f"/checkout/{token}/held", {"choice": "continue"})
    till.pay(await gallery.world.provider_payment(token))
    assert "Thank you" in (await browser.get(f"/order/{token}")).text


async def test_a_second_checkout_takes_over_from_an_unpaid_one(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """The checkout page says so; the last piece is held once, by the later order, and the first is over."""
    variant_id = await put_in_basket(browser, 0)
    gallery.world.boutiques.stock(shop_id_of("a"), variant_id, 1)
    assert "is not paid yet" not in (await browser.get("/checkout")).text
    await send_checkout(browser)
    first = str(await fetch_value("SELECT token FROM hub_order"))
    page = (await browser.get("/checkout")).text
    assert faults(page) == []
    assert f'is not paid yet: <a href="/order/{first}">' in page
    await send_checkout(browser)
    states = await fetch("SELECT token = $1 AS first, state FROM hub_order ORDER BY created_at", first)
    assert [(row["first"], row["state"]) for row in states] == [(True, "cancelled"), (False, "paying")]


async def test_what_was_paid_leaves_the_basket_without_a_look_at_the_order(
    browser: httpx.AsyncClient, gallery: Gallery
) -> None:
    """Whoever pays and goes straight on shopping does not buy the same pieces again."""
    await put_in_basket(browser, 0)
    await send_checkout(browser)
    await gallery.world.money_arrives(str(await fetch_value("SELECT token FROM hub_order")))
    assert "Nothing in it yet" in (await browser.get("/basket")).text


async def test_an_order_nobody_could_send_says_that_all_was_given_back(
    browser: httpx.AsyncClient, gallery: Gallery
) -> None:
    """The page does not thank for, or promise parcels of, an order that was refunded whole."""
    await put_in_basket(browser, 0)
    await send_checkout(browser)
    gallery.world.boutiques.refuses(shop_id_of("a"), "place_order", "order-declined")
    token = str(await fetch_value("SELECT token FROM hub_order"))
    await gallery.world.money_arrives(token)
    await gallery.world.work()
    page = (await browser.get(f"/order/{token}")).text
    assert faults(page) == []
    assert "All of it was given back" in page
    assert "Thank you" not in page


async def test_a_refusal_is_shown_before_anything_is_charged(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """The page between says who refused; the shopper may go on with the rest or give everything back."""
    gone = await put_in_basket(browser, 0)
    await put_in_basket(browser, 1)
    gallery.world.boutiques.stock(shop_id_of("a"), gone, 0)
    answer = await send_checkout(browser)
    between = answer.headers["location"]
    assert between.startswith("/checkout/")
    page = await browser.get(between)
    assert faults(page.text) == []
    assert "Almost all of it" in page.text
    assert "not available" in page.text
    assert "Set aside for you for another" in page.text
    stopped = await form(browser, between, {"choice": "stop"})
    assert stopped.headers["location"] == "/basket"
    assert ["Everything was given back" in (await browser.get("/basket")).text for _ in "12"] == [True, False]
    assert "This checkout is over" in (await browser.get(between)).text


async def test_an_order_opens_by_its_token_only(browser: httpx.AsyncClient) -> None:
    """A guessed address finds nothing."""
    assert (await browser.get("/order/G-AAAA")).status_code == 404


async def test_another_country_is_worked_out_before_anybody_is_asked(browser: httpx.AsyncClient) -> None:
    """Choosing another country in the address shows the new total, keeps what was written and begins nothing."""
    await put_in_basket(browser, 0)
    answer = await send_checkout(browser, to="FR")
    assert answer.status_code == 200
    assert faults(answer.text) == []
    assert "The total is now for France" in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert "€14.00" in answer.text
    assert await fetch_value("SELECT count(*) FROM hub_order") == 0


async def test_a_code_keeps_the_address_and_is_counted_before_anybody_is_asked(
    browser: httpx.AsyncClient, gallery: Gallery
) -> None:
    """Using a code, taking it out or paying with one just typed shows the form as written; the next click buys."""
    del gallery
    await put_in_basket(browser, 0)
    page = (await browser.get("/checkout")).text
    voucher = f"voucher:{shop_id_of('a')}"
    assert page.count('form="checkout"') == 5, "both codes, their buttons, and what a press of Enter means"
    sent = {name: _hidden(page, name) for name in ("key", "quote", "country")}
    sent |= {**ADDRESS, "coupon": "", voucher: "", "csrf_token": csrf_token(page)}
    for changes, shown in (
        ({"coupon": "spring", "use": "coupon"}, ("SPRING: ",)),
        ({"coupon": "SPRING", voucher: "mine"}, ("SPRING: ", "MINE: ", "Your code has been counted in")),
        ({"coupon": "SPRING", voucher: "MINE", "take_out": voucher}, ("SPRING: ",)),
        ({"coupon": "", "use": "coupon"}, ()),
    ):
        answer = await browser.post("/checkout", data={**sent, **changes})
        assert answer.status_code == 200
        assert faults(answer.text) == []
        assert 'value="Ada Lovelace"' in answer.text
        for code in ("SPRING: ", "MINE: ", "Your code has been counted in"):
            assert (code in answer.text) is (code in shown), code
        assert ("goes under “A coupon?”" in answer.text) is ("MINE: " in shown)
        head = answer.text.partition('id="summary"')[0]
        assert ("SPRING: " in head and 'href="#coupon"' in head) is ("use" in changes and bool(changes["coupon"]))
        assert ("No code is used here" in head) is (changes.get("take_out") == voucher or not changes["coupon"])
    assert await fetch_value("SELECT count(*) FROM hub_order") == 0
    assert (await browser.post("/checkout", data=sent)).status_code == 303


async def test_the_head_of_the_checkout_says_what_a_code_takes_off(browser: httpx.AsyncClient) -> None:
    """Whoever uses a code far down the page reads at its head that it works, and what is to pay now."""
    await offer(minimum_minor=2000)
    await put_in_basket(browser, 0)
    answer = await send_checkout(browser, coupon="spring", use="coupon")
    assert faults(answer.text) == []
    assert "SPRING takes €10.00 off: to pay are €" in answer.text.partition('id="summary"')[0]


async def test_a_changed_address_is_a_new_order(browser: httpx.AsyncClient) -> None:
    """Going back and writing another address shows the form again, ready to be sent as an order of its own."""
    await put_in_basket(browser, 0)
    page = (await browser.get("/checkout")).text
    hidden = {name: _hidden(page, name) for name in ("key", "quote", "country")}
    sent = {**hidden, **ADDRESS, "csrf_token": csrf_token(page)}
    assert (await browser.post("/checkout", data=sent)).status_code == 303
    answer = await browser.post("/checkout", data={**sent, "town": "Monreale"})
    assert answer.status_code == 409
    assert "this is a new order" in answer.text
    assert _hidden(answer.text, "key") != hidden["key"]
    assert await fetch_value("SELECT count(*) FROM hub_order") == 1


async def test_the_destination_can_be_chosen_before_anything_is_bought(browser: httpx.AsyncClient) -> None:
    """An empty basket and every piece let a shopper say where they are; the piece's page comes back with its price."""
    handle, product_id, _ = first_in_stock(0)
    path = f"/b/{handle}/p/{product_id}"
    answer = await form(browser, path, {"country": "JP", "next": path}, action="/destination")
    assert answer.headers["location"] == path
    text = (await browser.get(path)).text
    assert "Delivered to Japan" in text or "does not send to Japan" in text
    assert '<option value="JP" selected>' in (await browser.get("/basket")).text


async def test_no_size_is_chosen_for_the_shopper(browser: httpx.AsyncClient) -> None:
    """Nobody buys the smallest size by accident."""
    handle, product_id, _ = first_in_stock(0)
    assert " checked" not in (await browser.get(f"/b/{handle}/p/{product_id}")).text


async def test_who_tries_too_many_codes_waits_and_can_still_buy(browser: httpx.AsyncClient) -> None:
    """The basket and the checkout say so, what was written into the form stays, and buying without a code goes on."""
    await put_in_basket(browser, 0)
    for number in range(VISITOR_MAX):
        answer = await form(browser, "/basket", {"code": f"guess {number}"}, action="/basket/coupon")
        assert answer.status_code == 303
    page = (await browser.get("/basket")).text
    assert "GUESS9: This code cannot be used for this basket" in page
    again = await form(browser, "/basket", {"code": "one more"}, action="/basket/coupon")
    assert (again.status_code, faults(again.text)) == (429, [])
    assert "“one more” was not looked at. Too many codes" in again.text
    answer = await send_checkout(browser, coupon="one more", use="coupon")
    assert (answer.status_code, faults(answer.text)) == (429, [])
    assert "“one more” was not looked at. Too many codes" in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert (await send_checkout(browser, coupon="")).status_code == 200
    assert (await send_checkout(browser)).status_code == 303
