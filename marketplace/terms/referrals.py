"""From which boutique's own site a shopper came: one handle and a day, in the session the shopper has anyway.

Nothing is kept of what was looked at, and nothing is told to anybody before something is bought: then the boutique that
sent the shopper gets its share of pieces of others. The shopper sees it in the basket and can have it forgotten.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from marketplace.listings import service as listings
from marketplace.listings.views import ShopCard
from marketplace.terms.domain.terms import Referrer

SENT_BY = "sent_by"
KEPT = timedelta(days=30)
HANDLE_LENGTH_MAX = 41


class SessionData(Protocol):
    """The part of a session that this needs."""

    @property
    def data(self) -> MutableMapping[str, Any]:
        """JSON values kept for this visitor."""
        ...


class SentBy(msgspec.Struct, frozen=True):
    """Who sent the shopper, and when."""

    handle: str
    at: datetime


async def note(session: SessionData, query: Mapping[str, str], now: datetime) -> None:
    """Remember who sent this shopper, if the address says so (`?from=@handle`) and the boutique takes part."""
    handle = query.get("from", "")[:HANDLE_LENGTH_MAX].removeprefix("@")
    if not handle or _kept(session, now) == handle:
        return
    shop = await listings.shop_by_handle(handle, now)
    if shop is not None and shop.profile.referral_bp_max:
        session.data[SENT_BY] = msgspec.to_builtins(SentBy(handle, now))


def forget(session: SessionData) -> None:
    """The shopper does not want it kept."""
    session.data.pop(SENT_BY, None)


async def sender(session: SessionData, now: datetime) -> ShopCard | None:
    """The boutique that sent this shopper, while it is linked and takes part."""
    handle = _kept(session, now)
    shop = await listings.shop_by_handle(handle, now) if handle else None
    return shop if shop is not None and shop.profile.referral_bp_max else None


async def referrer(session: SessionData, now: datetime) -> Referrer | None:
    """The same as the terms of a sale need it."""
    shop = await sender(session, now)
    return None if shop is None else Referrer(shop.shop_id, shop.profile.referral_bp_max)


def _kept(session: SessionData, now: datetime) -> str:
    try:
        kept = msgspec.convert(session.data.get(SENT_BY), SentBy, strict=False)
    except msgspec.ValidationError:
        return ""
    return kept.handle if now < kept.at + KEPT else ""
