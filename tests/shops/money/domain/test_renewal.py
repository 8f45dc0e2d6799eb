"""How long a hub is left alone."""

from datetime import timedelta

import pytest

from shops.money.domain.renewal import AGAIN, AGAIN_MAX, EVERY, SOON, SPREAD, rest


@pytest.mark.parametrize(
    ("failures", "is_whole", "expected"),
    [
        (0, True, EVERY),
        (0, False, SOON),
        (1, False, AGAIN),
        (2, True, 2 * AGAIN),
        (5, True, 16 * AGAIN),
        (10, True, AGAIN_MAX),
        (100_000, True, AGAIN_MAX),
    ],
)
def test_who_answers_is_asked_every_few_hours_who_does_not_ever_less_often(
    failures: int,
    is_whole: bool,  # noqa: FBT001 - a case
    expected: timedelta,
) -> None:
    """What was not read to its end goes on soon; silence doubles the rest up to a day, and nobody is given up."""
    assert [rest(failures, spread, is_whole=is_whole) for spread in (1, *SPREAD)] == [
        expected,
        expected * SPREAD[0],
        expected * SPREAD[1],
    ]
