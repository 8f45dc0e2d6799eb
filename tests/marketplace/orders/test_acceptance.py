"""Hubs that hold the money first: one capture of what the boutiques accept, and the rest is never charged."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from federation.conversations.messages import Accepted, Cancelled, Declined, Shipped
from federation.node import clock
from federation.node.database import Database, atomic
from marketplace.errors import OrderStateError
from marketplace.orders import acceptance, after_sale, checkout, silence
from marketplace.orders.mails import names
from payouts import service as payouts
from payouts.adapters.memory import Fault
from payouts.errors import ProviderUnavailableError
from payouts.service.payments import observe_payment
from tests.marketplace.orders.world import APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)

PART_MINOR = PRICE_MINOR + SHIPPING_MINOR


@pytest.fixture
async def world(committed: Database, tmp_path: Path) -> World:
    """A hub that holds money first, with the boutiques a, b and c, three dresses each."""
    made = World(tmp_path, capture="manual")
    await made.open()
    return made


async def reserved(world: World, wanted: Mapping[str, int]) -> str:
    """An order whose money is held and whose boutiques have it."""
    token = await world.buy(wanted)
    assert (await world.view(token)).state == "authorized"
    return token


async def taken(world: World, token: str) -> tuple[str, int]:
    """What became of the payment at the provider, and what it took."""
    state = world.till.payments[await world.provider_payment(token)]
    return state.status, state.received.amount_minor


async def test_nothing_is_charged_before_the_boutiques_answer(world: World) -> None:
    """The boutiques get their orders while the money is only held; the shopper is told so, and nothing is booked."""
    token = await reserved(world, {"a": 1, "b": 1})
    view = await world.view(token)
    assert await world.states(token) == {"a": "placed", "b": "placed"}
    assert (view.paid.amount_minor, view.total.amount_minor) == (0, 2 * PART_MINOR)
    assert view.held_until is not None
    assert view.held_until > clock.now() + timedelta(hours=47)
    assert await taken(world, token) == ("authorised", 0)
    assert await payouts.trial_balance() == {}
    assert await world.mails() == [f"Your order {view.number}: reserved, not charged yet"]
    assert await checkout.proceed(world.hub, token, clock.now()) == checkout.order_url(world.hub, token)
    await checkout.stop(token, clock.now())
    assert (await world.view(token)).state == "authorized"
    after = (await after_sale.of_order(view.order_id, clock.now())).values()
    assert [(one.can_be_cancelled, one.returnable) for one in after] == [(True, ())] * 2
    assert {one.answer_by for one in after} == {view.held_until}


async def test_what_all_accept_is_charged_once(world: World) -> None:
    """The last answer takes the whole sum in one capture; each boutique then hears how its money divides."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.work()
    assert await taken(world, token) == ("authorised", 0)
    await world.says("b", token, Accepted())
    await world.work()
    view = await world.view(token)
    assert (view.state, view.paid.amount_minor) == ("paid", 2 * PART_MINOR)
    assert await taken(world, token) == ("succeeded", 2 * PART_MINOR)
    assert world.till.calls_of("capture_payment") == 1
    assert (await world.told("a"), await world.told("b")) == (["settled"], ["settled"])
    assert (await world.mails())[-1] == f"Your order {view.number}: what is sent has been charged"
    assert all(total == 0 for total in (await payouts.trial_balance_totals()).values())


async def test_what_is_declined_is_never_charged(world: World) -> None:
    """Only the accepted part is taken, nothing is refunded, and the page says that the other is not charged."""
    token = await reserved(world, {"a": 1, "b": 2})
    await world.says("b", token, Declined("A moth got to it first."))
    await world.says("a", token, Accepted())
    await world.work()
    view = await world.view(token)
    assert (view.state, view.paid.amount_minor, view.total.amount_minor) == ("paid", PART_MINOR, PART_MINOR)
    assert await taken(world, token) == ("succeeded", PART_MINOR)
    assert world.refunded() == 0
    assert {part.state: part.state_words for part in view.parts} == {
        "accepted": "Being prepared",
        "declined": "The boutique could not fulfil this part; it is not charged",
    }
    assert [line.shop_order_id for line in await payouts.lines_of_order(view.order_id)] == [
        (await world.part(token, "a")).id
    ] * 2


