"""Taking the shopper's payment, and what arrives when nobody waits for it any more."""

from datetime import timedelta
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from payouts import service
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.errors import AmountInvalidError, EventRefusedError, IllegalMoveError, ProviderUnavailableError
from payouts.service.events import receive_event
from tests.payouts.scene import RETURN_URL, CrashError, MemoryScene, provider_id
from tests.payouts.worked_example import COUPON_MINOR, ORDER, SHARES, TOTAL, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_paid_order_is_booked_and_its_funds_settled(scene: MemoryScene) -> None:
    """Rows 1 and 2 of the worked example: what was paid is held for the shops, then available less the real fee."""
    await scene.buy()
    fee = 487 + 25
    assert await scene.balances() == {
        "provider:available": 34759 - fee,
        "hub:provider_fees": fee,
        "hub:promo": 1000,
        "hub:commission": -3359,
        "vat:payable:FR": -472,
        "shop:shop-a:held": -12890,
        "shop:shop-b:held": -9050,
        "shop:shop-c:held": -9988,
    }
    payment = await service.payment_of_order(ORDER)
    assert payment is not None
    assert payment.status == "paid"
    await scene.check()


async def test_opening_and_starting_twice_makes_one_payment(scene: MemoryScene) -> None:
    """A shopper who comes back gets the same payment page; another amount needs a cancellation first."""
    first = await scene.ask()
    assert await scene.ask() == first
    assert len(scene.provider.payments) == 1
    with pytest.raises(IllegalMoveError):
        await scene.ask(amount=euro(1))


async def test_lost_answer_of_starting_makes_no_second_payment(scene: MemoryScene) -> None:
    """When the provider's answer is lost, starting again finds the payment made before."""
    scene.provider.faults.append(Fault("create_payment", ProviderUnavailableError("lost"), "after"))
    with pytest.raises(ProviderUnavailableError):
        await scene.ask()
    await scene.ask()
    assert len(scene.provider.payments) == 1


async def test_event_for_a_payment_whose_start_was_lost_finds_it(scene: MemoryScene) -> None:
    """The process died after the provider made the payment; money for it is still recorded, by our own reference."""
    scene.provider.faults.append(Fault("create_payment", CrashError(), "after"))
    with pytest.raises(CrashError):
        await scene.ask()
    scene.provider.pay(next(iter(scene.provider.payments)))
    await scene.hear()
    payment = await service.payment_of_order(ORDER)
    assert payment is not None
    assert payment.status == "paid"
    await scene.check()


async def test_declined_card_leaves_the_payment_open(scene: MemoryScene) -> None:
    """A refused card is told and nothing fails: the shopper may try another, and then it is paid."""
    payment = await scene.ask()
    scene.provider.decline(provider_id(payment))
    await scene.hear()
    declined = await service.payment_of_order(ORDER)
    assert declined is not None
    assert (declined.status, declined.last_error) == ("open", "The card was declined.")
    assert scene.listener.heard == []
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    assert ("paid", str(ORDER)) in scene.listener.heard


async def test_giving_up_at_the_provider_fails_the_payment(scene: MemoryScene) -> None:
    """When the shopper goes away the listener hears that the payment failed, and the order may be paid anew."""
    payment = await scene.ask()
    scene.provider.give_up(provider_id(payment))
    await scene.hear()
    assert scene.listener.heard == [("failed", "The shopper gave up.")]
    assert (await scene.ask()).id != payment.id


async def test_money_after_cancellation_goes_back_in_full(scene: MemoryScene) -> None:
    """A payment reported after the order was cancelled is refunded to the cent and confirms nothing."""
    payment = await scene.ask()
    async with atomic():
        assert await service.cancel_payment(ORDER, scene.now)
    scene.provider.pay(provider_id(payment))
    scene.provider.take_from_platform(euro(-1000))
    await scene.hear()
    await scene.drain()
    assert ("paid", str(ORDER)) not in scene.listener.heard
    refund = (await service.refunds_of_order(ORDER))[0]
    assert (refund.status, refund.amount) == ("succeeded", TOTAL)
    assert sum(each.amount.amount_minor for each in scene.provider.refunds.values()) == TOTAL.amount_minor
    assert "suspense" not in await scene.balances()
    await scene.check(quiet=False)


async def test_cancelling_tells_the_provider_and_is_final(scene: MemoryScene) -> None:
    """The provider's page is closed by the cancellation; a paid payment cannot be cancelled any more."""
    payment = await scene.ask()
    async with atomic():
        assert await service.cancel_payment(ORDER, scene.now)
    await scene.drain()
    assert scene.provider.payments[provider_id(payment)].status == "cancelled"
    other = UUID(int=101)
    paid = await scene.ask(order_id=other)
    scene.listener.books = False
    scene.provider.pay(provider_id(paid))
    await scene.hear()
    async with atomic():
        assert not await service.cancel_payment(other, scene.now)


