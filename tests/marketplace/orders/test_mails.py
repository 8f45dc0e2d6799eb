"""Letters in the language of whoever gets them."""

from datetime import UTC, datetime

import pytest

from marketplace.orders import mails


@pytest.mark.parametrize(("language", "day"), [("it", "22 nov 2026, 14:05"), ("en", "22 Nov 2026, 14:05")])
def test_a_letters_moments_are_in_its_language(language: str, day: str) -> None:
    """Whoever is asked to answer by a moment reads it in the words of the rest, whoever caused the letter."""
    at = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    values = {"what": "asked", "shop": "Shop", "hub": "Hub", "holder": "Ada", "iban": "DE…00", "own": False, "at": at}
    _, text = mails.written("bank_details", values, language)
    assert day in text
