"""What must hold in every world: some seeds with each run of the tests, thousands in a run of their own."""

import os

import pytest

from tests.simulator.simulation import simulate

SEEDS = int(os.environ.get("GALLERIA_SEEDS", "1000"))
FEW = 20


def refuse(seed: int) -> None:
    """Fail with the command that repeats the run."""
    outcome = simulate(seed)
    assert not outcome.violation, f"{outcome.violation}\nrepeat it: .venv/bin/python -m tests.simulator {seed}"


@pytest.mark.parametrize("seed", range(1, FEW + 1))
def test_no_invariant_is_violated(seed: int) -> None:
    """Bad weather, deaths, restored copies, and all eight invariants hold after every step."""
    refuse(seed)


def test_a_seed_repeats_itself() -> None:
    """The same seed twice gives the same exchanges at the same moments."""
    assert simulate(4).trace == simulate(4).trace


@pytest.mark.simulation
@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", range(FEW + 1, FEW + 1 + SEEDS, 100))
def test_no_invariant_is_violated_in_a_hundred(first: int) -> None:
    """Nor in any of a hundred worlds more."""
    for seed in range(first, first + 100):
        refuse(seed)
