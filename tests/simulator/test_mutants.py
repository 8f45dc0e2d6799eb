"""Every checker catches the fault that it is there for."""

import pytest

from tests.simulator.mutants import MUTANTS, Mutant, deeds_of
from tests.simulator.simulation import simulate

SEEDS_MAX = 200


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_is_caught(mutant: Mutant) -> None:
    """A world with one deliberate fault violates the invariant that it must, before long."""
    caught = set()
    for seed in range(SEEDS_MAX):
        caught.add(simulate(seed, mutant.make, deeds_of(mutant)).violation[:2])
        if mutant.invariant in caught:
            return
    pytest.fail(f"{mutant.invariant} was never violated; violated were {caught}")


@pytest.mark.parametrize("name", [f"I{number}" for number in range(1, 9)])
def test_every_invariant_has_a_mutant(name: str) -> None:
    """None of the eight is without proof."""
    assert name in {mutant.invariant for mutant in MUTANTS}
