"""Times: one spelling, whose text order is time order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.documents.times import moment_of, seconds_of, text_of
from federation.vocabulary.errors import RecordInvalidError

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis takes naive bounds


@given(moments, moments)
def test_text_order_is_time_order(left: datetime, right: datetime) -> None:
    """To the second, comparing texts compares moments, and a text reads back."""
    assert (text_of(left) < text_of(right)) == (left.replace(microsecond=0) < right.replace(microsecond=0))
    assert moment_of(text_of(left)) == left.replace(microsecond=0)


def test_other_zones_are_written_in_utc() -> None:
    """A moment of another zone is the same moment in UTC."""
    moment = datetime(2026, 11, 22, 8, 16, 0, tzinfo=timezone(timedelta(hours=1)))
    assert text_of(moment) == "2026-11-22T07:16:00Z"
    assert seconds_of("1970-01-01T00:01:00Z") == 60


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22 07:16:00Z",
        "2026-13-22T07:16:00Z",
        "2026-11-22T07:16:00+01:00",
        "2026-11-22T07:16:00Z\n",
        "\u0662026-11-22T07:16:00Z",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    """Nothing but the one spelling of a real moment is read."""
    with pytest.raises(RecordInvalidError):
        moment_of(text)
