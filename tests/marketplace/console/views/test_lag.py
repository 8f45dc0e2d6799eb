"""Plots of how far boutiques and the hub are apart."""

from datetime import timedelta

from marketplace.console.views.lag import behind_plot, lag_plot, silence_plot, worst
from tests.marketplace.console.views.test_standings import NOW, row, standing


def test_the_silence_plot_counts_open_boutiques() -> None:
    """Each open boutique is counted once, under how long it has been silent; one on hold is not."""
    plot = silence_plot(
        standing(
            row("now"),
            row("never", last_heard_at=None),
            row("late", last_heard_at=NOW - timedelta(seconds=100)),
            row("gone", last_heard_at=NOW - timedelta(days=3)),
            row("shut", link_state="suspended"),
        )
    )
    assert [(bar.figure, bar.tone) for bar in plot.bars] == [
        (1, "good"), (1, "todo"), (0, "bad"), (0, "bad"), (1, "bad"), (1, "bad"),
    ]  # fmt: skip
    assert [bar.words for bar in plot.bars][-1] == "never heard"


def test_the_plot_of_records_to_come_counts_by_size() -> None:
    """In step, a few, many: bounds belong to the smaller bar; bars with somebody behind lead to them."""
    plot = behind_plot(standing(row("a"), row("b", behind=10), row("c", behind=11), row("d", behind=5_000)))
    assert [bar.figure for bar in plot.bars] == [1, 1, 1, 0, 1]
    assert [bool(bar.url) for bar in plot.bars] == [False, True, True, False, True]


def test_those_that_lag_most_come_first() -> None:
    """The longest silent, then those with most to come; boutiques in step and on hold are left out."""
    shown = standing(
        row("well"),
        row("few", behind=2),
        row("many", behind=900),
        row("silent", last_heard_at=NOW - timedelta(hours=1), freshness="stale"),
        row("shut", link_state="suspended", behind=7),
    )
    assert [one.row.name for one in worst(shown, 2)] == ["silent", "many"]


def test_one_log_shows_what_is_still_to_come() -> None:
    """Held and missing records are to one scale."""
    plot = lag_plot(standing(row("half", size=10, behind=10))[0])
    (bar,) = plot.bars
    assert (bar.said, plot.share(bar.figure), plot.share(bar.figure + bar.rest)) == (
        "10 held, 10 to come", "50.00%", "100.00%",
    )  # fmt: skip
    assert lag_plot(standing(row("bare", size=0))[0]).share(0) == "0"
