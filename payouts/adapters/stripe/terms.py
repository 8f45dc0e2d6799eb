"""When an account's balance is paid out: our terms as Stripe's balance settings, and back."""

from typing import ClassVar, Literal, cast

import msgspec
from stripe.params import BalanceSettingsUpdateParams

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from payouts.ports import PayoutTerms

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_Interval = Literal["manual", "daily", "weekly", "monthly"]


class SeenSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """On which days money leaves."""

    STRIPE: ClassVar[str] = "BalanceSettings.Payments.Payouts.Schedule"
    interval: str | None = None
    weekly_payout_days: tuple[str, ...] | None = None
    monthly_payout_days: tuple[int, ...] | None = None


class SeenPayouts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of it."""

    STRIPE: ClassVar[str] = "BalanceSettings.Payments.Payouts"
    minimum_balance_by_currency: dict[str, int] | None = None
    schedule: SeenSchedule | None = None


class SeenTiming(msgspec.Struct, frozen=True, kw_only=True):
    """When money counts as there."""

    STRIPE: ClassVar[str] = "BalanceSettings.Payments.SettlementTiming"
    delay_days_override: int | None = None


class SeenPayments(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one balance."""

    STRIPE: ClassVar[str] = "BalanceSettings.Payments"
    debit_negative_balances: bool | None = None
    payouts: SeenPayouts | None = None
    settlement_timing: SeenTiming | None = None


class SeenBalanceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Balance settings as Stripe answers them."""

    STRIPE: ClassVar[str] = "BalanceSettings"
    payments: SeenPayments

    def terms(self) -> PayoutTerms:
        """The settings in the port's words; currencies we do not handle are left out."""
        payouts, timing = self.payments.payouts or SeenPayouts(), self.payments.settlement_timing or SeenTiming()
        schedule = payouts.schedule or SeenSchedule()
        weekdays = tuple(WEEKDAYS.index(day) + 1 for day in schedule.weekly_payout_days or () if day in WEEKDAYS)
        least = sorted((payouts.minimum_balance_by_currency or {}).items())
        return PayoutTerms(
            interval=cast(_Interval, schedule.interval or "manual"),
            days=weekdays or schedule.monthly_payout_days or (),
            minimum=tuple(Money(n, name.upper()) for name, n in least if name.upper() in CURRENCY_EXPONENTS),
            delay_days=timing.delay_days_override,
            debit_negative=bool(self.payments.debit_negative_balances),
        )


def params_of(terms: PayoutTerms) -> BalanceSettingsUpdateParams:
    """The terms as parameters; what is not set in them goes back to Stripe's usual."""
    schedule: dict[str, object] = {"interval": terms.interval}
    if terms.interval == "weekly":
        schedule["weekly_payout_days"] = [WEEKDAYS[day - 1] for day in terms.days]
    elif terms.interval == "monthly":
        schedule["monthly_payout_days"] = list(terms.days)
    least = {money.currency.lower(): money.amount_minor for money in terms.minimum}
    return cast(
        BalanceSettingsUpdateParams,
        {
            "payments": {
                "debit_negative_balances": terms.debit_negative,
                "payouts": {"schedule": schedule, "minimum_balance_by_currency": least or ""},
                "settlement_timing": {"delay_days_override": "" if terms.delay_days is None else terms.delay_days},
            }
        },
    )
