"""What the hub keeps for others and what it may have to advance: by boutique and age, against limits of its own.

The hub is a way through, not a safe: what it keeps has a bounded time and sum, and an alarm sounds beyond them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.claim import by_age
from payouts.service import dispute_reads, reads
from payouts.service.context import Payments
from payouts.service.dispute_reads import Stake
from payouts.store import desk, ledger, rows, standings
from payouts.store.standings import Standing

Ages = tuple[int, int, int, int]

RISK_DAYS = 120
"""For so long a shopper's bank may take a payment back; what was sent since then is still at risk."""

TOO_LONG, TOO_MUCH = "held-too-long", "held-too-much"
SHARES_LOOKED_AT = 1_000


class ShopExposure(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part, minor units by age (0 to 30 days, to 60, to 90, older): kept for it, and owed by it.

    `at_risk` is what it was sent in the last months, which its shoppers' banks could still take back from the hub.
    """

    shop_id: str
    kept: Ages
    owes: Ages
    at_risk: int

    @property
    def kept_in_all(self) -> int:
        """All that is kept for it."""
        return sum(self.kept)

    @property
    def owes_in_all(self) -> int:
        """All that it owes."""
        return sum(self.owes)


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """One currency: boutiques by what is kept for them, the sums, and the float that the hub needs of its own.

    `float_needed` is what the hub has advanced and may not see again at once: what boutiques owe, and what is
    `disputed`: taken by banks and borne by nobody yet, or by the hub until it is decided. `shortfall` is what it owes
    beyond what it has. `stake` is what disputes are about, in the currency their shoppers paid in.
    """

    currency: str
    shops: tuple[ShopExposure, ...]
    kept: Ages
    owes: Ages
    at_risk: int
    reserved: Money
    refunds_due: Money
    disputed: Money
    stake: Stake | None
    float_needed: Money
    shortfall: Money


async def exposure(now: datetime) -> list[Exposure]:
    """Where the hub stands, by currency."""
    unreleased, debts = await standings.unreleased(), await standings.debts()
    at_risk = await standings.sent_since(now - timedelta(days=RISK_DAYS))
    balances, short = await ledger.trial_balance(), await reads.shortfall()
    stakes = await dispute_reads.at_stake()
    known = {one.currency for one in (*unreleased, *debts, *at_risk)} | {c for c, s in short.items() if s}
    currencies = sorted(known | set(stakes))
    return [
        _exposure(
            currency,
            _by_shop(unreleased, debts, at_risk, currency=currency, now=now),
            balances.get(currency, {}),
            short.get(currency, 0),
            stakes.get(currency),
        )
        for currency in currencies
    ]


def _by_shop(
    unreleased: Iterable[Standing],
    debts: Iterable[Standing],
    at_risk: Iterable[Standing],
    *,
    currency: str,
    now: datetime,
) -> tuple[ShopExposure, ...]:
    kept, owes, risks = (_grouped(each, currency) for each in (unreleased, debts, at_risk))
    shops = [
        ShopExposure(
            shop_id=shop_id,
            kept=by_age(kept.get(shop_id, ()), now),
            owes=by_age(owes.get(shop_id, ()), now),
            at_risk=sum(amount for _, amount in risks.get(shop_id, ())),
        )
        for shop_id in {*kept, *owes, *risks}
    ]
    shops.sort(key=lambda one: (-one.owes_in_all, -one.kept_in_all, one.shop_id))
    return tuple(shops)


def _grouped(standings: Iterable[Standing], currency: str) -> dict[str, list[tuple[datetime, int]]]:
    found: dict[str, list[tuple[datetime, int]]] = {}
    for one in standings:
        if one.currency == currency and one.amount_minor:
            found.setdefault(one.shop_id, []).append((one.since, one.amount_minor))
    return found


def _exposure(
    currency: str,
    shops: tuple[ShopExposure, ...],
    balances: Mapping[str, int],
    short_minor: int,
    stake: Stake | None,
) -> Exposure:
    disputed = balances.get("hub:dispute_provision", 0) + balances.get("dispute:open", 0)
    refunds_due = -balances.get("customer:refund_due", 0)
    owes = _added(shop.owes for shop in shops)
    reserved = -sum(amount for code, amount in balances.items() if code.startswith("shop:") and _is_reserve(code))
    return Exposure(
        currency=currency,
        shops=shops,
        kept=_added(shop.kept for shop in shops),
        owes=owes,
        at_risk=sum(shop.at_risk for shop in shops),
        reserved=Money(reserved, currency),
        refunds_due=Money(refunds_due, currency),
        disputed=Money(disputed, currency),
        stake=stake,
        float_needed=Money(max(0, sum(owes) + disputed), currency),
        shortfall=Money(short_minor, currency),
    )


def _is_reserve(code: str) -> bool:
    return code.endswith(":reserve")


def _added(rows_of_ages: Iterable[Ages]) -> Ages:
    every = list(rows_of_ages)
    return (
        sum(ages[0] for ages in every),
        sum(ages[1] for ages in every),
        sum(ages[2] for ages in every),
        sum(ages[3] for ages in every),
    )


async def check_limits(pay: Payments, now: datetime) -> int:
    """Sound the alarm for every boutique whose money is kept too long, and for a sum too high; take back the others.

    Returns how many alarms stand.
    """
    too_long = await _kept_too_long(pay, now)
    for shop_id, (count, oldest) in too_long.items():
        words = sentence(
            "money of %(shop)s is kept since %(since)s (shares: %(shares)s)",
            shop=shop_id,
            since=oldest.date(),
            shares=count,
        )
        await rows.raise_alert(TOO_LONG, shop_id, words, now)
    await desk.clear_alerts_but(TOO_LONG, list(too_long), now)
    too_much = await _kept_too_much(pay)
    for currency, amount_minor in too_much.items():
        limit = Money(pay.settings.holding_minor_max, currency)
        words = sentence(
            "the hub keeps %(amount)s for boutiques, more than the %(limit)s it set itself",
            amount=Money(amount_minor, currency),
            limit=limit,
        )
        await rows.raise_alert(TOO_MUCH, currency, words, now)
    await desk.clear_alerts_but(TOO_MUCH, list(too_much), now)
    return len(too_long) + len(too_much)


async def _kept_too_long(pay: Payments, now: datetime) -> dict[str, tuple[int, datetime]]:
    """By shop: how many shares are kept beyond the limit, and since when the oldest is."""
    before = now - timedelta(days=pay.settings.holding_days_max)
    found: dict[str, tuple[int, datetime]] = {}
    for share in await standings.oldest_unreleased(before, SHARES_LOOKED_AT):
        count, oldest = found.get(share.shop_id, (0, share.created_at))
        found[share.shop_id] = (count + 1, min(oldest, share.created_at))
    return found


async def _kept_too_much(pay: Payments) -> dict[str, int]:
    if not pay.settings.holding_minor_max:
        return {}
    sums: dict[str, int] = {}
    for one in await standings.unreleased():
        sums[one.currency] = sums.get(one.currency, 0) + one.amount_minor
    own = pay.settings.settlement_currency
    return {own: sums[own]} if sums.get(own, 0) > pay.settings.holding_minor_max else {}
