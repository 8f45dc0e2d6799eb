"""Prices as a shopper sees them, in the currency they chose."""

import re

import httpx
import pytest

from federation.node import clock
from marketplace.currencies import store as rates
from tests.marketplace.currencies.sheets import sheet
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
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
