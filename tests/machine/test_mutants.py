"""The machine finds every deliberate mistake, within twenty lives at most."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.machine.bench import Bench
from tests.machine.mutants import MUTANTS, Mutant
from tests.machine.rules import live

pytestmark = [pytest.mark.apps("payouts.piccolo_app"), pytest.mark.simulation, pytest.mark.timeout(600)]

LIVES = settings(
    max_examples=20,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_is_found(mutant: Mutant, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub with one mistake in it does not pass, and what is said of it is what is wrong."""
    for module, name, other in mutant.exchanged:
        monkeypatch.setattr(module, name, other)
    with pytest.raises((Exception, BaseExceptionGroup)) as found:
        live(bench, mutant.build, LIVES)
    said = f"{type(found.value).__name__}: {found.value}"
    assert any(word in said for word in mutant.says), said[:2000]
