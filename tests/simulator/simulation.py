"""One run: a world, some bad minutes drawn from a seed, calm, and the verdict."""

import asyncio
import gc
import logging
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from federation.node.memory import DeadlockError, ProcessKilledError
from tests.simulator import loop
from tests.simulator.attacks import ATTACKS
from tests.simulator.chance import Dice
from tests.simulator.deeds import PEOPLE_AND_WEATHER, rotate_of
from tests.simulator.invariants import ViolationError
from tests.simulator.machine import Make, place_of
from tests.simulator.network import CALM, Faults
from tests.simulator.world import Deed, Shape, World, base_of

STEPS = 20
DEEDS = (*PEOPLE_AND_WEATHER, *ATTACKS)
STEP_SECONDS = 1.8
SHAPES = ((Shape(1, 1), 5), (Shape(2, 1), 4), (Shape(1, 2), 2), (Shape(2, 2), 3), (Shape(2, 1, outbound=True), 2))
SKEWS = ((5, 12), (40, 3), (400, 1))
"""How far clocks are wrong at most, in seconds, and how often that is so; those of hubs go ahead only, since the world
at rest was made by a right clock and putting a hub's back would make it call old news fresh."""


class Outcome(msgspec.Struct, frozen=True):
    """How a run went: the first violation (empty when there was none), and what identifies the run."""

    seed: int
    violation: str
    trace: str
    passages: int
    seconds: float


def simulate(seed: int, make: Make | None = None, deeds: Sequence[tuple[Deed, int]] = DEEDS) -> Outcome:
    """Run a seed to its end, or to the first violation."""
    dice = Dice(seed)
    shape = dice.choices([shape for shape, _ in SHAPES], [weight for _, weight in SHAPES])[0]
    base = base_of(shape)
    mistakes: list[str] = []

    async def live() -> Outcome:
        world = World(dice, shape, base, make)
        world.mistakes = mistakes
        violation = ""
        try:
            await _storm(world, deeds)
            await _calm(world)
        except ViolationError as error:
            violation = str(error)
        finally:
            world.stop()
        world.note(violation)
        now = asyncio.get_running_loop().time()
        return Outcome(seed, violation, world.trace.hexdigest(), world.network.passages, now - base.at)

    with quiet(mistakes), _uncollected():
        return loop.run(live(), base.at)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for garbage between runs only: within one it costs a tenth and finds little."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _storm(world: World, deeds: Sequence[tuple[Deed, int]]) -> None:
    """Deeds and faults, the checkers after every step."""
    dice = world.dice
    for machine in world.machines.values():
        most = dice.choices([most for most, _ in SKEWS], [weight for _, weight in SKEWS])[0]
        machine.skew = timedelta(seconds=dice.between(0 if machine.kind == "hub" else -most, most))
    world.start()
    world.network.faults = Faults()
    choice, weights = [deed for deed, _ in deeds], [weight for _, weight in deeds]
    for _ in range(STEPS):
        deed = dice.choices(choice, weights)[0]
        world.note(deed.__name__)
        await deed(world)
        await asyncio.sleep(dice.expovariate(1 / STEP_SECONDS))
        world.check()


async def _calm(world: World) -> None:
    """Fair weather, everybody there: everything comes to agree."""
    world.network.faults, world.network.cut = CALM, frozenset()
    world.checks.liars.clear()
    for machine in world.machines.values():
        machine.dies_in = 0
        world.process(machine)
    await world.finish()
    for name in world.stolen:
        await rotate_of(world, world.machines[name])
    await world.accept_all()
    await world.settle()


@contextmanager
def quiet(mistakes: list[str]) -> Iterator[None]:
    """Let nodes keep their logs to themselves, but for mistakes of ours that an edge has caught."""

    def note(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ProcessKilledError | DeadlockError):
            mistakes.append(f"{event.get('event')} {event.get('topic', '')}: {error!r} at {place_of(error)}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[note], wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)
