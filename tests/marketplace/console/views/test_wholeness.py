"""How whole a copy is, in words."""

from datetime import UTC, datetime, timedelta

from federation import limits
from federation.recon.state import RepairNote
from marketplace.console.views.wholeness import size_in_words, wholeness

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_was_mended_is_said_with_its_cost() -> None:
    """Every cause in plain words; records and size as people read them."""
    note = RepairNote(
        hub_id="h", shop_id="s", repairs=2, last_at=NOW, last_cause="rows,served", last_records=1_200, last_bytes=3_000
    )
    told = wholeness(note)
    assert told.mended == "lines lost or altered on our disk, listings that showed something else than its log"
    assert told.cost == "1,200 records for 3 KiB"
    assert told.rests_until is None


def test_a_spent_budget_says_until_when() -> None:
    """Once too much was mended within a window, the copy rests until that is over."""
    note = RepairNote(hub_id="h", shop_id="s", window_at=NOW, window_sessions=limits.REPAIR_SESSIONS_MAX)
    assert wholeness(note).rests_until == NOW + timedelta(hours=1)


def test_sizes_have_a_unit_that_fits() -> None:
    """Bytes, then whole KiB and MiB."""
    told = [size_in_words(size) for size in (0, 1_023, 2_048, 5 * 2**20)]
    assert told == ["0 bytes", "1,023 bytes", "2 KiB", "5 MiB"]
