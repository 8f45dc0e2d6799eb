"""Prices as a shopper sees them, in the currency they chose."""

import re

import httpx
import pytest

from federation.node import clock
from federation.node.pages import format_money
from marketplace.currencies import store as rates
from tests.marketplace.currencies.sheets import sheet
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
from tests.marketplace.storefront.test_buying import put_in_basket, send_checkout
from tests.support.clients import form

pytestmark = pytest.mark.apps("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")


async def choose(browser: httpx.AsyncClient, currency: str, following: str = "/search") -> httpx.Response:
    """Press the chooser's button, as a page without scripts does."""
    answer = await form(browser, "/", {"currency": currency, "next": following}, action="/currency")
    assert answer.status_code == httpx.codes.SEE_OTHER
    return await browser.get(answer.headers["location"])


async def test_every_price_follows_the_choice_and_says_its_rate(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """Cards, the piece and the basket are in yen, and the page says at which rate, of which day, by whom."""
    await rates.keep(sheet(clock.now().date()))
    page = await choose(browser, "JPY")
    assert "€" not in re.sub(r"<form.*?</form>|<nav.*?</nav>", "", page.text, flags=re.DOTALL)
    assert "¥" in page.text
    assert "1 EUR = 178.43 JPY" in page.text
    assert "ECB" in page.text
    assert faults(page.text) == []


async def test_without_rates_prices_stay_and_the_page_says_why(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """Nothing is converted at rates nobody knows."""
    page = await choose(browser, "JPY")
    assert "¥" not in re.sub(r"<option.*?</option>", "", page.text, flags=re.DOTALL)
    assert "no exchange rate" in page.text
    assert 'name="currency" value="EUR"' in page.text


async def test_a_currency_nobody_pays_in_changes_nothing(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """A form sent with any other word keeps the currency as it was."""
    await rates.keep(sheet(clock.now().date()))
    page = await choose(browser, "doubloons", "//elsewhere.example/")
    assert page.url.host == browser.base_url.host
    assert "1 EUR" not in page.text


async def test_what_is_agreed_to_says_its_rate_until_it_is_paid(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """Basket, checkout and order are in dollars to the cent, at the rate promised, whatever is chosen afterwards."""
    await rates.keep(sheet(clock.now().date()))
    await choose(browser, "USD")
    await put_in_basket(browser, 0)
    basket = await browser.get("/basket")
    assert "1 EUR = 1.1525 USD" in basket.text
    checkout = await browser.get("/checkout")
    total = re.findall(r"\$[\d,.]+", checkout.text)[-1]
    assert "1 EUR = 1.1525 USD" in checkout.text
    sent = await send_checkout(browser)
    (payment,) = gallery.world.till.payments.values()
    assert sent.headers["location"] == payment.redirect_url
    assert format_money(payment.amount) == total
    order = (await browser.get("/basket")).text.split('href="/order/', 1)[1].split('"', 1)[0]
    await gallery.world.money_arrives(order)
    await choose(browser, "JPY")
    page = await browser.get(f"/order/{order}")
    assert total in page.text
    assert "Charged in USD, converted at 1 EUR = 1.1525 USD" in page.text
    assert faults(page.text) == []
