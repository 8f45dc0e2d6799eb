"""Front page, search, boutiques and pieces."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from federation.node import clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from marketplace.errors import ListingNotFoundError
from marketplace.hub import hub_of
from marketplace.listings import finding, service
from marketplace.listings.domain.cards import product_path
from marketplace.listings.views import CardView, ProductView
from marketplace.storefront.destinations import DESTINATIONS
from marketplace.storefront.handlers.context import destination, params_of
from marketplace.storefront.pieces import piece_page
from marketplace.storefront.searching import controls, read_request
from search.errors import SearchUnavailableError
from search.service import Hit

HOME_CARDS = 15
NEW_CARDS = 5
BOUTIQUE_CARDS = 48
SIMILAR_CARDS = 5


@get("/")
async def home(request: AnyRequest) -> Template:
    """A day's selection, what is new, and the boutiques."""
    now, catalog = clock.now(), hub_of(request).catalog
    try:
        mixed, newest = catalog.mixed(HOME_CARDS, now), catalog.newest(NEW_CARDS * 3, now)
    except SearchUnavailableError:
        mixed, newest = [], []
    shops = await service.shops(now)
    shown = await finding.hydrate(mixed, now)
    taken = {(card.shop_id, card.product_id) for card in shown}
    fresh = [card for card in await finding.hydrate(newest, now) if (card.shop_id, card.product_id) not in taken]
    return page(request, "storefront/home.html", cards=shown, new_cards=fresh[:NEW_CARDS], shops=shops)


@get("/search")
async def search(request: AnyRequest) -> Template:
    """One page of results with everything to narrow them by."""
    now = clock.now()
    asked = read_request(params_of(request))
    found = await finding.find(hub_of(request), asked, now)
    names = {shop.shop_id: shop.name for shop in await service.shops(now)}
    around = controls(asked, found.found, names)
    ideas = () if found.cards else await _ideas(request, now)
    return page(
        request,
        "storefront/search.html",
        asked=asked,
        found=found.found,
        cards=found.cards,
        controls=around,
        ideas=ideas,
    )


async def _ideas(request: AnyRequest, now: datetime) -> list[CardView]:
    return await finding.hydrate(hub_of(request).catalog.mixed(NEW_CARDS, now), now)


@get("/boutiques")
async def boutiques(request: AnyRequest) -> Template:
    """Every boutique, each in its own colours."""
    return page(request, "storefront/boutiques.html", shops=await service.shops(clock.now()))


@get("/b/{handle:str}")
async def boutique(request: AnyRequest, handle: FromPath[str]) -> Template:
    """A boutique's own page, in its own look."""
    now = clock.now()
    shop = await service.shop_by_handle(handle, now)
    if shop is None:
        raise ListingNotFoundError("No boutique of this name shows its pieces here. It may have moved or closed.")
    after = params_of(request).first("after")
    cards = await service.shop_cards(shop.shop_id, now, after, BOUTIQUE_CARDS + 1)
    following = cards[BOUTIQUE_CARDS - 1].product_id if len(cards) > BOUTIQUE_CARDS else ""
    return page(
        request, "storefront/boutique.html", shop=shop, cards=cards[:BOUTIQUE_CARDS], following=following, after=after
    )


@get("/b/{handle:str}/p/{product_id:str}")
async def piece(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Template:
    """One piece."""
    now = clock.now()
    view = await service.product_view(handle, product_id, now)
    shown = piece_page(view, params_of(request).first("colour"), destination(request))
    cards = await finding.hydrate(_similar(request, view, shown.family, now), now)
    return page(
        request,
        "storefront/piece.html",
        view=view,
        shop=view.shop,
        piece=shown,
        cards=cards[:SIMILAR_CARDS],
        destinations=DESTINATIONS,
        country=destination(request),
        view_path=f"{product_path(handle, product_id)}?{urlencode({'colour': shown.colour})}",
    )


def _similar(request: AnyRequest, view: ProductView, family: str, now: datetime) -> list[Hit]:
    product = view.product
    try:
        return hub_of(request).catalog.similar(view.shop.shop_id, product.id, product.category, family, now)
    except SearchUnavailableError:
        return []


@get("/how-ranking-works", opt={"transaction": False})
async def how_ranking_works(request: AnyRequest) -> Template:
    """In which order results come, and why (EU Platform-to-Business Regulation 2019/1150, article 5)."""
    return page(request, "storefront/ranking.html")


ROUTES = [home, search, boutiques, boutique, piece, how_ranking_works]
