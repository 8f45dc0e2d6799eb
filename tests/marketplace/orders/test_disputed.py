"""What should go back of an order while the shopper's bank disputes its payment."""

import msgspec
import pytest

from federation.conversations.messages import Accepted, Declined, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.adapters.memory import Fault
from payouts.domain.hold import HoldReason
from payouts.errors import ProviderUnavailableError
from payouts.service import releasing
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.refund_payment import observe_refund
from payouts.store import desk
from tests.marketplace.orders.world import APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)


async def hear(world: World) -> None:
    """Let the workers look at what the provider knows of disputes, and do what follows."""
    await sweep_disputes(world.hub.payments, clock.now())
    await world.work()


async def test_what_could_not_go_back_during_a_dispute_is_not_paid_out_once_it_is_won(world: World) -> None:
    """The boutique's share waits for a person, who is told of each refund, can make it, and then lifts the hold."""
    token = await world.buy({"a": 2})
    await world.says("a", token, Accepted())
    number = world.till.disputes.open(await world.provider_payment(token), Money(1000, "EUR"), "general", inquiry=False)
    await hear(world)
    await world.says("a", token, Shipped())
    order, part = await order_store.by_id(await world.order_id(token)), await world.part(token, "a")
    assert order is not None
    [line] = await part_store.lines([part.id])
    returned = [
        RefundRequest(
            refund_id=new_id(), shop_order_id=part.id, lines=(RefundLine(str(line.id), 1),), reason=f"return {name}"
        )
        for name in ("R-1", "R-2")
    ]
    async with atomic():
        for request in (*returned, returned[0]):
            assert not await refunds.refund_possible(order, part, request, clock.now())
    waits = [one for one in await payouts.alerts() if one.kind == "refund-waits"]
    assert {one.reference for one in waits} == {f"{part.id}:{one.refund_id}" for one in returned}
    world.till.disputes.decide(number, "won")
    await hear(world)
    assert [one.sent_minor for one in await payouts.settlements_of_order(order.id) if one.sent_minor] == []
    standing = await desk.standing_holds(part.id, part.shop_id)
    assert [one.reason for one in standing] == [HoldReason.OPERATOR] * 2
    assert [f"EUR {PRICE_MINOR // 100}.00" in one.note for one in standing] == [True, True]
    for request, hold in zip(returned, standing, strict=True):
        async with atomic():
            await refunds.refund(order.id, request, clock.now())
            await releasing.lift(hold.id, "op@example.com", clock.now())
    await world.work()
    assert world.refunded() == 2 * PRICE_MINOR


async def test_a_part_that_ends_during_a_dispute_waits_for_a_person(world: World) -> None:
    """What the boutique declines is not given back by itself: its whole price is noted on the share that waits."""
    token = await world.buy({"a": 1})
    world.till.disputes.open(await world.provider_payment(token), Money(1000, "EUR"), "general", inquiry=False)
    await hear(world)
    await world.says("a", token, Declined("A moth got to it first."))
    part = await world.part(token, "a")
    [hold] = [one for one in await desk.standing_holds(part.id, part.shop_id) if one.reason is HoldReason.OPERATOR]
    assert hold.reference.startswith("refund-waits:")
    assert part.number in hold.note
    assert f"EUR {(PRICE_MINOR + SHIPPING_MINOR) // 100}.90" in hold.note


async def test_what_ends_after_the_bank_gave_all_of_it_back_calls_nobody(world: World) -> None:
    """A lost dispute of the whole payment: nothing is due, nobody is told, and the share still goes to nobody."""
    token = await world.buy({"a": 1})
    payment = await world.provider_payment(token)
    number = world.till.disputes.open(payment, world.till.payments[payment].received, "general", inquiry=False)
    await hear(world)
    world.till.disputes.decide(number, "lost")
    await hear(world)
    await world.says("a", token, Declined("A moth got to it first."))
    await hear(world)
    part = await world.part(token, "a")
    assert "refund-waits" not in {one.kind for one in await payouts.alerts()}
    [hold] = [one for one in await desk.standing_holds(part.id, part.shop_id) if one.reason is HoldReason.OPERATOR]
    assert "nothing to do unless" in hold.note
    assert world.till.refunds == {}


async def test_a_refund_that_the_bank_paid_is_told_to_the_boutique_once(world: World) -> None:
    """Decided before the whole payment was disputed and lost: void for the shopper, the boutique hears what it bore."""
    token = await world.buy({"a": 2})
    await world.says("a", token, Accepted())
    part = await world.part(token, "a")
    [line] = await part_store.lines([part.id])
    payment = await world.provider_payment(token)
    world.till.faults.append(Fault("refund", ProviderUnavailableError("cut off")))
    request = RefundRequest(refund_id=new_id(), shop_order_id=part.id, lines=(RefundLine(str(line.id), 1),))
    async with atomic():
        await refunds.refund(await world.order_id(token), request, clock.now())
    number = world.till.disputes.open(payment, world.till.payments[payment].received, "general", inquiry=False)
    await hear(world)
    world.till.disputes.decide(number, "lost")
    await hear(world)
    made = await payouts.refund_by_id(request.refund_id)
    assert made is not None
    assert (made.status, made.standing) == ("voided", "void")
    assert (await world.told("a")).count("refunded") == 1
    assert world.till.refunds == {}


async def test_a_refund_that_the_bank_sent_back_and_we_paid_again_is_told_to_the_boutique_once(world: World) -> None:
    """Paid, returned, tried again and paid: one refund, of which the boutique hears one time."""
    token = await world.buy({"a": 2})
    await world.says("a", token, Accepted())
    part = await world.part(token, "a")
    [line] = await part_store.lines([part.id])
    request = RefundRequest(refund_id=new_id(), shop_order_id=part.id, lines=(RefundLine(str(line.id), 1),))
    async with atomic():
        await refunds.refund(await world.order_id(token), request, clock.now())
    await world.work()
    assert (await world.told("a")).count("refunded") == 1
    [paid] = world.till.refunds.values()
    await observe_refund(world.hub.payments, msgspec.structs.replace(paid, status="failed", reason="gone"), clock.now())
    async with atomic():
        await payouts.retry_refund(request.refund_id, clock.now())
    await world.work()
    made = await payouts.refund_by_id(request.refund_id)
    assert (made and made.status, len(world.till.refunds)) == ("succeeded", 2)
    assert (await world.told("a")).count("refunded") == 1
