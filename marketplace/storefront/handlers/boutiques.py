"""The boutiques, one boutique in its own look, and one piece of it."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from federation.node import clock
from federation.node.looks import look_of
from federation.node.pages import country_in_words, page
from federation.node.web import AnyRequest
from marketplace.errors import ListingNotFoundError
from marketplace.hub import hub_of
from marketplace.leaving import service as leaving
from marketplace.listings import finding, service
from marketplace.listings.domain.cards import product_path
from marketplace.listings.views import CardView, ProductView
from marketplace.media.domain.addresses import stand_in_of
from marketplace.provenance.service import provenance_of
from marketplace.storefront import houses
from marketplace.storefront.destinations import offered
from marketplace.storefront.front import front
from marketplace.storefront.handlers.context import destination, params_of, prices_of
from marketplace.storefront.handlers.proof import proof_path
from marketplace.storefront.houses import PER_PAGE, SOUGHT_MAX, Wanted
from marketplace.storefront.pieces import piece_page
from search.errors import SearchUnavailableError
from search.service import Hit

SIMILAR_CARDS = 5
MORE_CARDS, MORE_LOOKED_AT = 5, 12
PAGES_MAX = 200
HTTP_GONE = 410


@get("/boutiques")
async def boutiques(request: AnyRequest) -> Template:
    """Every boutique by country and town, each in its own colours; narrowed by words, country or what it sells."""
    params = params_of(request)
    wanted = Wanted(params.first("q")[:SOUGHT_MAX], params.first("country")[:2], params.first("sells")[:SOUGHT_MAX])
    gallery = await front(request.app.state, hub_of(request), clock.now())
    shown = houses.narrowed(gallery.shops, gallery.assortments, wanted)
    return page(
        request,
        "storefront/boutiques.html",
        wanted=wanted,
        shops=shown,
        total=len(gallery.shops),
        countries=houses.by_country(shown),
        choices=[(country.code, country_in_words(country.code), country.count) for country in gallery.countries],
        departments=gallery.departments,
        sold={shop.shop_id: houses.kinds("", gallery.assortments.get(shop.shop_id, {}))[:3] for shop in shown},
    )


@get("/b/{handle:str}")
async def boutique(request: AnyRequest, handle: FromPath[str]) -> Template:
    """A boutique's own page, in its own look."""
    now, params = clock.now(), params_of(request)
    shop = await service.shop_by_handle(handle, now)
    if shop is None and (gone := await _gone(request, handle)) is not None:
        return gone
    if shop is None:
        raise ListingNotFoundError("No boutique of this name shows its pieces here. It may have moved or closed.")
    path, chosen, number = f"/b/{handle}", params.first("kind"), _page_number(params.first("page"))
    sold = (await service.assortments(shop.shop_id)).get(shop.shop_id, {})
    kinds = houses.kinds(path, sold, chosen)
    kind = next((one for one in kinds if one.active), None)
    total = sum(sold.values())
    pages = max(1, -(-(kind.count if kind else total) // PER_PAGE))

    def address(to: int) -> str:
        asked = ({"kind": kind.code} if kind else {}) | ({"page": str(to)} if to > 1 else {})
        return f"{path}?{urlencode(asked)}#pieces" if asked else path

    return page(
        request,
        "storefront/boutique.html",
        shop=shop,
        look=look_of(shop.theme, shop.handle),
        path=path,
        first_page=number == 1 and kind is None,
        cards=await service.shop_pieces(shop.shop_id, now, kind.code if kind else "", number, PER_PAGE),
        kinds=kinds,
        kind=kind,
        total=total,
        page=number,
        pages=pages,
        previous=address(number - 1) if number > 1 else "",
        following=address(number + 1) if number < pages else "",
        country_name=country_in_words(shop.country),
    )


async def _gone(request: AnyRequest, handle: str) -> Template | None:
    """The page in place of a boutique that has left, saying where it is now if it said so; None for any other."""
    left = await leaving.departed(handle)
    return None if left is None else page(request, "storefront/departed.html", status_code=HTTP_GONE, left=left)


def _page_number(text: str) -> int:
    return min(max(int(text[:6]), 1), PAGES_MAX) if text.isascii() and text.isdigit() else 1


@get("/b/{handle:str}/p/{product_id:str}")
async def piece(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Template:
    """One piece."""
    now = clock.now()
    if (gone := await _gone(request, handle)) is not None:
        return gone
    view = await service.product_view(handle, product_id, now)
    shown = piece_page(view, params_of(request).first("colour"), destination(request), prices_of(request).exchange)
    cards = await finding.hydrate(_similar(request, view, shown.family, now), now)
    return page(
        request,
        "storefront/piece.html",
        view=view,
        shop=view.shop,
        piece=shown,
        stand_in=stand_in_of(view.shop.handle),
        cards=cards[:SIMILAR_CARDS],
        own_cards=await _more(view, now),
        destinations=offered(),
        country=destination(request),
        view_path=f"{product_path(handle, product_id)}?{urlencode({'colour': shown.colour})}",
        provenance=await provenance_of(view),
        proof_path=proof_path(view),
    )


async def _more(view: ProductView, now: datetime) -> list[CardView]:
    """Other pieces of the same boutique."""
    cards = await service.shop_pieces(view.shop.shop_id, now, limit=MORE_LOOKED_AT)
    return houses.unlike([card for card in cards if card.product_id != view.product.id], MORE_CARDS)


def _similar(request: AnyRequest, view: ProductView, family: str, now: datetime) -> list[Hit]:
    """Pieces like this one of other boutiques; its own stand beside them anyway."""
    product, shop_id = view.product, view.shop.shop_id
    try:
        hits = hub_of(request).catalog.similar(shop_id, product.id, product.category, family, now)
    except SearchUnavailableError:
        return []
    return [hit for hit in hits if hit.shop_id != shop_id]


ROUTES = [boutiques, boutique, piece]
