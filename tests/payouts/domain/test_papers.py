"""Months of papers by the hub's clocks: without gap or overlap, over summer time and over a change of zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from payouts.domain.papers import Period, end_of_second, local_text, month_of, next_period
from payouts.papers.figures import day_text, period_text, short_day_text

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("name", "moment", "start", "end"),
    [
        ("Europe/Rome", "2026-12-31T23:30:00Z", "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z"),
        ("Europe/Rome", "2026-12-31T22:59:59Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("Europe/Rome", "2026-03-29T12:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("Europe/Rome", "2026-10-25T00:30:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("Pacific/Kiritimati", "2026-10-31T10:00:00Z", "2026-10-31T10:00:00Z", "2026-11-30T10:00:00Z"),
        ("America/New_York", "2026-11-01T03:59:59Z", "2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z"),
        ("Asia/Amman", "2022-04-10T00:00:00Z", "2022-03-31T21:00:00Z", "2022-04-30T21:00:00Z"),
    ],
)
def test_a_month_is_that_of_the_zone(name: str, moment: str, start: str, end: str) -> None:
    """From its first midnight to the next month's, whatever the clocks did between."""
    found = month_of(datetime.fromisoformat(moment), ZoneInfo(name))
    assert found == Period(datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(
    "name", ["Europe/Rome", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe"]
)
def test_months_follow_each_other_without_gap_or_overlap(name: str) -> None:
    """Ten years of them, also where clocks skip a midnight: each begins where the one before it ends."""
    zone = ZoneInfo(name)
    month = month_of(datetime(2020, 1, 15, tzinfo=UTC), zone)
    for _ in range(120):
        assert month_of(month.end - timedelta(seconds=1), zone) == month_of(month.start, zone) == month
        following = month_of(month.end, zone)
        assert following.start == month.end
        month = following


def test_after_a_change_of_zone_the_next_period_begins_where_the_last_one_ended() -> None:
    """East or west of the old one: what is between the two midnights is in exactly one period."""
    utc_end, rome_end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert next_period(utc_end, 1, None, ROME) == Period(utc_end, datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert next_period(rome_end, 1, None, UTC) == Period(rome_end, utc_end)
    assert next_period(rome_end, 0, rome_end + timedelta(hours=3), UTC) == Period(
        utc_end, datetime(2027, 1, 1, tzinfo=UTC)
    )


def test_days_and_periods_are_written_by_the_clocks_of_the_zone() -> None:
    """The same second is another day, month and year in Rome; a month is named where it is one there."""
    late = "2026-12-31T23:30:00Z"
    assert (day_text(late, "en"), day_text(late, "en", ROME)) == ("31 December 2026", "1 January 2027")
    assert short_day_text(late, "it", ROME) == "1 gen 2027"
    assert day_text("2026-11-22", "it", ROME) == "22 novembre 2026", "a bare day is that day everywhere"
    assert period_text("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z", "it", ROME) == "dicembre 2026"
    assert period_text("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z", "en") == "30 November 2026 – 31 December 2026"
    assert period_text("2026-11-30T23:00:00Z", "2026-12-01T00:00:00Z", "en") == "30 November 2026"
    assert period_text("2026-11-01T00:00:00Z", "2027-12-01T00:00:00Z", "en") == "1 November 2026 – 30 November 2027"
    assert (local_text(late, ROME), local_text(late, UTC)) == ("2027-01-01T00:30:00+01:00", late)


def test_a_period_that_is_cut_now_has_all_of_this_second() -> None:
    """Papers name whole seconds: what was a moment ago is before the end."""
    now = datetime(2026, 11, 22, 8, 16, 59, 400_000, tzinfo=UTC)
    assert end_of_second(now) == end_of_second(now.replace(microsecond=0)) == datetime(2026, 11, 22, 8, 17, tzinfo=UTC)
