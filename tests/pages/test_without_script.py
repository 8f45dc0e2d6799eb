"""What shoppers, owners and the operator do works in a browser that runs no scripts (buying is tried elsewhere)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from tests.pages.conftest import put_in_basket, sign_in
from tests.pages.season import AUTOMATIC, MANUAL
from tests.pages.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def plain(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A phone whose browser runs no scripts."""
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context
    await context.close()


async def test_results_are_narrowed(plain: BrowserContext, town: Town) -> None:
    """A search is narrowed to a colour by opening the panel and following a link."""
    page = await plain.new_page()
    await page.goto(f"{town.bases['hub']}/search?q=dress")
    await page.click("[popovertarget=narrowing]")
    await page.click(".panel-fold summary >> nth=0")
    await page.click(".panel-fold[open] a >> nth=0")
    assert page.url.partition("?")[2].startswith("q=dress&")
    assert await page.locator("main .card").count() > 0
    await page.close()


async def test_the_basket_is_changed(plain: BrowserContext, town: Town) -> None:
    """Quantity, country and currency change by forms alone; what is taken out is gone."""
    await put_in_basket(plain, town, AUTOMATIC)
    page = await plain.new_page()
    await page.goto(f"{town.bases['hub']}/basket")
    await page.locator("main select[name=country]").select_option("FR")
    await page.click("main form[action='/destination'] button")
    assert await page.locator("main select[name=country]").input_value() == "FR"
    await page.click(".chooser summary")
    await page.locator(".chooser select, .chooser [name=currency]").first.select_option("GBP")
    await page.click(".chooser form button")
    assert "£" in await page.inner_text("main .grand")
    await page.click("main [name=remove]")
    assert await page.locator("main .parcel").count() == 0
    await page.close()


async def test_an_owner_accepts_and_sends(plain: BrowserContext, town: Town) -> None:
    """In the portal an order is accepted and shipped by forms alone."""
    await sign_in(plain, await town.shop_link())
    page = await plain.new_page()
    await page.goto(f"{town.bases['shop']}/portal/{MANUAL}/orders/{town.names['placed_row']}")
    await page.click("form[action$='/accept'] button")
    await page.fill("form[action$='/ship'] [name=carrier]", "Poste Italiane")
    await page.click("form[action$='/ship'] button")
    assert await page.locator("form[action$='/ship']").count() == 0
    await page.close()


async def test_the_operator_refunds(plain: BrowserContext, town: Town) -> None:
    """In the console a refund is looked at and made by forms alone."""
    await sign_in(plain, await town.hub_link())
    page = await plain.new_page()
    order = f"{town.bases['hub']}/console/orders/{town.names['placed_id']}"
    await page.goto(f"{order}/refund?shop_order_id={town.names['part']}&quantity%3A{town.names['line']}=1&reason=small")
    await page.click("main form[method=post] button")
    assert page.url == order
    assert await page.locator("main .notice-good").count() == 1
    await page.close()
