"""Periods side by side."""

from datetime import date

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.trends import SHOWN, Period, Step, begins, periods


def test_periods_follow_each_other_up_to_today() -> None:
    """Days, weeks from Monday, months: as many as are shown, none left out, over the turn of a year."""
    today = date(2026, 1, 14)
    for step in Step:
        found = periods(step, today)
        assert len(found) == SHOWN[step]
        assert found[-1] == begins(step, today)
        assert all(begins(step, day) == day for day in found)
    assert periods(Step.MONTH, today)[:2] == [date(2025, 2, 1), date(2025, 3, 1)]
    assert periods(Step.WEEK, today)[-2:] == [date(2026, 1, 5), date(2026, 1, 12)]


def test_rates_of_a_period() -> None:
    """Coupons lower what the hub keeps, rates are rounded half up, and nothing has no rate."""

    def period(**changes: int) -> Period:
        amounts = {name: Money(changes.pop(name, 0), "EUR") for name in ("volume", "commission", "coupons", "fees")}
        counts = {name: changes.pop(name, 0) for name in ("punctual", "late", "missing")}
        assert not changes
        given = {"begins": date(2026, 1, 1), "unfinished": False, "orders": 1}
        return msgspec.convert(given | amounts | counts, Period)

    assert period(volume=30_000, commission=3_100, coupons=100).take_bp == 1_000
    assert period(volume=3, commission=2).take_bp == 6_667
    assert period(volume=3, commission=-1).take_bp == -3_333
    assert period(commission=5).take_bp is None
    assert period(punctual=2, late=1, missing=1).punctual_bp == 5_000
    assert period().punctual_bp is None
