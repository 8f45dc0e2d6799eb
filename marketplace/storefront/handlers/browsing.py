"""Front page, search, and how results are ordered."""

from datetime import datetime

from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from marketplace.hub import hub_of
from marketplace.listings import finding, service
from marketplace.listings.views import CardView
from marketplace.storefront import houses
from marketplace.storefront.handlers.context import params_of
from marketplace.storefront.searching import controls, read_request
from search.errors import SearchUnavailableError

WALL_CARDS = 5
HOME_CARDS = 15
NEW_CARDS = 10
DAY_CARDS = 3
IDEAS = 5


@get("/")
async def home(request: AnyRequest) -> Template:
    """The opening wall, departments, the boutique of the day, a day's selection, towns, what is new."""
    now, catalog = clock.now(), hub_of(request).catalog
    try:
        mixed, newest = catalog.mixed(HOME_CARDS, now), catalog.newest(NEW_CARDS * 2, now)
    except SearchUnavailableError:
        mixed, newest = [], []
    cards = await finding.hydrate([*mixed, *(hit for hit in newest if hit not in mixed)], now)
    shops, assortments = await service.shops(now), await service.assortments()
    todays = cards[: len(mixed)]
    wall = houses.hung(todays, WALL_CARDS)
    day = houses.of_the_day(shops, now.date())
    return page(
        request,
        "storefront/home.html",
        wall=wall,
        cards=[card for card in todays if card not in wall],
        new_cards=cards[len(mixed) :][:NEW_CARDS],
        shops=shops,
        departments=houses.departments(assortments),
        countries=houses.by_country(shops),
        day=day,
        day_cards=await service.shop_pieces(day.shop_id, now, limit=DAY_CARDS) if day else [],
    )


@get("/search")
async def search(request: AnyRequest) -> Template:
    """One page of results with everything to narrow them by."""
    now = clock.now()
    asked = read_request(params_of(request))
    found = await finding.find(hub_of(request), asked, now)
    names = {shop.shop_id: shop.name for shop in await service.shops(now)}
    return page(
        request,
        "storefront/search.html",
        asked=asked,
        found=found.found,
        cards=found.cards,
        controls=controls(asked, found.found, names),
        ideas=() if found.cards else await _ideas(request, now),
    )


async def _ideas(request: AnyRequest, now: datetime) -> list[CardView]:
    return await finding.hydrate(hub_of(request).catalog.mixed(IDEAS, now), now)


@get("/how-ranking-works", opt={"transaction": False})
async def how_ranking_works(request: AnyRequest) -> Template:
    """In which order results come, and why (EU Platform-to-Business Regulation 2019/1150, article 5)."""
    return page(request, "storefront/ranking.html")


ROUTES = [home, search, how_ranking_works]
