"""How boutiques stand, and the plots of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.console.views.standings import PLOT_ROWS, PLOT_WIDTH, Standing, silence_plot, size_plot, standings
from marketplace.listings.views import BoutiqueRow, ListingCount

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def row(name: str, **changes: Any) -> BoutiqueRow:
    """A boutique that is open, in step and heard just now."""
    values: dict[str, Any] = {
        "shop_id": f"s1{name}",
        "name": name,
        "handle": name,
        "town": "Como",
        "link_state": "accepted",
        "proposed_by_shop": True,
        "products": 3,
        "quarantined": 0,
        "freshness": "fresh",
        "last_heard_at": NOW,
        "size": 10,
    }
    return BoutiqueRow(**(values | changes))


def standing(*rows: BoutiqueRow) -> list[Standing]:
    """These rows as they stand now."""
    return standings(rows, [], [ListingCount("s1ada", "ada", 3, 2)], NOW)


def test_a_boutique_never_heard_of_stands_as_such() -> None:
    """Without a replica and without a word the log is not yet read and the silence has no length."""
    one = standing(row("ada", last_heard_at=None, freshness="stale"))[0]
    assert (one.silent, one.silent_seconds, one.sync.word, one.failing) == ("never heard", None, "not yet read", False)
    assert one.stale == 2


def test_the_silence_plot_begins_with_the_longest() -> None:
    """Never heard first, then by length; bars end at the plot's edge and are never invisible."""
    plot = silence_plot(
        standing(
            row("now"),
            row("never", last_heard_at=None),
            row("late", last_heard_at=NOW - timedelta(seconds=100)),
            row("shut", link_state="suspended"),
        )
    )
    assert [(bar.name, bar.tone) for bar in plot.bars] == [("never", "bad"), ("late", "todo"), ("now", "good")]
    assert [bar.width for bar in plot.bars] == [PLOT_WIDTH, PLOT_WIDTH // 3, 2]


def test_the_size_plot_shows_what_is_still_to_come() -> None:
    """Held and missing records together are to scale; those behind come first."""
    plot = size_plot(standing(row("whole", size=20), row("half", size=10, behind=10)))
    assert [(bar.name, bar.width, bar.rest) for bar in plot.bars] == [
        ("half", PLOT_WIDTH // 2, PLOT_WIDTH // 2),
        ("whole", PLOT_WIDTH, 0),
    ]
    assert plot.bars[0].words == "10 held, 10 to come"


def test_many_boutiques_leave_the_plot_short() -> None:
    """The plot shows PLOT_ROWS at most and says how many it leaves to the table."""
    plot = size_plot(standing(*(row(f"shop{number}") for number in range(PLOT_ROWS + 6))))
    assert (len(plot.bars), plot.left_out) == (PLOT_ROWS, 6)


def test_an_empty_plot_has_no_bars() -> None:
    """No boutique, no bars, and nothing is divided by nothing."""
    assert (silence_plot([]).bars, size_plot([]).bars) == ((), ())
    assert size_plot(standing(row("bare", size=0))).bars[0].width == 2
