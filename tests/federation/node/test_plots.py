"""Plots: round axes, every day in its place, nothing divided by nothing."""

from datetime import date, timedelta

import pytest

from federation.node.plots import DAYS, HEIGHT, TOP, Bar, BarPlot, counted_in, first_day, round_marks, sales_plots
from federation.vocabulary.money import Money
from federation.vocabulary.sales import DaySales

TODAY = date(2026, 11, 22)


def sold(days_ago: int, minor: int, currency: str = "EUR", orders: int = 1) -> DaySales:
    """A day's sales."""
    return DaySales(day=TODAY - timedelta(days=days_ago), amount=Money(minor, currency), orders=orders)


@pytest.mark.parametrize(
    ("most", "unit", "marks"),
    [
        (0, 1, (0, 1)),
        (1, 1, (0, 1)),
        (4, 1, (0, 1, 2, 3, 4)),
        (5, 1, (0, 2, 4, 6)),
        (9, 1, (0, 5, 10)),
        (123_456, 100, (0, 50_000, 100_000, 150_000)),
        (1, 100, (0, 100)),
        (7_300, 1, (0, 2_000, 4_000, 6_000, 8_000)),
    ],
)
def test_an_axis_ends_on_a_round_figure(most: int, unit: int, marks: tuple[int, ...]) -> None:
    """Steps are 1, 2 or 5 times a power of ten, four at most, and the last mark is not below the greatest figure."""
    assert round_marks(most, unit) == marks


def test_every_day_has_its_place() -> None:
    """Thirty days stand side by side, today last; the tallest reaches its mark, the others are to scale."""
    (plot,) = sales_plots([sold(0, 50_000), sold(29, 100_000), sold(30, 999_999)], TODAY)
    assert (len(plot.columns), plot.columns[0].sales.day) == (DAYS, first_day(TODAY))
    assert [column.unfinished for column in plot.columns] == [False] * (DAYS - 1) + [True]
    assert (plot.columns[0].y, plot.columns[0].height) == (TOP, HEIGHT)
    assert (plot.columns[-1].height, plot.columns[1].height) == (HEIGHT // 2, 0)
    assert (plot.total, plot.orders, plot.best.day) == (Money(150_000, "EUR"), 2, first_day(TODAY))
    assert [line.amount.amount_minor for line in plot.lines] == [0, 50_000, 100_000]


def test_each_currency_has_a_plot_of_its_own() -> None:
    """Amounts of two currencies never share an axis; the busier currency comes first; no sales, no plot."""
    plots = sales_plots([sold(1, 900, "CHF"), sold(2, 500, "JPY", orders=3)], TODAY)
    assert [plot.total.currency for plot in plots] == ["JPY", "CHF"]
    assert plots[0].lines[-1].amount == Money(600, "JPY")
    assert sales_plots([], TODAY) == []


def test_a_small_sale_can_be_seen() -> None:
    """Beside a very good day a very bad one still has a column."""
    (plot,) = sales_plots([sold(1, 1), sold(2, 10_000_000)], TODAY)
    assert plot.columns[-2].height == 2


def test_bars_share_one_scale() -> None:
    """The longest bar is the whole, what is more than nothing can be seen, nothing is drawn as nothing."""

    def bar(figure: int, rest: int = 0) -> Bar:
        return Bar(words="", figure=figure, said="", tone="good", shape="●", rest=rest)

    plot = BarPlot((bar(30, 10), bar(20), bar(0)))
    assert [plot.share(figure) for figure in (40, 20, 1, 0)] == ["100.00%", "50.00%", "2.50%", "0"]
    assert BarPlot((bar(0),)).share(0) == "0"


def test_figures_are_counted_up_to_their_limits() -> None:
    """A figure on a limit belongs to it; what is beyond the last limit comes at the end."""
    assert counted_in([0, 1, 10, 11, 500], [0, 10]) == [1, 2, 2]
