"""Sending on to the shops' banks what lies in their accounts."""

from datetime import timedelta

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from payouts import service
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.domain.terms import checked_schedule
from payouts.errors import ProviderUnavailableError
from payouts.service import terms
from payouts.service.bank_payouts import observe_payout, pay_out_now, run_payouts
from payouts.settings import PayoutSettings
from tests.payouts.scene import CrashError, MemoryScene
from tests.payouts.worked_example import PART_A, PART_B, PART_C, A, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def all_sent(scene: MemoryScene) -> None:
    """The worked example with everything sent to the shops."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)


async def test_payouts_are_what_the_shops_were_sent(scene: MemoryScene) -> None:
    """Each shop gets one payout of all its transfers, first on its way, then paid."""
    await all_sent(scene)
    assert await run_payouts(scene.pay, clock.now()) == 3
    assert {each.shop_id: each.amount_minor for each in await service.payouts()} == {A: 12890, B: 9050, C: 9988}
    assert {each.status.value for each in await service.payouts()} == {"in_transit"}
    for payout_id in list(scene.provider.payouts):
        scene.provider.arrive(payout_id)
    await scene.hear()
    assert {each.status.value for each in await service.payouts()} == {"paid"}
    paid = {change.shop_id: change for change in scene.listener.payouts if change.status == "paid"}
    assert {(part.shop_order_id, part.kind): part.amount.amount_minor for part in paid[B].parts} == {
        (PART_A, "referral"): 1440,
        (PART_B, "sale"): 7120,
        (PART_B, "shipping"): 490,
    }
    assert (await service.shop_money(B))[0].paid_out == euro(9050)
    assert await run_payouts(scene.pay, clock.now()) == 0
    await scene.check()


async def test_interval_between_payouts_is_kept(committed: object) -> None:
    """A shop gets no second payout before its interval is over."""
    scene = MemoryScene(MemoryProvider(clock.now()), PayoutSettings(payout_interval_seconds=3600))
    await scene.buy()
    await scene.release(PART_C)
    assert await run_payouts(scene.pay, clock.now()) == 1
    await scene.release(PART_A)
    assert await run_payouts(scene.pay, clock.now()) == 2
    await scene.release(PART_B)
    assert await run_payouts(scene.pay, clock.now()) == 0


async def test_payout_days_and_minimum_are_kept(scene: MemoryScene) -> None:
    """By hand waits for a person, a minimum for the sum, a week for its day; a person's word goes before all."""
    await all_sent(scene)
    now = clock.now()
    yesterday = (now - timedelta(days=1)).isoweekday()
    async with atomic():
        await terms.set_schedule(A, checked_schedule("manual", 0, 0), now)
        await terms.set_schedule(B, checked_schedule("daily", 0, 9_051), now)
        await terms.set_schedule(C, checked_schedule("weekly", yesterday, 0), now)
    assert await run_payouts(scene.pay, now) == 1
    assert {each.shop_id for each in await service.payouts()} == {C}
    async with atomic():
        await terms.request_payout(A, now)
        await terms.request_payout(A, now)
    await scene.drain()
    await pay_out_now(scene.pay, B, now)
    assert {each.shop_id: each.amount_minor for each in await service.payouts()} == {A: 12890, B: 9050, C: 9988}
    await scene.check()


async def test_a_payout_returned_after_it_was_paid_reopens_what_is_owed(scene: MemoryScene) -> None:
    """The money lies in the account again, nothing counts as paid out, and nothing is tried before somebody looked."""
    await all_sent(scene)
    await run_payouts(scene.pay, clock.now())
    for payout_id in list(scene.provider.payouts):
        scene.provider.arrive(payout_id)
    await scene.hear()
    paid = next(one for one in scene.provider.payouts.values() if one.amount.amount_minor == 9988)
    await observe_payout(scene.pay, msgspec.structs.replace(paid, status="failed", failure="closed"), clock.now())
    (money,) = await service.shop_money(C)
    assert (money.sent, money.paid_out) == (euro(9988), euro(0))
    assert scene.listener.payouts[-1].was_paid
    assert await run_payouts(scene.pay, clock.now()) == 0
    assert [alert.kind for alert in await service.alerts()] == ["payout-failed"]


async def test_only_available_money_is_paid_out(committed: object) -> None:
    """While a payment's money is not available at the provider its transfers are not paid out."""
    provider = MemoryProvider(clock.now(), funds_delay_seconds=600)
    scene = MemoryScene(provider, PayoutSettings(payout_interval_seconds=0))
    await all_sent(scene)
    assert await run_payouts(scene.pay, clock.now()) == 0
    provider.advance(600)
    await scene.hear()
    assert await run_payouts(scene.pay, clock.now()) == 3
    await scene.check()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [CrashError(), ProviderUnavailableError("lost")])
async def test_crash_around_the_call_pays_out_once(scene: MemoryScene, when: str, error: Exception) -> None:
    """A payout without an answer is asked for again with its key, and no second one is begun meanwhile."""
    await all_sent(scene)
    scene.provider.faults.append(Fault("payout", error, when))  # type: ignore[arg-type]
    try:
        await run_payouts(scene.pay, clock.now())
    except CrashError:
        await run_payouts(scene.pay, clock.now())
    await scene.sweep()
    await run_payouts(scene.pay, clock.now())
    assert sorted(each.amount.amount_minor for each in scene.provider.payouts.values()) == [9050, 9988, 12890]
    assert len(await service.payouts()) == 3
    await scene.check()


@pytest.mark.parametrize("paid_before", [False, True])
async def test_failed_payout_pauses_and_can_be_resumed(
    scene: MemoryScene,
    paid_before: bool,  # noqa: FBT001 - a failure may come after success
) -> None:
    """A payout that comes back, even after it was called paid, is shown as failed; nothing is tried until told so."""
    await all_sent(scene)
    await run_payouts(scene.pay, clock.now())
    payout_id = next(key for key, each in scene.provider.payouts.items() if each.amount == euro(9988))
    if paid_before:
        scene.provider.arrive(payout_id)
        await scene.hear()
    scene.provider.failing_banks.add(scene.provider.payouts[payout_id].account_id)
    scene.provider.arrive(payout_id)
    await scene.hear()
    failed = (await service.payouts(C))[0]
    assert (failed.status.value, failed.failure) == ("failed", "account_closed")
    assert [alert.kind for alert in await service.alerts()] == ["payout-failed"]
    assert await run_payouts(scene.pay, clock.now()) == 0
    scene.provider.failing_banks.clear()
    async with atomic():
        await service.resume_payouts(C, clock.now())
    assert await run_payouts(scene.pay, clock.now()) == 1
    assert [each.amount_minor for each in await service.payouts(C)] == [9988, 9988]
    await scene.check()
