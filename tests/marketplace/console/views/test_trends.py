"""Volume, take rate and punctuality as drawings."""

from datetime import date

from federation.node.plots import HEIGHT
from federation.vocabulary.money import Money
from marketplace.console.views.trends import GROUND, percent_words, period_words, plots, rows
from payouts.domain.trends import Period, Step
from payouts.service.trends import Trend


def eur(amount_minor: int) -> Money:
    """Euro cents."""
    return Money(amount_minor, "EUR")


def month(number: int, volume: int = 0, commission: int = 0, punctual: int = 0, late: int = 0) -> Period:
    """A month of 2026; November still runs."""
    return Period(
        begins=date(2026, number, 1),
        unfinished=number == 11,
        orders=1 if volume else 0,
        volume=eur(volume),
        commission=eur(commission),
        coupons=eur(0),
        fees=eur(0),
        punctual=punctual,
        late=late,
    )


def trend(*periods: Period) -> Trend:
    """Months side by side."""
    return Trend(currency="EUR", step=Step.MONTH, periods=periods)


def test_columns_are_to_one_scale_and_the_highest_says_its_figure() -> None:
    """Heights follow the figures up to a round mark, nothing is drawn where nothing was sold."""
    shown = plots(trend(month(8, 50_000), month(9), month(10, 100_000), month(11, 25_000))).volume
    assert [place.height for place in shown.places] == [HEIGHT // 2, HEIGHT, HEIGHT // 4]
    assert [place.label for place in shown.places] == ["", "€1,000.00", ""]
    assert [place.unfinished for place in shown.places] == [False, False, True]
    assert shown.marks[0].y == GROUND
    assert shown.marks[-1].said == "€1,000"


def test_a_month_without_a_value_leaves_a_gap() -> None:
    """No sale has no take rate: the line stops there and begins again, and never falls to zero."""
    shown = plots(trend(month(8, 1_000, 100), month(9), month(10, 1_000, 90), month(11, 1_000, 80))).take
    assert shown is not None
    assert [place.said for place in shown.places] == ["10 %", "9 %", "8 %"]
    assert len(shown.strokes) == 1
    assert shown.latest == "8 %"
    assert [place.label for place in shown.places] == ["10 %", "", "8 %"]


def test_nothing_due_draws_no_punctuality() -> None:
    """Without a share that fell due there is no drawing, and rows only for months in which something happened."""
    shown = plots(trend(month(9), month(10, 1_000, 100), month(11)))
    assert shown.punctual is None
    assert [words for words, _ in rows(shown)] == ["October 2026"]
    late = plots(trend(month(10, punctual=3, late=1), month(11))).punctual
    assert late is not None
    assert late.places[0].said == "75 %"


def test_percentages_are_written_to_a_tenth() -> None:
    """Rounded half up, with a minus sign of its own, a dash for nothing."""
    figures = (1_234, 1_235, 5, 0, -250, None)
    assert [percent_words(figure) for figure in figures] == ["12.3 %", "12.4 %", "0.1 %", "0 %", "−2.5 %", "–"]
    assert period_words(Step.WEEK, date(2026, 11, 16)) == "week from 16 Nov 2026"
