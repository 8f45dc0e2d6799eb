"""Giving pieces back on the order's own page, as a guest without script: chosen, seen again, confirmed, followed."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from federation.node import accounts, clock, mail, signin
from federation.node.database import execute
from federation.node.web import web_node
from federation.vocabulary.ids import new_id
from tests.marketplace.house import OPERATOR
from tests.marketplace.test_returns import Sale, sale
from tests.support.clients import BROWSER_HEADERS, csrf_token, form

__all__ = ["sale"]

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
async def browser(sale: Sale) -> AsyncIterator[httpx.AsyncClient]:
    """A guest of the hub."""
    app = sale.running.hub_app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base_url = web_node(app).settings.public_url
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=BROWSER_HEADERS) as client:
        yield client


async def part_of(sale: Sale) -> tuple[UUID, UUID]:
    """The ids of the boutique's part and its line."""
    with sale.running.at_hub():
        part, lines = await sale.part()
    return part.id, lines[0].id


async def test_a_guest_gives_a_piece_back_in_two_steps(sale: Sale, browser: httpx.AsyncClient) -> None:
    """Nothing chosen is refused with a sentence; the second step names the pieces; sent twice it is one return."""
    await sale.send()
    part_id, line_id = await part_of(sale)
    page = f"/order/{sale.token}/return/{part_id}"
    assert "Withdraw from the purchase" in (await browser.get(f"/order/{sale.token}")).text
    nothing = await form(browser, page, {"return_id": str(new_id()), f"pieces_{line_id}": "0"})
    assert (nothing.status_code, "Choose at least one piece" in nothing.text) == (422, True)
    too_many = await form(browser, page, {"return_id": str(new_id()), f"pieces_{line_id}": "3"})
    assert "2 can be given back, not 3" in too_many.text
    chosen = {"return_id": str(new_id()), f"pieces_{line_id}": "1", f"reason_{line_id}": "too_small", "note": "<b>"}
    review = await form(browser, page, chosen)
    assert "Confirm the withdrawal" in review.text
    assert "&lt;b&gt;" in review.text
    assert "What you paid for them, after vouchers and coupons" in review.text
    assert "which comes back too" not in review.text
    with sale.running.at_hub():
        await execute("UPDATE hub_shop_order SET shipping_minor = 690")
        everything = await form(browser, page, chosen | {f"pieces_{line_id}": "2"})
        await execute("UPDATE hub_shop_order SET shipping_refunded_minor = 190")
        rest = await form(browser, page, chosen | {f"pieces_{line_id}": "2"})
        await execute("UPDATE hub_shop_order SET shipping_refunded_minor = 690")
        nothing_left = await form(browser, page, chosen | {f"pieces_{line_id}": "2"})
        await execute("UPDATE hub_shop_order SET shipping_minor = 0, shipping_refunded_minor = 0")
    assert "Shipping, which comes back too as all of it goes back" in everything.text
    assert ("€6.90" in everything.text, "€5.00" in rest.text) == (True, True), "less what went back before"
    assert ["Together" in one.text for one in (review, everything, nothing_left)] == [False, True, False]
    assert "which comes back too" not in nothing_left.text
    fields = dict(HIDDEN.findall(review.text))
    for _ in range(2):
        told = await browser.post(page, data=fields | {"csrf_token": csrf_token(review.text), "note": "<b>"})
        assert told.status_code == 303
    shown = (await browser.get(f"/order/{sale.token}")).text
    assert shown.count("giving-back") == 1
    assert "Asked; the boutique answers next" in shown
    await sale.running.work()
    await sale.authorise()
    shown = (await browser.get(f"/order/{sale.token}")).text
    assert "Via Maqueda 5" in shown
    assert "aurora has had this since" in shown.lower()
    slip = await browser.get(f"/order/{sale.token}/returns/{fields['return_id']}/slip")
    assert "Via Maqueda 5" in slip.text
    sent = f"/order/{sale.token}/returns/{fields['return_id']}/sent"
    token = csrf_token(shown)
    for path, state in ((sent, 303), (sent, 303), (sent.replace("/sent", "/withdraw"), 303)):
        answer = await browser.post(path, data={"csrf_token": token, "carrier": "DHL", "tracking": "T1"})
        assert answer.status_code == state, answer.text
    assert "moved on" in (await browser.get(f"/order/{sale.token}")).text
    await sale.running.work()
    assert (await sale.at_desk()).tracking == "T1"


async def test_only_the_link_opens_an_order(sale: Sale, browser: httpx.AsyncClient) -> None:
    """Another order's link, a stranger's part or return: nothing is there; without its token a form does nothing."""
    part_id, _ = await part_of(sale)
    for path in (f"/order/nobody/return/{part_id}", f"/order/{sale.token}/return/{new_id()}",
                 f"/order/{sale.token}/returns/{new_id()}/slip"):  # fmt: skip
        assert (await browser.get(path)).status_code == 404
    refused = await browser.post(f"/order/{sale.token}/cancel/{part_id}", data={"reason": "x"})
    assert refused.status_code == 403


async def test_a_guest_asks_to_cancel_and_reads_the_answer(sale: Sale, browser: httpx.AsyncClient) -> None:
    """Asked twice it is asked once; the page says since when the boutique has the wish; after its yes all is back."""
    part_id, _ = await part_of(sale)
    token = csrf_token((await browser.get(f"/order/{sale.token}")).text)
    for _ in range(2):
        asked = await browser.post(f"/order/{sale.token}/cancel/{part_id}", data={"csrf_token": token})
        assert asked.status_code == 303
    await sale.running.work()
    assert "has known since" in (await browser.get(f"/order/{sale.token}")).text
    await sale.cancel()
    with sale.running.at_hub():
        written = next(one.text_body for one in await mail.mails() if one.subject.startswith("Refund"))
    assert "You asked for this part to be cancelled" in written
    shown = (await browser.get(f"/order/{sale.token}")).text
    assert "All of it was given back" in shown
    assert sale.given_back() > 0
    assert await sale.books_balance()


async def test_the_operator_says_the_last_word(sale: Sale, browser: httpx.AsyncClient) -> None:
    """A refused return is decided in the console: a reason is wanted, the money goes back once, both are told."""
    await sale.send()
    made = await sale.ask(1)
    await sale.refuse("Too late for us")
    with sale.running.at_hub():
        account = await accounts.account_by_email(OPERATOR)
        assert account is not None
        link = await signin.create_link(sale.running.hub.settings, account.id, clock.now())
    await browser.post(link, data={"csrf_token": csrf_token((await browser.get(link)).text)})
    assert made.number in (await browser.get("/console/returns?state=refused")).text
    page = f"/console/returns/{made.id}"
    await form(browser, page, {"reason": "  "}, action=f"{page}/decide")
    assert sale.given_back() == 0
    for _ in range(2):
        shown = (await browser.get(page)).text
        token = csrf_token(shown)
        await browser.post(f"{page}/decide", data={"csrf_token": token, "reason": "It was in time"})
    await sale.running.work()
    assert sale.given_back() == 10_000
    assert (await sale.at_desk()).state == "refunded"
    assert "It was in time" in (await browser.get(page)).text
