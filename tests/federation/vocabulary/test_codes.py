"""Codes made by chance, and codes that anybody would guess."""

import pytest

from federation.vocabulary.codes import PART_SIGNS, PARTS, SIGNS, is_guessable, new_code
from federation.vocabulary.ids import drawing


class Bytes:
    """Gives these bytes, one call after the other."""

    def __init__(self, *given: bytes) -> None:
        self.given = list(given)

    def secret(self, byte_count: int) -> bytes:
        drawn = self.given.pop(0)
        assert len(drawn) == byte_count
        return drawn


def test_a_code_is_ten_signs_of_five_bits_that_spell_nothing() -> None:
    """Every byte counts with its last five bits; what looks like words is drawn again, which is seldom."""
    assert (len(SIGNS), len(set(SIGNS)), 5 * PARTS * PART_SIGNS) == (32, 32, 50)
    words = bytes(map(SIGNS.index, "HATESTREEZ"))
    with drawing(Bytes(words, bytes(range(32, 42)))):  # type: ignore[arg-type]
        assert new_code() == "23456-789AB"
    made = {new_code() for _ in range(200)}
    assert len(made) == 200
    assert not any(is_guessable(code) for code in made)


@pytest.mark.parametrize(
    "code", ["AUTUMN", "AUTUMN25", "WELCOME-10", "SALDI2026", "MARIA-ROSSI", "VIP", "1234", "X7K2", "AMICI-DI-1987"]
)
def test_words_names_years_and_short_codes_are_guessed(code: str) -> None:
    """One word or two, with some digits or a year, or a few signs."""
    assert is_guessable(code)


@pytest.mark.parametrize("code", ["X7K2-M9QP-4", "7KQ2MX4R", "SETA-LUNA-PORTO-GATTO", "1029384756"])
def test_chance_and_many_words_are_not(code: str) -> None:
    """Signs by chance, or four words that have nothing to do with each other."""
    assert not is_guessable(code)
