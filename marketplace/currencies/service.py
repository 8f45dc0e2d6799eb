"""Keeping exchange rates current, and giving them to whoever shows, charges or compares a price."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from federation.node.database import atomic
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from marketplace.currencies import store
from marketplace.currencies.domain.exchange import Exchange
from marketplace.currencies.domain.rates import CURRENCIES, RateSheet, is_current
from marketplace.currencies.domain.ruler import IndexRuler
from marketplace.currencies.ports import RateSource

CHOICE = "currency"
"""Where a session keeps the shopper's currency."""

_log = structlog.get_logger(__name__)

Renewed = Callable[[datetime], Awaitable[None]]


async def refresh(source: RateSource, renewed: Renewed, now: datetime) -> bool:
    """Ask the source and keep a sheet that is new; whether there was one. `renewed` runs in its transaction.

    A source that is down, or sends nonsense or old rates, changes nothing: what is kept serves until it is too old.
    """
    try:
        sheet = await source.latest(now)
        if not is_current(sheet, now):
            raise RecordInvalidError(f"the newest rates are of {sheet.day.isoformat()}: too old to be used")
    except GalleriaError as error:
        _log.warning("rates_not_renewed", slug=error.slug, reason=error.detail)
        return False
    async with atomic():
        kept = await store.keep(sheet)
        if kept is not None:
            await renewed(now)
    return kept is not None


async def current(now: datetime) -> RateSheet | None:
    """The rates by which prices may be shown and charged now; None when the newest are too old."""
    sheet = await store.newest()
    return sheet if sheet is not None and is_current(sheet, now) else None


async def exchange(currency: str, now: datetime) -> Exchange:
    """What list prices are for somebody who pays in `currency`."""
    return Exchange(currency, await current(now))


async def ruler(settlement_currency: str) -> IndexRuler:
    """What puts prices in order, at the newest rates however old; never for a price that is shown or charged."""
    return IndexRuler(settlement_currency, await store.newest())


def known(currency: object, default: str) -> str:
    """`currency` when shoppers can be charged in it, else `default`."""
    return currency if isinstance(currency, str) and currency in CURRENCIES else default
