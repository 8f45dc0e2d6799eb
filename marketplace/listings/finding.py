"""Searching for shoppers: the index proposes, the database decides what is still shown.

A hit whose piece was withdrawn since is dropped and the page refilled from the next one, at most REFILLS_MAX times.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from marketplace.currencies import service as currencies
from marketplace.hub import Hub
from marketplace.listings import service
from marketplace.listings.views import CardView
from search.query import SearchRequest
from search.service import Hit, SearchPage

REFILLS_MAX = 2


class FoundPage(msgspec.Struct, frozen=True):
    """Cards to show, and the index's own page with totals, facets and what was understood."""

    cards: tuple[CardView, ...]
    found: SearchPage


async def hydrate(hits: Sequence[Hit], now: datetime) -> list[CardView]:
    """Cards for `hits`, re-read from the database; what is no longer shown is left out."""
    return await service.cards([(hit.shop_id, hit.product_id, hit.colour) for hit in hits], now)


async def find(hub: Hub, request: SearchRequest, now: datetime) -> FoundPage:
    """One page of search results. Raises SearchUnavailableError before the index was first written."""
    ruler = await currencies.ruler(hub.settings.currency)
    found = hub.catalog.search(request, now, ruler)
    cards = await hydrate(found.hits, now)
    refills = 0
    while len(cards) < len(found.hits) and refills < REFILLS_MAX and request.page + refills < found.pages:
        refills += 1
        more = hub.catalog.search(msgspec.structs.replace(request, page=request.page + refills), now, ruler)
        cards += await hydrate(more.hits, now)
    return FoundPage(tuple(cards[: request.per_page]), found)