async def test_silence_until_the_window_ends_counts_as_no(world: World) -> None:
    """At its end whoever has not answered is given up, and what was accepted is taken; nobody gets longer before."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    with pytest.raises(OrderStateError):
        async with atomic():
            await silence.give_longer((await world.part(token, "b")).id, 24, clock.now())
    assert await acceptance.close_overdue(world.hub.settings, clock.now()) == 0
    assert await checkout.end_overdue(clock.now() + timedelta(hours=49)) == 0
    assert await acceptance.close_overdue(world.hub.settings, clock.now() + timedelta(hours=49)) == 1
    await world.work(ahead_seconds=100_000)
    assert await world.states(token) == {"a": "accepted", "b": "cancelled"}
    assert await taken(world, token) == ("succeeded", PART_MINOR)
    assert "cancelled" in await world.told("b")


async def test_nothing_accepted_lets_everything_go(world: World) -> None:
    """With every part declined the hold is let go, the order ends, and nothing was ever booked."""
    token = await reserved(world, {"a": 1, "b": 1})
    for letter in "ab":
        await world.says(letter, token, Declined("Sold in the shop this morning."))
    await world.work()
    view = await world.view(token)
    assert view.state == "cancelled"
    assert await taken(world, token) == ("cancelled", 0)
    assert await payouts.trial_balance() == {}
    assert (await world.mails())[-1] == f"Your order {view.number}: nothing is charged"


async def test_a_part_that_ends_while_it_is_taken_is_refunded(world: World) -> None:
    """It was decided already, so it is taken with the others and given back to the cent."""
    token = await reserved(world, {"a": 1, "b": 1})
    world.till.faults.append(Fault("capture_payment", ProviderUnavailableError("away"), times=100))
    for letter in "ab":
        await world.says(letter, token, Accepted())
    await world.work(rounds=2)
    await world.says("b", token, Cancelled("It fell into the canal."))
    world.till.faults.clear()
    await world.work(ahead_seconds=4_000)
    assert await taken(world, token) == ("succeeded", 2 * PART_MINOR)
    assert world.refunded() == PART_MINOR
    assert (await world.view(token)).refunded.amount_minor == PART_MINOR


async def test_a_parcel_that_left_early_is_released_with_the_capture(world: World) -> None:
    """A boutique may send before the others have answered; its money goes on its way once it has been taken."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.says("b", token, Declined("No."))
    await world.work()
    order_id = await world.order_id(token)
    assert (await world.view(token)).paid.amount_minor == PART_MINOR
    assert {one.status.value for one in await payouts.settlements_of_order(order_id)} <= {
        "releasable",
        "blocked",
        "sent",
    }


async def test_a_hold_the_bank_let_go_ends_the_order(world: World) -> None:
    """The boutiques are asked to stop, the operator is told, and the shopper owes nothing."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    world.till.advance(8 * 86_400)
    payment_id = await world.provider_payment(token)
    await observe_payment(world.hub.payments, world.till.payments[payment_id], clock.now())
    await world.work()
    assert (await world.view(token)).state == "cancelled"
    assert (await world.told("a"), await world.told("b")) == (["cancel_requested"], ["cancelled"])
    assert [alert.kind for alert in await payouts.alerts()] == ["hold-lost"]


async def test_a_hold_that_ends_sooner_than_the_window_shortens_it(world: World) -> None:
    """The boutiques must answer an hour before the provider lets the money go, though the window would be longer."""
    token = await world.hold({"a": 1})
    await checkout.proceed(world.hub, token, clock.now())
    payment_id = await world.provider_payment(token)
    world.till.pay(payment_id)
    let_go_at = clock.now() + timedelta(hours=10)
    seen = msgspec.structs.replace(world.till.payments[payment_id], capture_before=let_go_at)
    world.till.payments[payment_id] = seen
    await observe_payment(world.hub.payments, seen, clock.now())
    await world.work()
    assert (await world.view(token)).held_until == let_go_at - timedelta(hours=1)


async def test_what_is_sent_after_the_hold_is_lost_is_told_to_a_person(world: World) -> None:
    """The boutique was asked to stop and sends all the same: a person hears it, and what can be done."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    world.till.advance(8 * 86_400)
    payment_id = await world.provider_payment(token)
    await observe_payment(world.hub.payments, world.till.payments[payment_id], clock.now())
    await world.work()
    assert "sent-unpaid" not in {one.kind for one in await payouts.alerts()}
    await world.says("a", token, Shipped())
    await world.says("a", token, Shipped())
    [alert] = [one for one in await payouts.alerts() if one.kind == "sent-unpaid"]
    assert (await world.part(token, "a")).number in alert.message
    assert "was let go: it gets nothing for it by itself" in alert.message


async def test_what_was_sent_when_the_hold_is_lost_is_told_to_a_person(world: World) -> None:
    """A parcel that left can be stopped by nobody: a person hears which boutique sent it, and of which order."""
    token = await reserved(world, {"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    world.till.advance(8 * 86_400)
    payment_id = await world.provider_payment(token)
    await observe_payment(world.hub.payments, world.till.payments[payment_id], clock.now())
    await world.work()
    part = await world.part(token, "a")
    [alert] = [one for one in await payouts.alerts() if one.kind == "sent-unpaid"]
    assert alert.reference == str(part.id)
    assert (await world.view(token)).number in alert.message
    assert (await names([part], clock.now()))[part.shop_id] in alert.message


async def test_a_way_to_pay_that_cannot_hold_is_taken_and_refunded(world: World) -> None:
    """Such an order is simply paid; what a boutique declines is given back."""
    token = await world.hold({"a": 1, "b": 1})
    await checkout.proceed(world.hub, token, clock.now())
    payment_id = await world.provider_payment(token)
    world.till.pay(payment_id, at_once=True)
    await observe_payment(world.hub.payments, world.till.payments[payment_id], clock.now())
    await world.work()
    assert (await world.view(token)).state == "paid"
    await world.says("b", token, Declined("No."))
    await world.work()
    assert world.refunded() == PART_MINOR
