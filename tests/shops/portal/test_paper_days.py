"""A paper's days in the portal: those of the clocks of the hub that issued it."""

import msgspec
import pytest

from federation.conversations.accounts import Paper
from shops.portal import money_words

NOVEMBER = Paper(
    id="0192f0c1-0000-7000-8000-000000000001", kind="statement", number="ST-2026-00001", currency="EUR", total=1,
    period_start="2026-10-31T23:00:00Z", period_end="2026-11-30T23:00:00Z", issued_at="2026-11-30T23:10:00Z",
    files=(), time_zone="Europe/Rome",
)  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/Rome", ["2026-11-01", "2026-11-30", "2026-12-01"]),
        ("UTC", ["2026-10-31", "2026-11-30", "2026-11-30"]),
        ("Mars/Olympus", ["2026-10-31", "2026-11-30", "2026-11-30"]),
    ],
)
def test_days_are_those_of_the_hub(zone: str, days: list[str]) -> None:
    """A month of a hub in Rome is a whole one; a zone that is not known here is read as UTC."""
    paper = msgspec.structs.replace(NOVEMBER, time_zone=zone)
    told = (money_words.begins_on(paper), money_words.last_day(paper), money_words.issued_on(paper))
    assert [one.date().isoformat() for one in told] == days
    assert money_words.days_in(paper) == (zone if zone == "Europe/Rome" else "UTC")
