"""What pages show of the whole gallery, kept for some seconds in each web process: boutiques, goods, the day's draw.

Only what lists and maps are drawn from is kept; every card is read afresh, so that nothing sold or withdrawn is shown
for longer than a page takes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from litestar.datastructures import State

from marketplace.hub import Hub
from marketplace.listings import service
from marketplace.listings.views import ShopCard
from marketplace.storefront import houses
from search.errors import SearchUnavailableError
from search.service import Hit

KEPT = timedelta(seconds=5)
_NAME = "front"
MIXED, ARRIVALS = 15, 20


class Front:
    """The gallery as it was at `made_at`."""

    def __init__(
        self,
        made_at: datetime,
        shops: Sequence[ShopCard],
        assortments: houses.Assortments,
        mixed: Sequence[Hit],
        arrivals: Sequence[tuple[str, str, str]],
    ) -> None:
        self.made_at = made_at
        self.shops = shops
        self.assortments = assortments
        self.mixed = mixed
        self.arrivals = arrivals

    @cached_property
    def departments(self) -> tuple[houses.Department, ...]:
        """All departments with their counts."""
        return houses.departments(self.assortments)

    @cached_property
    def countries(self) -> tuple[houses.Country, ...]:
        """All boutiques by country and town."""
        return houses.by_country(self.shops)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Boutiques' names by their ids."""
        return {shop.shop_id: shop.name for shop in self.shops}


async def front(state: State, hub: Hub, now: datetime) -> Front:
    """The gallery of a moment ago, looked at anew when that is more than KEPT ago."""
    kept: Front | None = state.get(_NAME)
    if kept is None or not timedelta() <= now - kept.made_at < KEPT:
        shops, assortments = await service.shops(now), await service.assortments()
        kept = Front(now, shops, assortments, _draw(hub, now), await service.arrivals(ARRIVALS))
        state[_NAME] = kept
    return kept


def _draw(hub: Hub, now: datetime) -> Sequence[Hit]:
    try:
        return hub.catalog.mixed(MIXED, now)
    except SearchUnavailableError:
        return ()
