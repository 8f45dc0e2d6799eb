"""What the console says of a refund that is written off."""

import httpx
import msgspec
import pytest

from federation.node import accounts, clock, mail
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money, zero
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.reads import order_by_id
from payouts.adapters.memory.books import PLATFORM, Cause
from payouts.domain.refund_by_hand import HandPayment
from payouts.service import refund_by_hand
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.reconciling import reconcile
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)

PIECE = Money(10_000, "EUR")


async def given_by_a_bank(world: World) -> RefundRequest:
    """One of two dresses was paid back, a dispute of as much was lost, and then the refund came back."""
    token = await world.buy({"a": 2})
    order = await order_by_id(await world.order_id(token))
    part = order.parts[0]
    request = RefundRequest(
        refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
    )
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    (made,) = world.till.refunds.values()
    number = world.till.disputes.open(await world.provider_payment(token), PIECE, "general", inquiry=False)
    await sweep_disputes(world.hub.payments, clock.now())
    world.till.disputes.decide(number, "lost")
    await sweep_disputes(world.hub.payments, clock.now())
    await world.work()
    world.till.refunds[made.id] = msgspec.structs.replace(made, status="failed", reason="lost card")
    world.till.move(PLATFORM, PIECE, world.till.now, Cause("refund_failure", made.id, made.reference))
    await reconcile(world.hub.payments, clock.now())
    await world.work()
    return request


async def test_a_write_off_promises_the_shopper_no_mail(world: World, desk: httpx.AsyncClient) -> None:
    """Of what a lost dispute has given nothing more is paid: nobody is written to, and the page does not say so."""
    request = await given_by_a_bank(world)
    page = f"/console/money/refunds/{request.refund_id}"
    shown = await read(desk, page)
    assert "Propose to write off" in shown
    said = HandPayment(
        id=new_id(),
        refund_id=request.refund_id,
        transferred=zero("EUR"),
        given=PIECE,
        left_bank=zero("EUR"),
        reason="the bank gave it",
    )
    other = "bob@example.com"
    await accounts.grant(await accounts.ensure_account(other, "Bob"), accounts.OPERATOR, "")
    async with atomic():
        await refund_by_hand.propose(said, other, clock.now())
    written = len(await mail.mails())
    sent = await desk.post(f"{page}/by-hand/{said.id}/approve", data={"csrf_token": csrf_token(shown)})
    assert sent.status_code == httpx.codes.SEE_OTHER
    assert "nothing more is paid, so the shopper gets no mail" in await read(desk, page)
    await world.work()
    assert len(await mail.mails()) == written
