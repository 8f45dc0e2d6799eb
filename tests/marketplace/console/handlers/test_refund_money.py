"""A refund's own page: what failed, and how two people settle it."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from federation.node import accounts, clock, mail
from federation.node.database import atomic
from federation.vocabulary.errors import NotAllowedError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.accounts import people, trust
from marketplace.accounts import store as accounts_store
from marketplace.money import refunds_by_hand
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.reads import order_by_id
from payouts.adapters.memory import Fault
from payouts.domain.refund_by_hand import HandPayment
from payouts.errors import ProviderRefusedError
from payouts.service import disputes, refund_by_hand
from payouts.store import disputes as dispute_store
from tests.marketplace.console.operator import APPS, OPERATOR_EMAIL, read
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)

LETTER = people.Letter(*people.TEXTS, by=accounts.Account(new_id(), OPERATOR_EMAIL, ""))
LISTED = "/console/money/refunds"


async def refused(world: World) -> tuple[str, RefundRequest]:
    """A dress was bought and is to go back, which the provider refuses: the order's token and the refund."""
    token = await world.buy({"a": 1})
    order = await order_by_id(await world.order_id(token))
    part = order.parts[0]
    request = RefundRequest(
        refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
    )
    world.till.faults.append(Fault("refund", ProviderRefusedError("the card is closed")))
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    return token, request


async def second_person() -> accounts.Account:
    """Somebody whom the owner of the machine let in."""
    found = accounts.Account(await accounts.ensure_account("bob@example.com", "Bob"), "bob@example.com", "Bob")
    await accounts.grant(found.id, accounts.OPERATOR, "")
    return found


async def send(desk: httpx.AsyncClient, path: str, **data: str) -> str:
    """Send a form of the refund's page and read what is said there afterwards."""
    page = path.partition("/by-hand")[0].removesuffix("/retry")
    fields = {"csrf_token": csrf_token(await read(desk, page)), **data}
    sent = await desk.post(path, data=fields)
    assert sent.status_code == 303, sent.text[:400]
    return await read(desk, page)


async def test_a_refund_is_paid_from_our_bank_by_two_people(world: World, desk: httpx.AsyncClient) -> None:
    """From the alert to the page, proposed once, approved by somebody whose word counts; the shopper reads how."""
    token, request = await refused(world)
    page = f"{LISTED}/{request.refund_id}"
    assert f'href="{page}"' in await read(desk, "/console/money"), "the alert leads there"
    assert "In another way" in await read(desk, f"{LISTED}?state=failed")
    shown = await read(desk, page)
    assert "the card is closed" in shown
    assert "only operator" in shown
    assert "Propose to write off" not in shown, "no dispute gave anything"
    number = re.search(r'name="id" value="([^"]+)"', shown)
    assert number is not None
    today = clock.now().date().isoformat()
    said = {"id": number[1], "amount": "99,00", "day": today, "reference": "GAL  4711", "reason": "the card is closed"}
    assert "exactly what the shopper is owed" in await send(desk, f"{page}/by-hand", **said)
    assert "at most 2 decimals" in await send(desk, f"{page}/by-hand", **(said | {"amount": "x"}))
    assert "form is broken" in await send(desk, f"{page}/by-hand", **(said | {"id": "7"}))
    for _ in range(2):
        shown = await send(desk, f"{page}/by-hand", **(said | {"amount": "100,00"}))
        assert "Somebody else has to approve it before" in shown
    assert "It is your own" in shown
    assert "waits for a second person" in await read(desk, f"{LISTED}?state=failed")
    hand = (await refund_by_hand.situation(request.refund_id, clock.now())).waiting
    assert hand is not None
    assert "1 refund settled by hand waits" in await read(desk, "/console/money")
    assert "somebody else has to approve" in (await send(desk, f"{page}/by-hand/{hand.id}/approve")).lower()
    await send(desk, f"{page}/retry")
    assert world.till.refunds == {}
    async with atomic():
        await people.invite(world.hub.settings, "eve@example.com", "Eve", LETTER, clock.now())
    known = {one.email: one for one in await accounts.accounts_with(accounts.OPERATOR, "")}
    with pytest.raises(NotAllowedError, match=r"eve@example\.com does not count"):
        async with atomic():
            await refunds_by_hand.approve(world.hub.payments, hand.id, known["eve@example.com"], clock.now())
    bob = await second_person()
    async with atomic():
        await refunds_by_hand.approve(world.hub.payments, hand.id, bob, clock.now())
    await world.work()
    shown = await read(desk, page)
    assert "paid from our bank" in shown
    assert "bob@example.com" in shown
    assert "GAL 4711" in await read(desk, "/console/money/bank-files")
    assert f'href="{page}"' not in await read(desk, "/console/money"), "the alert is over"
    order = await read(desk, f"/console/money/orders/{await world.order_id(token)}")
    assert "Refund settled by hand" in order
    (letter,) = [one for one in await mail.mails() if "by bank transfer" in one.subject]
    assert "€100.00" in letter.text_body
    assert "reference GAL 4711" in letter.text_body
    order_page = (await desk.get(f"/order/{token}")).text
    assert "Paid back by bank transfer on" in order_page
    assert "reference GAL 4711" in order_page


