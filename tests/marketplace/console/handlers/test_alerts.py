"""Alerts on the page about money: each leads to a page that is there, about the very thing it names."""

import re
from uuid import UUID

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.console.views.alert_cases import CASES, ORDER
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundRequest
from marketplace.orders.reads import order_by_id
from payouts.service import disputes, papers, reads, statements
from payouts.store import disputes as dispute_store
from payouts.store import rows
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)
PAGE = "/console/money"


async def _sold(world: World) -> tuple[UUID, UUID, UUID]:
    """An order that was sent, of which shipping goes back: order, payment, refund."""
    token = await world.buy({"a": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    order = await order_by_id(await world.order_id(token))
    request = RefundRequest(refund_id=new_id(), shop_order_id=order.parts[0].shop_order_id, shipping=True)
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    payment = await reads.payment_of_order(order.order_id)
    assert payment is not None
    return order.order_id, payment.id, request.refund_id


async def _disputed(world: World) -> UUID:
    """A dispute of another order."""
    token = await world.buy({"b": 1})
    number = world.till.disputes.open(
        await world.provider_payment(token), Money(1_000, "EUR"), "general", inquiry=False
    )
    await disputes.see_dispute(world.hub.payments, number, clock.now())
    found = await dispute_store.by_provider_id(number)
    assert found is not None
    return found.id


async def _paper(world: World, shop_id: str) -> UUID:
    await papers.close_shop(world.hub.payments, shop_id, clock.now(), running=True)
    return (await statements.papers_of(shop_id))[0].id


async def test_every_alert_leads_to_a_page_that_is_there(world: World, desk: httpx.AsyncClient) -> None:
    """One alert of each kind, about a payment, refund, dispute, paper or boutique that there is."""
    order_id, payment_id, refund_id = await _sold(world)
    shop_id, dispute_id = shop_id_of("a"), await _disputed(world)
    about = {
        "/console/boutiques/{}/terms": shop_id,
        "/console/money/disputes/{}": str(dispute_id),
        "/console/money/refunds/{}": str(refund_id),
        "/console/money/papers/{}": str(await _paper(world, shop_id)),
        ORDER: f"{payment_id}:1",
    }
    words = sentence("%(shop)s asks to be paid to another account", shop=shop_id)
    async with atomic():
        for kind, case in CASES.items():
            await rows.raise_alert(kind, about.get(case.url.partition("#")[0], "any"), words, clock.now())
    page = await read(desk, PAGE)
    shown = re.findall(r'class="todo todo-bad alert"><span><a href="([^"]+)"', page)
    assert len(shown) >= len(CASES)
    assert f"{PAGE}/orders/{order_id}" in shown
    number = (await order_by_id(order_id)).number
    assert page.count(f"Order {number}</a>") > 1, "what is about its payment or refund names it"
    for url in sorted(set(shown)):
        await read(desk, url.partition("#")[0])
        assert "{" not in url
    assert page.count("Shop-a asks to be paid to another account") == len(CASES) - 1, "all but the dispute’s own alert"
