"""Plots as places in a drawing: amounts and figures come in, shapes go out; `plots.html` draws them as SVG. Pure.

Widths are parts of the whole (`12.50%`), heights pixels, so that a plot fills its page and its words keep their size.
Invariants: integers throughout; an axis begins at nothing and ends on a round number at or above the greatest figure.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.sales import DaySales

Tone = Literal["good", "bad", "todo", "calm", "done"]
DAYS = 30
TOP, HEIGHT, FOOT = 18, 150, 24
"""Pixels above the highest line, between it and the ground line, and below that for the days."""
WIDTH_BP = 8_200
"""The part of the drawing that columns fill, in hundredths of a percent; at its right the lines bear their amounts."""
STEPS_MAX = 4
DAYS_BETWEEN_MARKS = 7
_WHOLE_BP = 10_000
_LEAST_BP = 50


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One day; `unfinished` is today, which may still grow."""

    sales: DaySales
    x: str
    middle: str
    width: str
    y: int
    height: int
    unfinished: bool
    marked: bool


class Line(msgspec.Struct, frozen=True):
    """A line across the plot and the amount it stands for."""

    y: int
    amount: Money


class SalesPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Days side by side, oldest first."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Money
    orders: int
    best: DaySales
    ground: int = TOP + HEIGHT
    height: int = TOP + HEIGHT + FOOT


def first_day(today: date) -> date:
    """The oldest day that a plot of sales shows."""
    return today - timedelta(days=DAYS - 1)


def sales_plots(sold: Iterable[DaySales], today: date) -> list[SalesPlot]:
    """A plot of the last DAYS days for each currency in which something was sold, the one with most orders first."""
    by_currency: dict[str, dict[date, DaySales]] = {}
    for one in sold:
        if first_day(today) <= one.day <= today:
            by_currency.setdefault(one.amount.currency, {})[one.day] = one
    plots = [_sales_plot(days, currency, today) for currency, days in sorted(by_currency.items())]
    return sorted(plots, key=lambda plot: -plot.orders)


def _sales_plot(sold: dict[date, DaySales], currency: str, today: date) -> SalesPlot:
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    sales = [sold.get(day) or DaySales(day=day, amount=Money(0, currency), orders=0) for day in days]
    marks = round_marks(max(one.amount.amount_minor for one in sales), 10 ** CURRENCY_EXPONENTS[currency])
    slot = WIDTH_BP // len(sales)
    columns = []
    for place, one in enumerate(sales):
        height = max(one.amount.amount_minor, 0) * HEIGHT // marks[-1]
        if one.amount.amount_minor > 0:
            height = max(height, 2)
        columns.append(
            Column(
                sales=one,
                x=percent(place * slot + slot // 8),
                middle=percent(place * slot + slot // 2),
                width=percent(slot * 3 // 4),
                y=TOP + HEIGHT - height,
                height=height,
                unfinished=one.day == today,
                marked=(len(sales) - 1 - place) % DAYS_BETWEEN_MARKS == 0,
            )
        )
    return SalesPlot(
        columns=tuple(columns),
        lines=tuple(Line(TOP + HEIGHT - mark * HEIGHT // marks[-1], Money(mark, currency)) for mark in marks),
        total=Money(sum(one.amount.amount_minor for one in sales), currency),
        orders=sum(one.orders for one in sales),
        best=max(sales, key=lambda one: one.amount.amount_minor),
    )


def round_marks(most: int, unit: int = 1) -> tuple[int, ...]:
    """Evenly spaced round figures from nothing up to `most` or just above it, none finer than `unit`."""
    step = unit
    while step * STEPS_MAX < most:
        step = _next_round(step // unit) * unit
    steps = max(-(-most // step), 1)
    return tuple(place * step for place in range(steps + 1))


def _next_round(step: int) -> int:
    """The round number after this one: 1, 2, 5, 10, 20, 50, 100..."""
    leading = int(str(step)[0])
    return step * 5 // 2 if leading == 2 else step * 2  # noqa: PLR2004 - from 2 to 5; from 1 to 2, from 5 to 10


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One figure under its words; `rest` is drawn behind it in outline, `said` is the figure as people read it."""

    words: str
    figure: int
    said: str
    tone: Tone
    shape: str
    rest: int = 0
    url: str = ""


class BarPlot(msgspec.Struct, frozen=True):
    """Bars under each other, to one scale."""

    bars: tuple[Bar, ...]

    def share(self, figure: int) -> str:
        """How long a bar is; what is more than nothing can be seen."""
        if figure <= 0:
            return "0"
        most = max(bar.figure + bar.rest for bar in self.bars)
        return percent(max(figure * _WHOLE_BP // most, _LEAST_BP))


def percent(basis_points: int) -> str:
    """Hundredths of a percent as SVG reads them: `12.50%`."""
    return f"{basis_points // 100}.{basis_points % 100:02}%"


def counted_in(figures: Sequence[int], limits: Sequence[int]) -> list[int]:
    """How many figures lie at or below each limit and above the one before; those beyond the last come at the end."""
    counts = [0] * (len(limits) + 1)
    for figure in figures:
        counts[next((place for place, limit in enumerate(limits) if figure <= limit), len(limits))] += 1
    return counts
