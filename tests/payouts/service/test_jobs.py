"""The watch over the regular jobs: each run is written down, and silence is told."""

from datetime import datetime, timedelta

import pytest

from federation.node import clock
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.service import attention, jobs
from payouts.service.exposure import check_limits, exposure
from payouts.settings import PayoutSettings
from payouts.tasks import PLAN, WATCH, payments_sweeps, watch_jobs
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_adjusting import TAKE, approve, propose
from tests.payouts.worked_example import PART_C, A, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def three(now: datetime) -> int:
    del now
    return 3


async def broken(now: datetime) -> int:
    raise RuntimeError("the disk is full")


async def test_every_run_is_written_down(committed: object) -> None:
    """When it began, what it came upon, how it failed; what it raises goes on."""
    now = clock.now()
    assert await jobs.run_watched("pay.x", 10, three, now) == 3
    with pytest.raises(RuntimeError):
        await jobs.run_watched("pay.x", 10, broken, now + timedelta(seconds=10))
    (job,) = await jobs.all_jobs()
    assert (job.runs, job.failures, job.found) == (2, 1, 3)
    assert (job.succeeded_at, job.failed_at) == (now, now + timedelta(seconds=10))
    assert job.error == "RuntimeError: the disk is full"


async def test_a_job_that_does_not_run_is_shouted_about_and_taken_back(committed: object) -> None:
    """Also one that never ran at all; an alert stands as long as it is silent, and is mailed once."""
    now = clock.now()
    await watch_jobs(now)
    assert await jobs.late_jobs(now) == []
    later = now + timedelta(hours=2)
    await jobs.run_watched("pay.books", 3_600, three, later - timedelta(minutes=5))
    await watch_jobs(later)
    late = {job.name for job in await jobs.late_jobs(later)}
    assert late == {name for name, _, _ in PLAN} - {"pay.books"}
    alerts = [alert for alert in await service.alerts() if alert.kind == jobs.LATE]
    assert {alert.reference for alert in alerts} == late
    assert {alert.id for alert in await attention.take_unmailed(later, 50)} == {alert.id for alert in alerts}
    assert await attention.take_unmailed(later, 50) == []
    for name, interval, _ in PLAN:
        await jobs.run_watched(name, interval, three, later)
    await watch_jobs(later + timedelta(seconds=1))
    assert await service.alerts() == []


async def test_the_watch_is_not_among_those_it_watches(committed: object) -> None:
    """It runs in another queue, so that a stopped queue of money does not stop it."""
    sweeps = {sweep.name: sweep.queue for sweep in payments_sweeps(MemoryScene(MemoryProvider(clock.now())).pay)}
    assert sweeps.pop(WATCH) != "money"
    assert set(sweeps.values()) == {"money"}
    assert set(sweeps) == {name for name, _, _ in PLAN}


async def test_a_job_nobody_knows_any_more_is_forgotten(committed: object) -> None:
    """One that was renamed does not cry for ever."""
    now = clock.now()
    await jobs.run_watched("pay.old", 10, three, now)
    await watch_jobs(now)
    assert "pay.old" not in {job.name for job in await jobs.all_jobs()}


async def test_exposure_to_the_cent(scene: MemoryScene) -> None:
    """What is kept and owed by shop and age, what can still be disputed, and the float that this needs."""
    await scene.buy()
    await scene.release(PART_C)
    await propose(scene, TAKE)
    await approve(scene, TAKE)
    (now,) = await exposure(scene.now)
    assert now.currency == "EUR"
    by_shop = {shop.shop_id: shop for shop in now.shops}
    assert by_shop[A].kept == (12_890, 0, 0, 0)
    assert by_shop[A].owes == (2_000, 0, 0, 0)
    assert by_shop[B].kept_in_all == 9_050
    assert (by_shop[C].kept_in_all, by_shop[C].at_risk) == (0, 9_988)
    assert now.float_needed.amount_minor == 2_000
    (later,) = await exposure(scene.now + timedelta(days=70))
    assert later.kept == (0, 0, 21_940, 0)
    assert later.owes == (0, 0, 2_000, 0)


async def test_an_alarm_sounds_for_what_is_kept_too_long_or_too_much(committed: object) -> None:
    """By shop after so many days, for the sum at once; both are taken back when it is over."""
    settings = PayoutSettings(payout_interval_seconds=0, holding_days_max=60, holding_minor_max=20_000)
    scene = MemoryScene(MemoryProvider(clock.now()), settings)
    await scene.buy()
    assert await check_limits(scene.pay, scene.now) == 1
    assert await check_limits(scene.pay, scene.now + timedelta(days=61)) == 4
    assert {(alert.kind, alert.reference) for alert in await service.alerts()} == {
        ("held-too-much", "EUR"),
        *(("held-too-long", shop_id) for shop_id in (A, B, C)),
    }
    await scene.release(PART_C)
    assert await check_limits(scene.pay, scene.now + timedelta(days=61)) == 3
    assert await check_limits(scene.pay, scene.now + timedelta(days=59)) == 1
