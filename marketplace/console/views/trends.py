"""Volume, take rate and punctuality as places in a drawing; `trends.html` draws them as SVG. Pure.

Invariants: an axis begins at nothing and ends on a round figure; a period without a value leaves a gap, never a zero.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import pairwise

import msgspec
from babel.dates import format_date

from federation.node.languages import language
from federation.node.pages import format_day, format_money, format_round_money, format_short_day
from federation.node.plots import FOOT, HEIGHT, TOP, WIDTH_BP, percent, round_marks
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.wording import message
from marketplace.console.forms import percent_text
from marketplace.console.words import say
from payouts.domain.trends import Period, Step
from payouts.service.trends import Trend

GROUND = TOP + HEIGHT
STEP_WORDS = {Step.DAY: message("by day"), Step.WEEK: message("by week"), Step.MONTH: message("by month")}
_MARKS_EVERY = {Step.DAY: 7, Step.WEEK: 5, Step.MONTH: 2}
_WHOLE_BP = 10_000
_PERCENT_BP = 100
_NEAR_LEFT_BP, _NEAR_RIGHT_BP = 1_200, 7_000
_APART = 3
"""So many periods at least lie between two figures that are written at their points."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One period in a drawing: `said` is its figure, `label` the same where it is written beside the point or column.

    `anchor` is the side on which the label stands, so that it stays inside; that of the lowest point stands below it.
    """

    x: str
    middle: str
    width: str
    y: int
    words: str
    said: str
    unfinished: bool
    label: str = ""
    anchor: str = "middle"
    is_low: bool = False

    @property
    def height(self) -> int:
        """How high a column is."""
        return GROUND - self.y


class Mark(msgspec.Struct, frozen=True):
    """A line across the drawing and the figure it stands for."""

    y: int
    said: str


class Stroke(msgspec.Struct, frozen=True):
    """The way from one point to the next."""

    x1: str
    y1: int
    x2: str
    y2: int


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """One plot: places from the oldest, marks from the ground up; strokes where the places are points of a line."""

    places: tuple[Place, ...]
    marks: tuple[Mark, ...]
    strokes: tuple[Stroke, ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    latest: str = ""
    ground: int = GROUND
    height: int = GROUND + FOOT


class Plots(msgspec.Struct, frozen=True, kw_only=True):
    """A currency's three drawings over the same periods; one without a single value is None."""

    trend: Trend
    volume: Drawing
    take: Drawing | None
    punctual: Drawing | None
    total: Money
    words: tuple[str, ...]


class _Series(msgspec.Struct, frozen=True):
    """Values by period with their words, and the places whose words are written in the drawing."""

    values: Sequence[int | None]
    said: Sequence[str]
    labelled: AbstractSet[int]


def plots(trend: Trend) -> Plots:
    """The drawings of one currency."""
    periods, currency = trend.periods, trend.currency
    amounts = [period.volume.amount_minor for period in periods]
    rates = [period.take_bp for period in periods]
    highest_rate = max([_PERCENT_BP, *(rate for rate in rates if rate is not None)])
    volume = _Series(
        [amount or None for amount in amounts], [format_money(period.volume) for period in periods], _highest(amounts)
    )
    return Plots(
        trend=trend,
        volume=_drawing(
            trend,
            volume,
            [
                (mark, format_round_money(Money(mark, currency)))
                for mark in round_marks(max(1, *amounts), 10 ** CURRENCY_EXPONENTS[currency])
            ],
        ),
        take=_line(trend, rates, round_marks(highest_rate, _PERCENT_BP)),
        punctual=_line(trend, [period.punctual_bp for period in periods], (0, 5_000, _WHOLE_BP)),
        total=Money(sum(amounts), currency),
        words=tuple(period_words(trend.step, period.begins) for period in periods),
    )


def percent_words(basis_points: int | None) -> str:
    """`12.5 %` with the decimal sign of the reader's language; a dash for nothing."""
    if basis_points is None:
        return "–"
    rounded = (abs(basis_points) + 5) // 10 * 10
    text = percent_text(rounded)
    sign = "−" if basis_points < 0 and rounded else ""
    return f"{sign}{text.replace('.', ',') if language() == 'it' else text} %"


