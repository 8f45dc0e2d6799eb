"""All houses of the demo, read as a strict buyer would."""

from pathlib import Path

import pytest

from marketplace.demo.world.house import read_house
from tests.marketplace.demo.world import proof

EACH = pytest.mark.parametrize("path", sorted(proof.HOUSES.glob("*.toml")), ids=lambda path: path.stem)


@EACH
def test_every_house_holds(path: Path) -> None:
    """Form, languages, goods' words, prices, contrast and phrases are right."""
    assert list(proof.faults_of(path.read_bytes())) == []


def test_no_two_houses_sound_alike() -> None:
    """Names, numbers, palettes and sentences are each house's own."""
    houses = {path.stem: read_house(path.read_bytes()) for path in proof.HOUSES.glob("*.toml")}
    assert list(proof.repeated(houses)) == []
