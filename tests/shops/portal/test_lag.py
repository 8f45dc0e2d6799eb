"""How far hubs are behind a boutique."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from federation.records import SyncState
from federation.vocabulary.ids import PartyId
from shops.portal.lag import hub_lags, lag_plot

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def hub(**changes: Any) -> SyncState:
    """A linked hub that has confirmed everything two seconds ago."""
    in_step = SyncState(
        hub_id=PartyId("h1a"), hub_name="Galleria", link_state="accepted", size=12, acked_size=12, acked_vseq=7,
        quarantined=0, last_success_at=NOW - timedelta(seconds=2), last_stock_at=None, last_error="",
        last_error_at=None,
    )  # fmt: skip
    return msgspec.structs.replace(in_step, **changes)


def test_a_hub_in_step_owes_nothing() -> None:
    """Everything confirmed, two seconds ago."""
    (lag,) = hub_lags([hub()], 7, NOW)
    assert (lag.in_step, lag.records, lag.stock, lag.seconds) == (True, 0, 0, 2)


def test_a_hub_behind_says_by_how_much_and_since_when() -> None:
    """Entries and stock are counted apart; the latest word of either kind counts; a proposed link is no hub yet."""
    late = hub(acked_size=4, acked_vseq=5, last_stock_at=NOW - timedelta(seconds=90), last_success_at=None)
    (lag,) = hub_lags([late, hub(link_state="proposed")], 7, NOW)
    assert (lag.in_step, lag.records, lag.stock, lag.seconds) == (False, 8, 2, 90)
    (bar,) = lag_plot([late]).bars
    assert (bar.figure, bar.rest, bar.said, bar.tone) == (4, 8, "4 of 12", "todo")


def test_a_hub_never_heard_has_no_seconds() -> None:
    """There is no length to tell."""
    assert hub_lags([hub(last_success_at=None)], 7, NOW)[0].seconds is None
