"""Searching for shoppers: the index proposes, the database decides what is still shown.

A hit whose piece was withdrawn since is dropped and the page refilled from the next one, at most REFILLS_MAX times.
While there is no index to ask, nothing is found and the page says why: shoppers never meet an error for that.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from marketplace.currencies import service as currencies
from marketplace.hub import Hub
from marketplace.listings import service
from marketplace.listings.views import CardView
from search.errors import SearchUnavailableError
from search.query import SearchRequest
from search.service import Hit, SearchPage, nothing_found

REFILLS_MAX = 2
_log = structlog.get_logger(__name__)


class FoundPage(msgspec.Struct, frozen=True):
    """Cards to show, and the index's own page with totals, facets and what was understood.

    `ready` is False while the index cannot be asked: it is still to be built, or being repaired.
    """

    cards: tuple[CardView, ...]
    found: SearchPage
    ready: bool = True


async def hydrate(hits: Sequence[Hit], now: datetime) -> list[CardView]:
    """Cards for `hits`, re-read from the database; what is no longer shown is left out."""
    return await service.cards([(hit.shop_id, hit.product_id, hit.colour) for hit in hits], now)


async def find(hub: Hub, request: SearchRequest, now: datetime) -> FoundPage:
    """One page of search results; an empty one, not `ready`, while there is no index to ask."""
    try:
        return await _find(hub, request, now)
    except SearchUnavailableError as error:
        _log.warning("search_unavailable", detail=error.detail)
        return FoundPage((), nothing_found(request), ready=False)


async def _find(hub: Hub, request: SearchRequest, now: datetime) -> FoundPage:
    ruler = await currencies.ruler(hub.settings.currency)
    found = hub.catalog.search(request, now, ruler)
    cards = await hydrate(found.hits, now)
    refills = 0
    while len(cards) < len(found.hits) and refills < REFILLS_MAX and request.page + refills < found.pages:
        refills += 1
        more = hub.catalog.search(msgspec.structs.replace(request, page=request.page + refills), now, ruler)
        cards += await hydrate(more.hits, now)
    return FoundPage(tuple(cards[: request.per_page]), found)
