"""Papers in the console: their days by the clocks they count in, whatever the hub's are today."""

from datetime import UTC, datetime
from uuid import UUID

from federation.node.languages import speaking
from marketplace.console.views.papers import days_of, moment_in, months_back
from payouts.domain.papers import PaperHead, PaperKind
from tests.payouts.papers.test_forms import REVERSED

HEAD = PaperHead(
    id=UUID(int=1),
    kind=PaperKind.STATEMENT,
    shop_id="s1",
    number="ST-2027-00001",
    currency="EUR",
    period_start=datetime(2026, 11, 30, 23, tzinfo=UTC),
    period_end=datetime(2026, 12, 31, 23, tzinfo=UTC),
    issued_at=datetime(2026, 12, 31, 23, 10, tzinfo=UTC),
    total_minor=1,
    time_zone="Europe/Rome",
)


def test_a_paper_shows_the_days_it_was_issued_with() -> None:
    """December, issued on new year's day; an older one in UTC stays as it was."""
    days = days_of(HEAD)
    told = [one.date().isoformat() for one in (days.first, days.last, days.issued)]
    assert told == ["2026-12-01", "2026-12-31", "2027-01-01"]
    assert moment_in(REVERSED, "2026-12-31T23:30:00Z").date().isoformat() == "2026-12-31"


def test_months_to_choose_from_begin_with_the_first_paper() -> None:
    """Named in the reader's language, the newest first, not more than asked for; none before there is a paper."""
    now, first = datetime(2027, 1, 15, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    assert months_back(now, first, 2) == {"2027-01": "January 2027", "2026-12": "December 2026"}
    with speaking("it"):
        assert list(months_back(now, first, 24).values()) == ["gennaio 2027", "dicembre 2026", "novembre 2026"]
    assert months_back(now, None, 24) == {}
