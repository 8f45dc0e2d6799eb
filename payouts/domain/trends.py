"""Periods side by side: how they are cut, and what follows from a period's figures. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from federation.vocabulary.money import Money

_WHOLE_BP = 10_000
_MONTHS = 12


class Step(StrEnum):
    """How long one period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


SHOWN = {Step.DAY: 30, Step.WEEK: 26, Step.MONTH: 12}
"""How many periods are shown, the one that still runs among them."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One period of one currency: `volume` is what shoppers paid, `commission`, `coupons`, `fees` what became of it.

    Of the shares whose day fell into it, so many were sent `punctual`ly, `late`, or are `missing` still. `payouts` went
    to banks, `returned` of them came back. The last period is `unfinished`.
    """

    begins: date
    unfinished: bool
    orders: int
    volume: Money
    commission: Money
    coupons: Money
    fees: Money
    punctual: int = 0
    late: int = 0
    missing: int = 0
    payouts: int = 0
    returned: int = 0

    @property
    def kept(self) -> Money:
        """What the hub keeps: commission without VAT, less what was given back and what it paid for coupons."""
        return self.commission - self.coupons

    @property
    def take_bp(self) -> int | None:
        """What the hub keeps of what shoppers paid, in hundredths of a percent; None without a sale."""
        return _share(self.kept.amount_minor, self.volume.amount_minor)

    @property
    def punctual_bp(self) -> int | None:
        """How many of the shares that fell due were sent on their day; None when none did."""
        return _share(self.punctual, self.punctual + self.late + self.missing)


def _share(part: int, whole: int) -> int | None:
    """Half up in hundredths of a percent; None of nothing."""
    return (2 * part * _WHOLE_BP + whole) // (2 * whole) if whole > 0 else None


def begins(step: Step, day: date) -> date:
    """The first day of the period a day lies in."""
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day - timedelta(days=day.weekday())
        case Step.MONTH:
            return day.replace(day=1)


def periods(step: Step, today: date) -> list[date]:
    """The first days of the periods that are shown, oldest first; today lies in the last."""
    last = begins(step, today)
    count = SHOWN[step]
    if step is Step.MONTH:
        months = last.year * _MONTHS + last.month - 1
        return [date(one // _MONTHS, one % _MONTHS + 1, 1) for one in range(months - count + 1, months + 1)]
    length = timedelta(days=7 if step is Step.WEEK else 1)
    return [last - length * back for back in reversed(range(count))]


def since(step: Step, today: date) -> datetime:
    """The moment the first period begins."""
    return datetime.combine(periods(step, today)[0], time(), UTC)
