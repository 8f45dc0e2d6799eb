"""The console's money pages."""

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.reads import order_by_id
from payouts.domain.alert_words import quoted
from payouts.service import reads
from payouts.store import rows
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)

LISTS = ("settlements", "transfers", "payouts", "refunds", "claims")


async def test_every_list_is_a_page_while_empty(desk: httpx.AsyncClient) -> None:
    """Before the first sale each list says when something will stand in it; unknown lists and states do no harm."""
    for kind in LISTS:
        assert "None" in await read(desk, f"/console/money/{kind}"), kind
        await read(desk, f"/console/money/{kind}?state=bogus")
    assert (await desk.get("/console/money/gold")).status_code == 404


async def test_waiting_settlements_say_why(world: World, desk: httpx.AsyncClient) -> None:
    """What is owed and not sent stands with its reason; once shipped and sent it is gone from there."""
    token = await world.buy({"a": 1})
    page = await read(desk, "/console/money/settlements")
    assert "everything in this part to be sent" in page
    assert f'href="/console/money/orders/{await world.order_id(token)}"' in page
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    assert "everything in this part to be sent" not in await read(desk, "/console/money/settlements")
    assert "€87.80" in await read(desk, "/console/money/settlements?state=sent")
    assert "€87.80" in await read(desk, "/console/money/transfers")
    assert "None in this state" in await read(desk, "/console/money/settlements?state=blocked")


async def test_a_refund_after_the_transfer_shows_its_claim(world: World, desk: httpx.AsyncClient) -> None:
    """What the boutique was sent and the shopper got back is a claim, and its refund stands in the list."""
    token = await world.buy({"a": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    order = await order_by_id(await world.order_id(token))
    part = order.parts[0]
    request = RefundRequest(
        refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
    )
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    assert "€87.80" in await read(desk, "/console/money/claims")
    assert "€100.00" in await read(desk, "/console/money/refunds?state=succeeded")


async def test_an_alert_is_dealt_with(world: World, desk: httpx.AsyncClient) -> None:
    """An alert stands on the overview and under Money, in the reader's language, until somebody has dealt with it."""
    words = sentence(
        "%(amount)s for %(shop)s was not sent: %(why)s", amount=Money(123456, "EUR"), shop="s1", why=quoted("<a>")
    )
    async with atomic():
        await rows.raise_alert("payout-failed", "payout-1", words, clock.now())
    assert "1 alert about money" in await read(desk, "/console")
    page = await read(desk, "/console/money")
    assert "<span>€1,234.56 for s1 was not sent: “&lt;a&gt;”</span>" in page
    italian = (await desk.get("/console/money?lang=it")).text
    assert "<span>1.234,56 € per s1 non sono partiti: «&lt;a&gt;»</span>".replace(" €", "\xa0€") in italian
    await read(desk, "/console/money?lang=en")
    assert "Times and days are in UTC" in page
    assert "As it was" in page, "what it says is of the moment it arose in"
    found = (await reads.alerts())[0]
    sent = await desk.post(f"/console/money/alerts/{found.id}/clear", data={"csrf_token": csrf_token(page)})
    assert sent.status_code == 303
    assert "was not sent" not in await read(desk, "/console/money")
    assert await reads.alerts() == []
    assert world.refunded() == 0


async def test_only_what_failed_can_be_tried_again(world: World, desk: httpx.AsyncClient) -> None:
    """Trying a refund again that has not failed changes nothing and says so; an unknown one is not found."""
    token = await world.buy({"a": 1})
    order = await order_by_id(await world.order_id(token))
    part = order.parts[0]
    request = RefundRequest(refund_id=new_id(), shop_order_id=part.shop_order_id, shipping=True)
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    page = await read(desk, "/console/money/refunds")
    fields = {"csrf_token": csrf_token(page)}
    again = await desk.post(f"/console/money/refunds/{request.refund_id}/retry", data=fields)
    assert again.status_code == 303
    assert 'role="alert"' in await read(desk, "/console/money/refunds")
    assert world.refunded() == 690
    assert (await desk.post(f"/console/money/refunds/{new_id()}/retry", data=fields)).status_code == 404
    gone = fields | {"reason": "gone"}
    assert (await desk.post(f"/console/money/claims/{new_id()}/write-off", data=gone)).status_code == 404
