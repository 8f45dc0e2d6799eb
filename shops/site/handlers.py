"""The boutique's own site at `/@{handle}/`, and the node's front page.

Pieces are bought at a linked hub, to which each product page leads. The site of a boutique that has moved says so, and
its pieces' pages lead on to where they are now.
"""

from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_308_PERMANENT_REDIRECT

from federation.node.covers.http import show_cover
from federation.node.looks import look_of
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.service.links import links
from federation.vocabulary.errors import NotFoundError
from shops import store
from shops.catalog import service as catalog
from shops.catalog import store as catalog_store
from shops.inventory.store import registers
from shops.portal.door import page_number
from shops.service import located
from shops.site.views import hub_pages, kinds, ways
from shops.store import BoutiqueView

PER_PAGE = 24


@get("/")
async def front(request: AnyRequest) -> Response[Any]:
    """The boutiques of this node."""
    boutiques = [await located(boutique) for boutique in await store.boutiques()]
    return page(request, "site/node.html", boutiques=boutiques)


async def _boutique(address: str) -> BoutiqueView:
    if not address.startswith("@"):
        raise NotFoundError("There is nothing at this address.")
    return await located(await store.boutique_by_handle(address.removeprefix("@")))


async def _moved(request: AnyRequest, boutique: BoutiqueView, path: str = "") -> Response[Any]:
    """Where a boutique is now; a page of a piece (`path`) leads straight to it."""
    if path and boutique.site:
        return Redirect(f"{boutique.site}{path}", status_code=HTTP_308_PERMANENT_REDIRECT)
    look = look_of(boutique.profile.theme, boutique.handle)
    hubs = hub_pages(boutique.handle, await links(boutique.shop_id))
    return page(request, "site/moved.html", boutique=boutique, look=look, hubs=hubs)


@get("/{address:str}")
async def boutique_front(request: AnyRequest, address: FromPath[str]) -> Response[Any]:
    """A boutique's front page: who it is and what it shows, by kind and page."""
    boutique = await _boutique(address)
    if boutique.moved_to:
        return await _moved(request, boutique)
    number, counts = page_number(request), await catalog_store.published_kinds(boutique.shop_id)
    asked = request.query_params.get("kind", "")
    kind = asked if asked in counts else ""
    total = sum(counts.values())
    products = await catalog_store.published_products(boutique.shop_id, kind, (number - 1) * PER_PAGE, PER_PAGE)
    return page(
        request,
        "site/front.html",
        boutique=boutique,
        look=look_of(boutique.profile.theme, boutique.handle),
        products=products,
        kinds=kinds(boutique.handle, counts, kind),
        kind=kind,
        total=total,
        number=number,
        pages=max(1, -(-(counts[kind] if kind else total) // PER_PAGE)),
    )


@get("/{address:str}/p/{product_id:str}")
async def boutique_product(request: AnyRequest, address: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """One piece, and where to buy it."""
    boutique = await _boutique(address)
    if boutique.moved_to:
        return await _moved(request, boutique, f"/p/{quote(product_id)}")
    stored = await catalog.product(boutique.shop_id, product_id)
    if stored.state != "published":
        raise NotFoundError("This piece is no longer offered. Look at what else the boutique shows.")
    levels = await registers.levels(boutique.shop_id, [variant.id for variant in stored.product.variants])
    return page(
        request,
        "site/product.html",
        boutique=boutique,
        look=look_of(boutique.profile.theme, boutique.handle),
        product=stored.product,
        in_stock={level.variant_id for level in levels if level.sellable},
        ways=ways(boutique.handle, product_id, await links(boutique.shop_id)),
    )


HANDLERS = [front, boutique_front, boutique_product, show_cover]
