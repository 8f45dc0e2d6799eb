"""What is told to somebody who writes one more code."""

import pytest

from marketplace.coupons.domain.guessing import (
    NETWORK_MAX,
    PLACE_MAX,
    TOLD_WHY_MAX,
    VISITOR_MAX,
    WHOLE_MAX,
    Verdict,
    WrongCodes,
    judge,
)


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        (WrongCodes(), "told-why"),
        (WrongCodes(visitor=TOLD_WHY_MAX - 1, place=TOLD_WHY_MAX - 1, network=50), "told-why"),
        (WrongCodes(visitor=TOLD_WHY_MAX), "plain"),
        (WrongCodes(place=TOLD_WHY_MAX), "plain"),
        (WrongCodes(visitor=VISITOR_MAX - 1, place=PLACE_MAX - 1, network=NETWORK_MAX - 1), "plain"),
        (WrongCodes(visitor=VISITOR_MAX), "shut"),
        (WrongCodes(place=PLACE_MAX), "shut"),
        (WrongCodes(network=NETWORK_MAX), "shut"),
        (WrongCodes(network=1, whole=WHOLE_MAX - 1), "told-why"),
        (WrongCodes(whole=WHOLE_MAX), "plain"),
        (WrongCodes(network=1, whole=WHOLE_MAX), "shut"),
    ],
)
def test_slips_are_helped_and_guesses_are_not(wrong: WrongCodes, verdict: Verdict) -> None:
    """A few wrong ones are explained, more are all refused alike, and beyond a bound nothing is looked at."""
    assert judge(wrong) == verdict