def paid_from_the_bank(refund_id: UUID) -> HandPayment:
    """The whole of the refund, paid from our own bank today."""
    return HandPayment(
        id=new_id(),
        refund_id=refund_id,
        transferred=Money(10_000, "EUR"),
        given=Money(0, "EUR"),
        left_bank=Money(10_000, "EUR"),
        paid_on=clock.now().date(),
        reference="GAL 4711",
        reason="the card is closed",
    )


async def test_a_bank_that_asks_is_told_of_the_transfer(world: World, desk: httpx.AsyncClient) -> None:
    """What was paid from our own bank stands in the evidence with its day and reference, and a person is warned."""
    token, request = await refused(world)
    said = paid_from_the_bank(request.refund_id)
    async with atomic():
        await refund_by_hand.propose(said, OPERATOR_EMAIL, clock.now())
        await refund_by_hand.approve(world.hub.payments, said.id, "bob@example.com", clock.now())
    await world.work()
    payment = await world.provider_payment(token)
    number = world.till.disputes.open(payment, Money(10_690, "EUR"), "general", inquiry=True)
    await disputes.see_dispute(world.hub.payments, number, clock.now())
    found = await dispute_store.by_provider_id(number)
    assert found is not None
    shown = await read(desk, f"/console/money/disputes/{found.id}")
    assert "The provider knows nothing of that" in shown
    told = f"Paid back to the shopper by bank transfer on {said.paid_on}, reference GAL 4711: 100.00 EUR."
    assert shown.count(told) == 2, "in the story, and where it says why no more goes back"


async def test_what_was_said_by_mistake_is_taken_back_and_tried_again(world: World, desk: httpx.AsyncClient) -> None:
    """A proposal taken back books nothing; then the provider can be asked, and the alert of the old try is over."""
    _, request = await refused(world)
    page = f"{LISTED}/{request.refund_id}"
    said = {
        "id": str(new_id()),
        "amount": "100",
        "day": clock.now().date().isoformat(),
        "reference": "1",
        "reason": "x",
    }
    await send(desk, f"{page}/by-hand", **said)
    hand = (await refund_by_hand.situation(request.refund_id, clock.now())).waiting
    assert hand is not None
    assert "say why not" in (await send(desk, f"{page}/by-hand/{hand.id}/reject", note="")).lower()
    assert "nothing is booked" in await send(desk, f"{page}/by-hand/{hand.id}/reject", note="another order")
    await send(desk, f"{page}/retry")
    await world.work()
    assert world.refunded() == 10_000
    shown = await read(desk, page)
    assert "another order" in shown
    assert "Reference of the transfer" not in shown
    assert "A refund did not reach" not in await read(desk, "/console/money")
    assert (await desk.get(f"{LISTED}/{new_id()}")).status_code == 404


async def test_what_is_rejected_of_a_void_refund_is_not_owed(world: World, desk: httpx.AsyncClient) -> None:
    """A dispute paid it meanwhile: the page says what may have left our bank, and nobody reads that it is owed."""
    token, request = await refused(world)
    page = f"{LISTED}/{request.refund_id}"
    today = clock.now().date().isoformat()
    said = {"id": str(new_id()), "amount": "100", "day": today, "reference": "GAL 4711", "reason": "x"}
    await send(desk, f"{page}/by-hand", **said)
    payment = await world.provider_payment(token)
    number = world.till.disputes.open(payment, Money(10_000, "EUR"), "general", inquiry=False)
    await disputes.see_dispute(world.hub.payments, number, clock.now())
    world.till.disputes.decide(number, "lost")
    await disputes.see_dispute(world.hub.payments, number, clock.now())
    await world.work()
    assert "left our bank for it as well (GAL 4711)" in await read(desk, "/console/money")
    shown = await send(desk, f"{page}/by-hand/{said['id']}/reject", note="the bank paid it")
    assert "The refund is not owed any more." in shown


async def test_who_cannot_approve_yet_is_told_before_the_transfer(world: World, desk: httpx.AsyncClient) -> None:
    """A word that does not count yet is named with its day, and whoever it is gets no button that would fail."""
    _, request = await refused(world)
    page = f"{LISTED}/{request.refund_id}"
    async with atomic():
        await people.invite(world.hub.settings, "eve@example.com", "Eve", LETTER, clock.now())
    shown = await read(desk, page)
    assert "There is no second person yet whose word counts" in shown
    assert "is available there now" in shown
    assert "too little" not in shown
    other = await world.buy({"b": 1})
    total = (await order_by_id(await world.order_id(other))).total
    number = world.till.disputes.open(await world.provider_payment(other), total, "general", inquiry=False)
    await disputes.see_dispute(world.hub.payments, number, clock.now())
    assert "too little: put it in first" in await read(desk, page), "a dispute’s fee took of it"
    bob = await second_person()
    assert "There is no second person yet" not in await read(desk, page)
    said = paid_from_the_bank(request.refund_id)
    async with atomic():
        await refund_by_hand.propose(said, "eve@example.com", clock.now())
    shown = await read(desk, page)
    assert "eve@example.com does not count yet" in shown
    assert (clock.now().date() + timedelta(days=trust.WAITING_DAYS)).isoformat() not in shown, (
        "the day is said in words"
    )
    assert "is settled</button>" not in shown
    async with atomic():
        (eve,) = [one for one in await trust.people() if one.account.email == "eve@example.com"]
        await accounts_store.save_vouching(eve.account.id, bob.email, clock.now())
    assert "is settled</button>" in await read(desk, page)
