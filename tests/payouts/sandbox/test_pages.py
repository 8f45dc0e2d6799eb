"""The sandbox's pages, as a browser without JavaScript uses them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.payouts.lab import SandboxWorld, sandbox_settings, sandbox_world
from tests.payouts.worked_example import euro
from tests.support.clients import form
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.sandbox.piccolo_app")

BACK = "http://127.0.0.1:7999/order/token"


@pytest.fixture
async def lab(database_urls: Urls, tmp_path: Path) -> AsyncIterator[SandboxWorld]:
    """A sandbox whose accounts need papers."""
    async with sandbox_world(sandbox_settings(database_urls, tmp_path, accounts_ready=False)) as world:
        yield world


async def page_of_new_payment(lab: SandboxWorld) -> str:
    """The address of a fresh payment page."""
    made = await lab.provider.create_payment("ref", euro(12345), "Maison Lune & others", BACK, "pi")
    return made.redirect_url


async def status_of(lab: SandboxWorld, page: str) -> str:
    """The payment's status by its page."""
    return (await lab.provider.get_payment(page.rsplit("/", 1)[1])).status


async def test_page_says_what_is_paid_and_that_it_is_no_real_money(lab: SandboxWorld) -> None:
    """The shopper sees the amount, for what, and that this is a simulator."""
    shown = await lab.browser.get(await page_of_new_payment(lab))
    assert shown.status_code == 200
    assert "€123.45" in shown.text
    assert "Maison Lune &amp; others" in shown.text
    assert "no money moves" in shown.text
    assert "<script" not in shown.text


async def test_good_card_pays_and_leads_back(lab: SandboxWorld) -> None:
    """A card that pays sends the shopper back to the shop; paying again changes nothing."""
    page = await page_of_new_payment(lab)
    answer = await form(lab.browser, page, {"card": "succeeds"})
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert await status_of(lab, page) == "succeeded"
    assert "€123.45 paid" in (await lab.browser.get(page)).text


async def test_declined_card_can_be_followed_by_another(lab: SandboxWorld) -> None:
    """A declined card brings the page again with a sentence, and another card works."""
    page = await page_of_new_payment(lab)
    answer = await form(lab.browser, page, {"card": "declined"})
    assert answer.headers["location"].endswith(page.rsplit("/", 1)[1])
    assert "declined" in (await lab.browser.get(page)).text
    await form(lab.browser, page, {"card": "succeeds"})
    assert await status_of(lab, page) == "succeeded"


@pytest.mark.parametrize(("answer", "status"), [("confirm", "succeeded"), ("fail", "open")])
async def test_bank_asks_for_confirmation(lab: SandboxWorld, answer: str, status: str) -> None:
    """A card with 3-D Secure pays only when its bank's question is answered with yes."""
    page = await page_of_new_payment(lab)
    await form(lab.browser, page, {"card": "check"})
    assert "bank asks" in (await lab.browser.get(page)).text
    assert await status_of(lab, page) == "open"
    await form(lab.browser, page, {"answer": answer}, action=f"{page}/check")
    assert await status_of(lab, page) == status


async def test_confirming_what_was_not_asked_pays_nothing(lab: SandboxWorld) -> None:
    """The bank's answer counts only after its question."""
    page = await page_of_new_payment(lab)
    await form(lab.browser, page, {"answer": "confirm"}, action=f"{page}/check")
    assert await status_of(lab, page) == "open"


async def test_giving_up_leads_back_unpaid(lab: SandboxWorld) -> None:
    """A shopper who does not pay is led back, and the payment is over."""
    page = await page_of_new_payment(lab)
    answer = await form(lab.browser, page, {"card": "give_up"})
    assert answer.headers["location"] == BACK
    assert await status_of(lab, page) == "cancelled"
    assert "given up" in (await lab.browser.get(page)).text


async def test_forms_without_their_token_are_refused(lab: SandboxWorld) -> None:
    """Another site cannot make a shopper pay."""
    page = await page_of_new_payment(lab)
    assert (await lab.browser.post(page, data={"card": "succeeds"})).status_code == 403
    assert await status_of(lab, page) == "open"


async def test_account_is_completed_on_its_page(lab: SandboxWorld) -> None:
    """A shop makes its account ready with one button."""
    made = await lab.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct")
    assert not made.ready
    page = (await lab.provider.account_link(made.id, "", "", "link")).url
    await form(lab.browser, page, {})
    seen = await lab.provider.get_account(made.id)
    assert seen.standing == "ready"
    assert "ready" in (await lab.browser.get(page)).text


async def test_unknown_pages_are_not_found(lab: SandboxWorld) -> None:
    """A payment or account that is not there is a page of its own, not a crash."""
    assert (await lab.browser.get("/pay/nothing")).status_code == 404
    assert (await lab.browser.get("/accounts/nothing")).status_code == 404
