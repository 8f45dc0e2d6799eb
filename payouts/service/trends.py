"""How money ran over the last days, weeks or months, currency by currency."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.ledger import AccountKind
from payouts.domain.trends import Period, Step, periods, since
from payouts.store import trends as store

GRACE_SECONDS = 86_400
"""A share that is sent within a day of its moment was sent on its day."""

_OWN = (AccountKind.COMMISSION, AccountKind.PROMO, AccountKind.PROVIDER_FEES)


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """One currency's periods, oldest first, without a gap."""

    currency: str
    step: Step
    periods: tuple[Period, ...]


async def trends(step: Step, now: datetime) -> list[Trend]:
    """Every currency in which something was sold, fell due or was paid out since then; the busiest first."""
    first = since(step, now.date())
    rows: dict[str, dict[tuple[str, date], Any]] = {
        "taken": _keyed(await store.taken(step.value, first)),
        "sent": _keyed(await store.sent(step.value, first, now, GRACE_SECONDS)),
        "banked": _keyed(await store.banked(step.value, first)),
    }
    kept = {
        (one.currency, one.period, one.kind): one.amount_minor
        for one in await store.kept(step.value, first, [kind.value for kind in _OWN])
    }
    begun = periods(step, now.date())
    currencies = {currency for each in rows.values() for currency, _ in each}
    found = [
        Trend(
            currency=currency,
            step=step,
            periods=tuple(_period(currency, day, rows, kept, unfinished=day == begun[-1]) for day in begun),
        )
        for currency in sorted(currencies)
    ]
    return sorted(found, key=lambda one: -sum(period.orders for period in one.periods))


def _keyed(rows: Iterable[Any]) -> dict[tuple[str, date], Any]:
    return {(one.currency, one.period): one for one in rows}


def _period(
    currency: str,
    day: date,
    rows: dict[str, dict[tuple[str, date], Any]],
    kept: dict[tuple[str, date, str], int],
    *,
    unfinished: bool,
) -> Period:
    taken, sent, banked = (rows[name].get((currency, day)) for name in ("taken", "sent", "banked"))
    commission, coupons, fees = (kept.get((currency, day, kind.value), 0) for kind in _OWN)
    return Period(
        begins=day,
        unfinished=unfinished,
        orders=taken.orders if taken else 0,
        volume=Money(taken.amount_minor if taken else 0, currency),
        commission=Money(-commission, currency),
        coupons=Money(coupons, currency),
        fees=Money(fees, currency),
        punctual=sent.punctual if sent else 0,
        late=sent.late if sent else 0,
        missing=sent.missing if sent else 0,
        payouts=banked.payouts if banked else 0,
        returned=banked.returned if banked else 0,
    )
