"""All houses of the demo, read as a strict buyer would."""

from pathlib import Path

import pytest

from marketplace.demo.world.house import read_house
from tests.marketplace.demo.world import proof

EACH = pytest.mark.parametrize("path", sorted(proof.HOUSES.glob("*.toml")), ids=lambda path: path.stem)

DAYS_IN_WORDS = {
    14: ("fourteen", "14 days", "fortnight", "two weeks"),
    15: ("fifteen",),
    20: ("twenty days", "days: twenty"),
    21: ("twenty-one", "21 days", "three weeks"),
    28: ("twenty-eight", "four weeks"),
    30: ("thirty", "30", "month"),
    60: ("sixty days",),
    90: ("ninety",),
}


@EACH
def test_every_house_holds(path: Path) -> None:
    """Form, languages, goods' words, prices, contrast and phrases are right."""
    assert list(proof.faults_of(path.read_bytes())) == []


def test_no_two_houses_sound_alike() -> None:
    """Names, numbers, palettes and sentences are each house's own."""
    houses = {path.stem: read_house(path.read_bytes()) for path in proof.HOUSES.glob("*.toml")}
    assert list(proof.repeated(houses)) == []


def test_every_house_keeps_its_word_on_returns() -> None:
    """The days after which a piece can no longer be given back are those of its own words: a bank is shown both."""
    for path in proof.HOUSES.glob("*.toml"):
        profile = read_house(path.read_bytes()).profile
        said = profile["returns"]["en"].lower()
        assert any(words in said for words in DAYS_IN_WORDS[profile["return_days"]]), path.stem
