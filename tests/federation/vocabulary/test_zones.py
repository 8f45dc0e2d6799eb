"""Time zones by name: known, unknown, and hostile ones."""

from datetime import UTC, datetime

import pytest

from federation.vocabulary.zones import ZoneUnknownError, zone_of, zone_or_utc


def test_a_zone_is_found_by_its_name() -> None:
    """Its days are those of the clocks there, in summer and in winter; UTC needs no data base."""
    rome = zone_of("Europe/Rome")
    offsets = [datetime(2026, month, 1, tzinfo=UTC).astimezone(rome).isoformat()[-6:] for month in (1, 7)]
    assert offsets == ["+01:00", "+02:00"]
    assert zone_of("UTC") is UTC


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "", "Europe", "../etc/passwd", "/etc/localtime", "\x00", "x" * 500]
)
def test_what_is_no_zone_is_refused_in_a_sentence(name: str) -> None:
    """Whoever wrote it: a name that leads nowhere, to a folder, or out of the data base."""
    with pytest.raises(ZoneUnknownError, match="is no time zone known here"):
        zone_of(name)
    assert zone_or_utc(name) is UTC
