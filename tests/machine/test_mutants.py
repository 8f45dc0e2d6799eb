"""The machine finds every deliberate mistake by the rule that names it, and finds nothing in a hub without one."""

import pytest

from tests.machine.bench import Bench
from tests.machine.hub import Build
from tests.machine.mutants import MUTANTS, Mutant
from tests.machine.stories import STORIES, Story, told

pytestmark = [pytest.mark.apps("payouts.piccolo_app"), pytest.mark.simulation, pytest.mark.timeout(600)]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_sound_hub_lives_every_story(story: Story, bench: Bench) -> None:
    """Without a mistake every rule holds after each deed, and all sides agree in the end."""
    told(bench, Build(), story)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_is_found(mutant: Mutant, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub with one mistake in it does not pass, and the rule that it breaks is named."""
    for module, name, other in mutant.exchanged:
        monkeypatch.setattr(module, name, other)
    with pytest.raises(AssertionError) as found:
        told(bench, mutant.build, mutant.story)
    said = str(found.value)
    assert any(line.startswith(mutant.found) for line in said.splitlines()), said[:2000]