@pytest.mark.parametrize("received", [euro(34758), euro(34760)])
async def test_other_amount_than_asked_confirms_nothing(scene: MemoryScene, received: object) -> None:
    """Too little or too much waits in suspense, and a person is called."""
    payment = await scene.ask()
    scene.provider.pay(provider_id(payment), received=received)  # type: ignore[arg-type]
    await scene.hear()
    await scene.drain()
    assert scene.listener.heard == []
    assert [alert.kind for alert in await service.alerts()] == ["payment-mismatch"]
    assert "suspense" in await scene.balances()
    await scene.check()
    async with atomic():
        await service.return_payment(payment.id, scene.now)
    scene.provider.take_from_platform(euro(-1000))
    await scene.drain()
    assert "suspense" not in await scene.balances()
    assert (await service.refunds_of_order(ORDER))[0].status == "succeeded"
    with pytest.raises(IllegalMoveError):
        await service.return_payment(payment.id, scene.now)


async def test_events_twice_late_and_in_any_order_change_nothing(scene: MemoryScene) -> None:
    """The same events delivered again, backwards, leave the books as they are."""
    await scene.buy()
    books, heard = await scene.balances(), list(scene.listener.heard)
    for event in reversed(scene.provider.events):
        async with atomic():
            await receive_event(scene.pay, *scene.provider.deliver(event, clock.now()), clock.now())
    await scene.drain()
    assert (await scene.balances(), scene.listener.heard) == (books, heard)


async def test_late_sighting_of_an_older_state_does_not_lead_back(scene: MemoryScene) -> None:
    """What was read before the payment succeeded may be recorded after it, without effect."""
    payment = await scene.ask()
    before = await scene.provider.get_payment(provider_id(payment))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    await service.payments.observe_payment(scene.pay, before, clock.now())
    found = await service.payment_of_order(ORDER)
    assert found is not None
    assert found.status == "paid"


async def test_missed_events_are_found_by_the_sweep(scene: MemoryScene) -> None:
    """Even when no event ever arrives, an open payment is read anew."""
    payment = await scene.ask()
    scene.provider.pay(provider_id(payment))
    await scene.sweep()
    assert ("paid", str(ORDER)) in scene.listener.heard
    await scene.check()


async def test_listener_that_fails_is_told_again(scene: MemoryScene) -> None:
    """A paid payment whose shares nobody booked is announced again until somebody does."""
    scene.listener.books = False
    await scene.buy()
    assert await scene.balances() == {}
    scene.listener.books = True
    await scene.sweep()
    await scene.sweep()
    assert (await scene.balances())["shop:shop-a:held"] == -12890
    await scene.check()


@pytest.mark.parametrize("age_seconds", [301, -301])
async def test_events_of_another_time_or_secret_are_refused(scene: MemoryScene, age_seconds: int) -> None:
    """A signature older or newer than five minutes, or of another body, is refused and nothing is kept."""
    await scene.ask()
    scene.provider.decline(next(iter(scene.provider.payments)))
    event = scene.provider.events[0]
    signed_at = clock.now() - timedelta(seconds=age_seconds)
    headers, body = scene.provider.deliver(event, signed_at)
    for offered in ((headers, body), (scene.provider.deliver(event, clock.now())[0], body + b" "), ({}, body)):
        with pytest.raises(EventRefusedError):
            async with atomic():
                await receive_event(scene.pay, *offered, clock.now())


async def test_shares_must_come_to_what_was_paid(scene: MemoryScene) -> None:
    """An order cannot be divided into more or less than its payment, nor before it is paid."""
    scene.listener.books = False
    payment = await scene.ask()
    with pytest.raises(IllegalMoveError):
        await _capture(scene, payment.id, COUPON_MINOR)
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    with pytest.raises(AmountInvalidError):
        await _capture(scene, payment.id, 999)
    assert await _capture(scene, payment.id, COUPON_MINOR) == await _capture(scene, payment.id, COUPON_MINOR)
    assert len(await service.settlements_of_order(ORDER)) == 7


async def test_return_address_is_handed_to_the_provider(committed: object) -> None:
    """The shopper comes back to where the hub wants."""
    scene = MemoryScene(MemoryProvider(clock.now()))
    async with atomic():
        view = await service.open_payment(ORDER, TOTAL, "Three boutiques", RETURN_URL, scene.now)
    assert view.redirect_url == ""
    assert (await service.start_payment(scene.pay, view.id, scene.now)).redirect_url.startswith("http")


async def _capture(scene: MemoryScene, payment_id: UUID, coupon_minor: int) -> object:
    async with atomic():
        return await service.capture_sale(
            ORDER, payment_id, SHARES, scene.pay.settings, scene.now, coupon_minor=coupon_minor
        )
