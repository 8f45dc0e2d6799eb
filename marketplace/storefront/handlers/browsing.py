"""Front page, search, and how results are ordered."""

from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from marketplace.hub import hub_of
from marketplace.listings import finding, service
from marketplace.storefront import houses
from marketplace.storefront.front import front
from marketplace.storefront.handlers.context import params_of, prices_of
from marketplace.storefront.searching import controls, read_request

WALL_CARDS = 5
HANGING_CARDS = 10
NEW_CARDS = 10
DAY_CARDS, DAY_LOOKED_AT = 3, 9
IDEAS = 5


@get("/")
async def home(request: AnyRequest) -> Template:
    """The opening wall, departments, the boutique of the day, a day's selection, towns, what is new."""
    now = clock.now()
    gallery = await front(request.app.state, hub_of(request), now)
    drawn = [(hit.shop_id, hit.product_id, hit.colour) for hit in gallery.mixed]
    taken = {(shop_id, product_id) for shop_id, product_id, _ in drawn}
    arrivals = [key for key in gallery.arrivals if key[:2] not in taken][:NEW_CARDS]
    cards = await service.cards([*drawn, *arrivals], now)
    todays = [card for card in cards if (card.shop_id, card.product_id) in taken]
    wall, day = houses.hung(todays, WALL_CARDS), houses.of_the_day(gallery.shops, now.date())
    return page(
        request,
        "storefront/home.html",
        wall=wall,
        cards=[card for card in todays if card not in wall][:HANGING_CARDS],
        new_cards=[card for card in cards if card not in todays],
        shops=gallery.shops,
        departments=gallery.departments,
        countries=gallery.countries,
        day=day,
        day_cards=houses.unlike(await service.shop_pieces(day.shop_id, now, limit=DAY_LOOKED_AT), DAY_CARDS)
        if day
        else [],
    )


@get("/search")
async def search(request: AnyRequest) -> Template:
    """One page of results with everything to narrow them by."""
    now, hub = clock.now(), hub_of(request)
    asked = read_request(params_of(request), prices_of(request).bounds_in(hub.settings.currency))
    found = await finding.find(hub, asked, now)
    gallery = await front(request.app.state, hub, now)
    return page(
        request,
        "storefront/search.html",
        asked=asked,
        found=found.found,
        ready=found.ready,
        cards=found.cards,
        controls=controls(asked, found.found, gallery.names),
        ideas=() if found.cards else await finding.hydrate(gallery.mixed[:IDEAS], now),
    )


@get("/how-ranking-works", opt={"transaction": False})
async def how_ranking_works(request: AnyRequest) -> Template:
    """In which order results come, and why (EU Platform-to-Business Regulation 2019/1150, article 5)."""
    return page(request, "storefront/ranking.html")


ROUTES = [home, search, how_ranking_works]
