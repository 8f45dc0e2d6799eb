"""Held payments: what a card holds is taken once, in part or in whole, whatever dies or fails in between."""

import msgspec
import pytest

from federation.node.database import atomic
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault
from payouts.domain.payment import PAYMENT, PaymentStatus, PaymentStep, Sighting, step_of
from payouts.errors import (
    AmountInvalidError,
    IllegalMoveError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from payouts.service.payments import PaymentView
from tests.payouts.scene import RETURN_URL, MemoryScene, provider_id
from tests.payouts.worked_example import ORDER, TOTAL, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

PART = euro(20000)


async def held(scene: MemoryScene) -> PaymentView:
    """The worked example's sum, held on a card."""
    async with atomic():
        payment = await service.open_payment(ORDER, TOTAL, "Three", RETURN_URL, scene.now, capture="manual")
    payment = await service.start_payment(scene.pay, payment.id, scene.now)
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    return await seen()


async def seen() -> PaymentView:
    """The payment as it stands with us."""
    payment = await service.payment_of_order(ORDER)
    assert payment is not None
    return payment


async def take(scene: MemoryScene, amount: Money) -> None:
    """Decide how much is taken."""
    async with atomic():
        await service.capture_payment(ORDER, amount, scene.now)


async def test_held_money_is_no_money_yet(scene: MemoryScene) -> None:
    """A held payment is told as held, nothing is booked for it, and it holds the order's one place."""
    assert (await held(scene)).status == "authorised"
    assert scene.listener.heard == [("authorised", str(ORDER))]
    assert await scene.balances() == {}
    await scene.check()
    async with atomic():
        again = await service.open_payment(ORDER, TOTAL, "Three", RETURN_URL, scene.now, capture="manual")
    assert again.id == (await seen()).id


async def test_a_part_is_taken_once_and_told_as_paid(scene: MemoryScene) -> None:
    """The decided part arrives, whatever was held; it cannot be decided twice, nor more than is held."""
    scene.listener.books = False
    await held(scene)
    with pytest.raises(AmountInvalidError):
        await take(scene, TOTAL + euro(1))
    await take(scene, PART)
    with pytest.raises(IllegalMoveError):
        await take(scene, PART)
    async with atomic():
        assert not await service.cancel_payment(ORDER, scene.now)
    await scene.drain()
    await scene.hear()
    assert (await seen()).status == "paid"
    assert ("paid", str(ORDER)) in scene.listener.heard
    assert scene.provider.calls_of("capture_payment") == 1
    assert (await scene.provider.get_payment(provider_id(await seen()))).received == PART


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_takes_nothing_twice(scene: MemoryScene, when: str) -> None:
    """A capture whose answer was lost is asked for again with the same key."""
    scene.listener.books = False
    await held(scene)
    await take(scene, PART)
    fault = ProviderUnavailableError("cut off")
    scene.provider.faults.append(Fault("capture_payment", fault, "before" if when == "before" else "after"))
    await scene.drain()
    assert (await seen()).status == "capturing"
    await scene.sweep()
    assert (await seen()).status == "paid"
    assert scene.provider.calls_of("capture_payment") == 1


async def test_a_refused_capture_is_told_and_asked_again(scene: MemoryScene) -> None:
    """Refused though it is held: a person is told, and a key of its own serves the next try."""
    scene.listener.books = False
    await held(scene)
    await take(scene, PART)
    scene.provider.faults.append(Fault("capture_payment", ProviderRefusedError("not now"), "before"))
    await scene.drain()
    assert [alert.kind for alert in await service.alerts()] == ["capture-refused"]
    await scene.sweep()
    assert (await seen()).status == "paid"


async def test_giving_up_lets_go_what_is_held(scene: MemoryScene) -> None:
    """A held payment that is not wanted is let go at the provider; nothing was taken."""
    payment = await held(scene)
    async with atomic():
        assert await service.cancel_payment(ORDER, scene.now)
    await scene.drain()
    assert (await scene.provider.get_payment(provider_id(payment))).status == "cancelled"
    assert await scene.balances() == {}


async def test_a_card_held_after_the_order_was_over_is_let_go(scene: MemoryScene) -> None:
    """The shopper pays on a page that was being taken back: what is held is let go at once."""
    async with atomic():
        payment = await service.open_payment(ORDER, TOTAL, "Three", RETURN_URL, scene.now, capture="manual")
    payment = await service.start_payment(scene.pay, payment.id, scene.now)
    async with atomic():
        await service.cancel_payment(ORDER, scene.now)
    scene.provider.pay(provider_id(payment))
    await scene.drain()
    await scene.hear()
    assert (await scene.provider.get_payment(provider_id(payment))).status == "cancelled"
    assert scene.listener.heard == []


@pytest.mark.parametrize("later", ["open", "authorised"])
async def test_what_our_cancellation_could_not_stop_is_let_go_when_it_is_seen(scene: MemoryScene, later: str) -> None:
    """The provider could not cancel at first: what it still has open or holds then is cancelled with a key of its own.

    Asked with the key of before it would only repeat its first answer, and the money would stay held.
    """
    async with atomic():
        payment = await service.open_payment(ORDER, TOTAL, "Three", RETURN_URL, scene.now, capture="manual")
    payment = await service.start_payment(scene.pay, payment.id, scene.now)
    async with atomic():
        await service.cancel_payment(ORDER, scene.now)
    page = scene.provider.payments[provider_id(payment)]
    scene.provider.payments[page.id] = msgspec.structs.replace(page, status="processing")
    await scene.drain()
    if later == "open":
        scene.provider.payments[page.id] = page
        scene.provider.decline(page.id)
    else:
        scene.provider.pay(page.id)
    await scene.hear()
    assert scene.provider.payments[provider_id(payment)].status == "cancelled"
    assert scene.listener.heard == []


async def test_a_hold_that_ran_out_ends_the_payment(scene: MemoryScene) -> None:
    """What the bank let go before it was taken is told as a payment that failed, also while it is being taken."""
    await held(scene)
    await take(scene, PART)
    scene.provider.advance(8 * 86_400)
    await scene.drain()
    assert (await seen()).status == "failed"
    assert scene.listener.heard[-1][0] == "failed"
    assert await scene.balances() == {}


async def test_another_sum_than_was_decided_waits_for_a_person(scene: MemoryScene) -> None:
    """Somebody takes another sum at the provider by hand: nothing is confirmed, it waits in suspense with an alert."""
    payment = await held(scene)
    await scene.provider.capture_payment(provider_id(payment), euro(500), "by hand")
    await scene.hear()
    assert (await seen()).status == "suspense"
    assert [alert.kind for alert in await service.alerts()] == ["payment-mismatch"]
    assert (await scene.balances())["suspense"] == -500
    assert ("paid", str(ORDER)) not in scene.listener.heard


def test_what_is_seen_of_a_hold_never_leads_back() -> None:
    """Only a waiting payment becomes held, by the sum it was asked for; later sightings of it move nothing."""
    hold = Sighting("authorised", euro(0), TOTAL)
    assert step_of(PaymentStatus.OPEN, TOTAL, hold) is PaymentStep.HELD
    assert step_of(PaymentStatus.OPEN, TOTAL, Sighting("authorised", euro(0), PART)) is PaymentStep.GAVE_UP
    for state in set(PaymentStatus) - {PaymentStatus.INTENDED, PaymentStatus.OPEN, PaymentStatus.PROCESSING}:
        assert step_of(state, PART, hold) is None
    assert not PAYMENT.allows(PaymentStatus.CAPTURING, PaymentStep.CANCELLED)
