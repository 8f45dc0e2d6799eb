"""What a hub has agreed with one shop about its money: how often it is paid out, what is kept back, by which way.

Without terms of its own a shop has the hub's: paid out daily by the provider, and the hub's reserve.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from federation.vocabulary.wording import sentence
from payouts.errors import AmountInvalidError

SCHEDULE_MINIMUM_MAX = 100_000_00
"""No payout minimum may be higher (minor units)."""

RESERVE_BP_MAX = 9_000
RESERVE_DAYS_MAX = 365


class Rail(StrEnum):
    """The way money goes to a shop: its account at the provider, or a credit transfer from our bank."""

    PROVIDER = "provider"
    BANK = "bank"


class PayoutInterval(StrEnum):
    """How often a shop is paid out; `manual` only on a person's word."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    MANUAL = "manual"


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a shop is paid out, and from which sum on (minor units).

    `anchor` is the weekday (1 Monday to 7) of a weekly schedule and the day of the month of a monthly one, where a day
    that a month lacks is its last; 0 otherwise.
    """

    interval: PayoutInterval = PayoutInterval.DAILY
    anchor: int = 0
    minimum_minor: int = 0


class TermsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One shop's terms; None in the reserve's fields stands for what the hub keeps back of everybody.

    Nothing is sent to its bank details before `bank_usable_from`.
    """

    shop_id: str
    reserve_bp: int | None = None
    reserve_days: int | None = None
    rail: Rail = Rail.PROVIDER
    payout_interval: PayoutInterval = PayoutInterval.DAILY
    payout_anchor: int = 0
    payout_minimum_minor: int = 0
    holder: str = ""
    iban: str = ""
    bic: str = ""
    bank_changed_at: datetime | None = None
    bank_changed_by: str = ""
    bank_usable_from: datetime | None = None
    updated_at: datetime

    def bank_rests(self, now: datetime) -> bool:
        """Whether the bank details are so new that nothing may be sent to them yet."""
        return self.bank_usable_from is not None and now < self.bank_usable_from

    @property
    def schedule(self) -> Schedule:
        """When the shop is paid out."""
        return Schedule(
            interval=self.payout_interval, anchor=self.payout_anchor, minimum_minor=self.payout_minimum_minor
        )


def checked_schedule(interval: str, anchor: int, minimum_minor: int) -> Schedule:
    """A schedule made of what a form says. Raises AmountInvalidError, saying what does not fit."""
    if interval not in set(PayoutInterval):
        raise AmountInvalidError("choose daily, weekly, monthly or by hand")
    if not 0 <= minimum_minor <= SCHEDULE_MINIMUM_MAX:
        raise AmountInvalidError("the smallest payout must be between nothing and 100,000.00")
    days = {PayoutInterval.WEEKLY: 7, PayoutInterval.MONTHLY: 31}.get(PayoutInterval(interval), 0)
    if days and not 1 <= anchor <= days:
        raise AmountInvalidError(sentence("choose a day from 1 to %(days)s", days=days))
    return Schedule(interval=PayoutInterval(interval), anchor=anchor if days else 0, minimum_minor=minimum_minor)


def is_due(schedule: Schedule, last_at: datetime | None, now: datetime, day_seconds: int) -> bool:
    """Whether the next payout may begin; `day_seconds` is how long a day lasts here (the demo lives faster).

    Days are those of UTC. A weekly or monthly payout that was missed on its day is made up for on the next run.
    """
    if schedule.interval is PayoutInterval.MANUAL:
        return False
    if schedule.interval is PayoutInterval.DAILY:
        return last_at is None or last_at + timedelta(seconds=day_seconds) <= now
    day = _last_pay_day(schedule, now)
    return last_at is None or last_at < day


def _last_pay_day(schedule: Schedule, now: datetime) -> datetime:
    """The beginning of the newest day, today included, on which this schedule pays."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if schedule.interval is PayoutInterval.WEEKLY:
        return today - timedelta(days=(today.isoweekday() - schedule.anchor) % 7)
    this_month = _day_of_month(today, schedule.anchor)
    if this_month <= today:
        return this_month
    return _day_of_month(today.replace(day=1) - timedelta(days=1), schedule.anchor)


def _day_of_month(moment: datetime, day: int) -> datetime:
    """That day of the month of `moment`, or the month's last."""
    first = moment.replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day - 1), next_month - timedelta(days=1))
