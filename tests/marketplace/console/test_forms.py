"""Figures from forms: exact, bounded, and refused with a sentence."""

from datetime import date

import pytest

from federation.vocabulary.money import Money
from marketplace.console.forms import amount_in, day_in, percent_in, percent_text, whole_in
from payouts.errors import AmountInvalidError


@pytest.mark.parametrize(
    ("text", "minor"), [("12.50", 1250), ("12,5", 1250), ("-3", -300), ("−3", -300), (" 0.01 ", 1), ("1e2", 10_000)]
)
def test_amounts_are_read_to_the_cent(text: str, minor: int) -> None:
    """With a point or a comma, with a minus of either kind."""
    assert amount_in({"amount": text}, "amount", "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize("text", ["", "abc", "1.234", "NaN", "Infinity", "1,2,3", "9" * 40 + "x", "1e999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Half cents, words, numbers without end."""
    with pytest.raises(AmountInvalidError):
        amount_in({"amount": text}, "amount", "EUR")


def test_yen_have_no_decimals() -> None:
    """The currency says how many there are."""
    assert amount_in({"amount": "500"}, "amount", "JPY") == Money(500, "JPY")
    with pytest.raises(AmountInvalidError):
        amount_in({"amount": "5.5"}, "amount", "JPY")


@pytest.mark.parametrize(("basis_points", "text"), [(0, "0"), (2_000, "20"), (1_250, "12.5"), (5, "0.05")])
def test_percentages_are_written_as_they_are_read(basis_points: int, text: str) -> None:
    """What a form shows comes back the same."""
    assert percent_text(basis_points) == text
    assert percent_in({"percent": text}, "percent") == basis_points


def test_days_and_whole_numbers() -> None:
    """Neither ２０ nor 31 February is one."""
    assert whole_in({"days": "30"}, "days") == 30
    assert day_in({"day": "2026-11-30"}, "day") == date(2026, 11, 30)
    for form in ({"days": "２０"}, {"days": "-1"}, {"days": ""}):
        with pytest.raises(AmountInvalidError):
            whole_in(form, "days")
    with pytest.raises(AmountInvalidError):
        day_in({"day": "2026-02-31"}, "day")
