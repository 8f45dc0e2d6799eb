"""What lies behind a product page: the boutique's signed line, its place in the log, and how to check it elsewhere."""

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from federation.node import clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from marketplace.hub import hub_of
from marketplace.listings import service
from marketplace.listings.domain.cards import product_path
from marketplace.listings.views import ProductView
from marketplace.provenance.domain.shown import PROOF_TYPE
from marketplace.provenance.service import document, proof_of
from marketplace.storefront.proofs import said_steps

__all__ = ["ROUTES", "proof_path"]


def proof_path(view: ProductView) -> str:
    """The address of a piece's proof, for people; `.json` after it for machines."""
    return f"{product_path(view.shop.handle, view.product.id)}/proof"


@get("/b/{handle:str}/p/{product_id:str}/proof")
async def proof(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Template:
    """The proof of one piece, in words."""
    now = clock.now()
    view = await service.product_view(handle, product_id, now)
    hub = hub_of(request)
    found = await proof_of(hub.federation, view, now)
    return page(
        request,
        "storefront/proof.html",
        view=view,
        shop=view.shop,
        found=found,
        provenance=found.provenance,
        path=product_path(handle, product_id),
        proof_path=proof_path(view),
        file_name=f"{handle}-{product_id}.proof.json",
        command=f"galleria verify {hub.settings.public_url}{product_path(handle, product_id)}",
        steps=said_steps(found.judged),
        seq=found.provenance.seq,
    )


@get("/b/{handle:str}/p/{product_id:str}/proof.json")
async def proof_document(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[bytes]:
    """The same as one document that anyone can check without this hub."""
    now = clock.now()
    view = await service.product_view(handle, product_id, now)
    found = await proof_of(hub_of(request).federation, view, now)
    return Response(document(found.proof), media_type=PROOF_TYPE, headers={"Cache-Control": "no-store"})


ROUTES = [proof, proof_document]