def period_words(step: Step, begins: date) -> str:
    """A period as the table names it: a day, the week from a Monday, a month."""
    if step is Step.MONTH:
        return str(format_date(begins, "LLLL y", locale=language()))
    if step is Step.WEEK:
        return say("week from %(day)s", day=format_day(begins))
    return format_day(begins)


def _mark(step: Step, begins: date) -> str:
    if step is Step.MONTH:
        return str(format_date(begins, "LLL yy" if begins.month == 1 else "LLL", locale=language()))
    return format_short_day(begins)


def _line(trend: Trend, values: Sequence[int | None], marks: Sequence[int]) -> Drawing | None:
    if all(value is None for value in values):
        return None
    series = _Series(values, [percent_words(value) for value in values], _latest_and_odd(values))
    return _drawing(trend, series, [(mark, percent_words(mark)) for mark in marks])


def _drawing(trend: Trend, series: _Series, marks: Sequence[tuple[int, str]]) -> Drawing:
    most = marks[-1][0]
    places = [_place(trend, series, place, most) for place in range(len(series.values))]
    known = [place for place in places if place is not None]
    return Drawing(
        places=tuple(known),
        marks=tuple(Mark(_y(mark, most), said) for mark, said in marks),
        strokes=tuple(
            Stroke(one.middle, one.y, other.middle, other.y)
            for one, other in pairwise(places)
            if one is not None and other is not None
        ),
        days=_days(trend, WIDTH_BP // len(places)),
        latest=known[-1].said if known else "",
    )


def _place(trend: Trend, series: _Series, place: int, most: int) -> Place | None:
    value, period = series.values[place], trend.periods[place]
    if value is None:
        return None
    slot = WIDTH_BP // len(series.values)
    middle = place * slot + slot // 2
    return Place(
        x=percent(place * slot + slot // 8),
        middle=percent(middle),
        width=percent(slot * 3 // 4),
        y=_y(value, most),
        words=period_words(trend.step, period.begins),
        said=series.said[place],
        unfinished=period.unfinished,
        label=series.said[place] if place in series.labelled else "",
        anchor=_anchor(middle),
        is_low=value == min(one for one in series.values if one is not None),
    )


def _days(trend: Trend, slot: int) -> tuple[tuple[str, str], ...]:
    every, last = _MARKS_EVERY[trend.step], len(trend.periods) - 1
    return tuple(
        (percent(place * slot + slot // 2), _mark(trend.step, period.begins))
        for place, period in enumerate(trend.periods)
        if (last - place) % every == 0
    )


def _highest(values: Sequence[int | None]) -> set[int]:
    """The column whose figure is written above it: above the highest nothing is in the way."""
    known = [place for place, value in enumerate(values) if value]
    return {max(known, key=lambda place: values[place] or 0)} if known else set()


def _latest_and_odd(values: Sequence[int | None]) -> set[int]:
    """The points whose figure is written: the latest, and the one farthest from it that is not beside it."""
    known = [place for place, value in enumerate(values) if value is not None]
    if not known:
        return set()
    latest = values[known[-1]] or 0
    odd = max(known, key=lambda place: abs((values[place] or 0) - latest))
    return {known[-1]} | ({odd} if known[-1] - odd >= _APART and values[odd] != latest else set())


def _anchor(middle_bp: int) -> str:
    return "start" if middle_bp < _NEAR_LEFT_BP else "end" if middle_bp > _NEAR_RIGHT_BP else "middle"


def _y(value: int, most: int) -> int:
    height = min(max(value, 0), most) * HEIGHT // most
    return GROUND - (max(height, 2) if value > 0 else height)


def rows(shown: Plots) -> list[tuple[str, Period]]:
    """The periods in which anything happened, newest first, with their words."""
    happened = [
        (words, period)
        for words, period in zip(shown.words, shown.trend.periods, strict=True)
        if period.orders or period.punctual or period.late or period.missing or period.payouts or period.commission
    ]
    return happened[::-1]
