"""Payout days and what a form may ask for."""

from datetime import UTC, datetime

import pytest

from payouts.domain.terms import PayoutInterval, Schedule, checked_schedule, is_due
from payouts.errors import AmountInvalidError

DAY = 86_400


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WEEKLY = Schedule(interval=PayoutInterval.WEEKLY, anchor=5)
MONTHLY = Schedule(interval=PayoutInterval.MONTHLY, anchor=31)


@pytest.mark.parametrize(
    ("schedule", "last", "now", "due"),
    [
        (Schedule(), None, "2026-11-22T10:00", True),
        (Schedule(), "2026-11-21T10:01", "2026-11-22T10:00", False),
        (Schedule(), "2026-11-21T10:00", "2026-11-22T10:00", True),
        (Schedule(interval=PayoutInterval.MANUAL), None, "2026-11-22T10:00", False),
        (WEEKLY, "2026-11-20T00:00", "2026-11-26T23:59", False),
        (WEEKLY, "2026-11-20T00:00", "2026-11-27T00:00", True),
        (WEEKLY, "2026-11-12T09:00", "2026-11-22T10:00", True),
        (MONTHLY, "2026-10-31T06:00", "2026-11-29T23:00", False),
        (MONTHLY, "2026-10-31T06:00", "2026-11-30T00:00", True),
        (MONTHLY, "2026-11-30T06:00", "2026-12-01T00:00", False),
        (MONTHLY, "2026-01-31T06:00", "2026-03-01T00:00", True),
    ],
)
def test_a_payout_is_due_on_its_day_and_made_up_for_when_missed(
    schedule: Schedule,
    last: str | None,
    now: str,
    due: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Daily counts from the last one, weekly and monthly from their day; by hand is never due."""
    assert is_due(schedule, None if last is None else at(last), at(now), DAY) is due


def test_the_demo_pays_as_often_as_its_days_are_short() -> None:
    """A day can last seconds."""
    assert is_due(Schedule(), at("2026-11-22T10:00:00"), at("2026-11-22T10:00:05"), 5)


@pytest.mark.parametrize(
    ("interval", "anchor", "minimum"), [("hourly", 0, 0), ("weekly", 0, 0), ("weekly", 8, 0), ("monthly", 32, 0)]
)
def test_what_fits_no_calendar_is_refused(interval: str, anchor: int, minimum: int) -> None:
    """An interval or a day that does not exist is refused with a sentence."""
    with pytest.raises(AmountInvalidError):
        checked_schedule(interval, anchor, minimum)


def test_a_minimum_is_bounded() -> None:
    """Nobody is kept waiting for a sum that never comes."""
    assert checked_schedule("monthly", 31, 5_000).minimum_minor == 5_000
    with pytest.raises(AmountInvalidError):
        checked_schedule("daily", 0, 10**9)
    with pytest.raises(AmountInvalidError):
        checked_schedule("daily", 0, -1)
