"""The boutique's own site at `/@{handle}/`, and the node's front page.

A first cut: pieces are bought at a linked hub, to which each product page leads.
"""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node.covers.http import show_cover
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.service.links import links
from federation.vocabulary.errors import NotFoundError
from shops import store
from shops.catalog import service as catalog
from shops.catalog import store as catalog_store
from shops.inventory.store import registers
from shops.portal.door import page_number
from shops.site.views import pick, ways
from shops.store import BoutiqueView

PER_PAGE = 24


@get("/")
async def front(request: AnyRequest) -> Response[Any]:
    """The boutiques of this node."""
    return page(request, "site/node.html", boutiques=await store.boutiques())


async def _boutique(address: str) -> BoutiqueView:
    if not address.startswith("@"):
        raise NotFoundError("There is nothing at this address.")
    return await store.boutique_by_handle(address.removeprefix("@"))


@get("/{address:str}")
async def boutique_front(request: AnyRequest, address: FromPath[str]) -> Response[Any]:
    """A boutique's front page: who it is and what it shows."""
    boutique = await _boutique(address)
    number = page_number(request)
    products = await catalog_store.published_products(boutique.shop_id, (number - 1) * PER_PAGE, PER_PAGE + 1)
    return page(
        request,
        "site/front.html",
        boutique=boutique,
        products=products[:PER_PAGE],
        more=len(products) > PER_PAGE,
        number=number,
        pick=pick,
    )


@get("/{address:str}/p/{product_id:str}")
async def boutique_product(request: AnyRequest, address: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """One piece, and where to buy it."""
    boutique = await _boutique(address)
    stored = await catalog.product(boutique.shop_id, product_id)
    if stored.state != "published":
        raise NotFoundError("This piece is no longer offered. Look at what else the boutique shows.")
    levels = await registers.levels(boutique.shop_id, [variant.id for variant in stored.product.variants])
    return page(
        request,
        "site/product.html",
        boutique=boutique,
        product=stored.product,
        in_stock={level.variant_id for level in levels if level.sellable},
        ways=ways(boutique.handle, product_id, await links(boutique.shop_id)),
        pick=pick,
    )


HANDLERS = [front, boutique_front, boutique_product, show_cover]
