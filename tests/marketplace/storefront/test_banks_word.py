"""What a guest reads once their bank has decided for them: on the order, its receipt, and of pieces they give back."""

import httpx
import pytest

from federation.conversations.messages import Accepted, Cancelled, Shipped
from federation.node import clock
from federation.node.database import atomic, fetch_value
from federation.node.pages import format_money
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.orders import after_sale, cancelling, checkout, receipts, returning
from marketplace.orders.domain.returns import ReturnWish, WishedLine
from marketplace.orders.store import parts as part_store
from payouts.service.dispute_sweeps import sweep_disputes
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS, World
from tests.marketplace.storefront.test_buying import put_in_basket, send_checkout

pytestmark = pytest.mark.apps(*APPS)

ALL, SOME = "all that you paid", "of this payment back"


async def taken_order(browser: httpx.AsyncClient, world: World) -> str:
    """An order of one piece that its boutique will send."""
    await put_in_basket(browser, 0)
    await send_checkout(browser)
    token = str(await fetch_value("SELECT token FROM hub_order"))
    await world.money_arrives(token)
    await world.work()
    await world.says("a", token, Accepted())
    return token


async def sent_order(browser: httpx.AsyncClient, world: World) -> str:
    """An order of one piece that has left."""
    token = await taken_order(browser, world)
    await world.says("a", token, Shipped())
    return token


@pytest.mark.parametrize("share_minor", [0, 1000])
async def test_a_lost_dispute_is_told_and_no_second_refund_is_promised(
    browser: httpx.AsyncClient, gallery: Gallery, share_minor: int
) -> None:
    """All of it or a share: totals, receipt and the way back say what the bank gave, before that what it asks for."""
    world = gallery.world
    token = await sent_order(browser, world)
    payment = await world.provider_payment(token)
    paid = world.till.payments[payment].received
    given = Money(share_minor, "EUR") if share_minor else paid
    number = world.till.disputes.open(payment, given, "general", inquiry=False)
    await sweep_disputes(world.hub.payments, clock.now())
    asked = (await browser.get(f"/order/{token}")).text
    assert "decides about it" in asked
    assert (format_money(given) + " of this order’s payment" in asked) is bool(share_minor)
    world.till.disputes.decide(number, "lost")
    await sweep_disputes(world.hub.payments, clock.now())
    await world.work()
    part = await world.part(token, "a")
    [line] = await part_store.lines([part.id])
    for path in (f"/order/{token}", f"/order/{token}/return/{part.id}"):
        page = (await browser.get(path)).text
        assert faults(page) == []
        assert (SOME if share_minor else ALL) in page
    [receipt] = await receipts.of_order(token)
    assert (receipt.by_bank, receipt.came_back) == (given, given)
    for path in (f"/order/{token}", f"/order/{token}/receipt/{part.id}"):
        assert "Given back by your bank" in (await browser.get(path)).text
    assert (await browser.get(f"/order/{token}/receipt/{part.id}/pdf")).content.startswith(b"%PDF")
    wish = ReturnWish(return_id=new_id(), shop_order_id=part.id, lines=(WishedLine(line.id, 1),))
    async with atomic():
        await returning.ask(await checkout.find(token), wish, "http://hub", clock.now())
        await returning.decide(await checkout.find(token), wish.return_id, (False, "The boutique is slow"), clock.now())
    _, _, shown = await after_sale.shown(wish.return_id, clock.now())
    assert shown.state_words == "Taken back"
    assert shown.next_words == (after_sale.SOME_BY_BANK if share_minor else after_sale.ALL_BY_BANK)
    page = (await browser.get(f"/order/{token}")).text
    assert "on its way to you" not in page
    assert "Returned" in page
    assert "All that was sent has gone back" in page
    assert "On its way" not in page


@pytest.mark.parametrize("share_minor", [0, 1000])
async def test_nothing_is_promised_for_a_part_that_is_cancelled_after_a_lost_dispute(
    browser: httpx.AsyncClient, gallery: Gallery, share_minor: int
) -> None:
    """Before the wish, in its mail and once the boutique agreed, no page says that the money goes back."""
    world = gallery.world
    token = await taken_order(browser, world)
    payment = await world.provider_payment(token)
    paid = world.till.payments[payment].received
    number = world.till.disputes.open(
        payment, Money(share_minor, "EUR") if share_minor else paid, "general", inquiry=False
    )
    await sweep_disputes(world.hub.payments, clock.now())
    world.till.disputes.decide(number, "lost")
    await sweep_disputes(world.hub.payments, clock.now())
    await world.work()
    before = (await browser.get(f"/order/{token}")).text
    assert ("what is still due" if share_minor else "so no more comes from us") in before
    assert "all of this part is given back" not in before
    part = await world.part(token, "a")
    async with atomic():
        await cancelling.shopper_asks(await checkout.find(token), part.id, "http://hub", clock.now())
    asked = await fetch_value("SELECT text_body FROM node_mail WHERE key LIKE 'cancel_asked:%'")
    assert "do not pay a second time" in asked
    await world.says("a", token, Cancelled("Still here"))
    await world.work()
    after = (await browser.get(f"/order/{token}")).text
    assert faults(after) == []
    assert ("Nothing of this order is sent" if share_minor else "All of it was given back") in after
    assert "goes back" not in after
    assert "comes back the same way" not in after
