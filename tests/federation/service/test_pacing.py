"""The pace of bulk work, counted on a clock that moves only by what is done."""

import asyncio

import msgspec

from federation.service.pacing import REST, REST_SECONDS_MAX, BulkPace
from tests.simulator.loop import run

STEP_SECONDS = 0.25
WORD_SECONDS = 0.01
WORLD_SECONDS = 120.0


class _Bench(msgspec.Struct):
    """One core: whoever works on it keeps the others off it."""

    core: asyncio.Lock
    bulk_seconds: float = 0.0
    steps: int = 0

    async def work(self, seconds: float) -> None:
        async with self.core:
            await asyncio.sleep(seconds)


async def _take_in(bench: _Bench, pace: BulkPace, *, in_company: bool) -> None:
    """A boutique that never comes to an end."""
    while True:
        async with pace.step(in_company=in_company):
            await bench.work(STEP_SECONDS)
        bench.steps += 1
        bench.bulk_seconds += STEP_SECONDS


async def _words(bench: _Bench) -> list[int]:
    """A usual boutique's words, a second apart: how many bulk steps were done while each waited."""
    clock, waited = asyncio.get_running_loop().time, []
    while clock() < WORLD_SECONDS:
        before = bench.steps
        await bench.work(WORD_SECONDS)
        waited.append(bench.steps - before)
        await asyncio.sleep(1.0)
    return waited


async def _beside(huge: int, *, in_company: bool) -> tuple[_Bench, list[int]]:
    """A world with so many huge boutiques in one process, and a usual one."""
    bench, pace = _Bench(asyncio.Lock()), BulkPace()
    tasks = [asyncio.create_task(_take_in(bench, pace, in_company=in_company)) for _ in range(huge)]
    waited = await _words(bench)
    for task in tasks:
        task.cancel()
    return bench, waited


def test_however_many_are_huge_a_word_waits_for_one_step() -> None:
    """A usual boutique's word is served after one step of bulk work at most, and most after none."""
    for huge in (1, 5, 20):
        bench, waited = run(_beside(huge, in_company=True))
        assert max(waited) <= 1
        assert sum(waited) <= len(waited) * 2 / (REST + 1)
        assert bench.bulk_seconds <= (WORLD_SECONDS + 1) / (REST + 1) + STEP_SECONDS


def test_alone_bulk_work_never_rests() -> None:
    """With nobody else at work all of the time goes to it."""
    bench, _ = run(_beside(1, in_company=False))
    assert bench.bulk_seconds >= 0.9 * WORLD_SECONDS


def test_a_step_that_was_held_up_is_not_rested_from_for_ever() -> None:
    """A step that took minutes costs no more than REST_SECONDS_MAX."""

    async def slow() -> float:
        pace, clock = BulkPace(), asyncio.get_running_loop().time
        async with pace.step(in_company=True):
            await asyncio.sleep(300)
        ended = clock()
        async with pace.step(in_company=True):
            return clock() - ended

    assert run(slow()) == REST_SECONDS_MAX
