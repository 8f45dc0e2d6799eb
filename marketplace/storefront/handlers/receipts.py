"""A boutique's receipt on the order's own address, to read, print or keep; whoever has the order's link has it too."""

import asyncio
import re
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from federation.node.database import atomic
from federation.node.pages import format_day, page
from federation.node.web import AnyRequest, web_node
from federation.vocabulary.wording import Sentence
from federation.vocabulary.zones import zone_of
from marketplace.hub import hub_of
from marketplace.orders import receipts
from marketplace.orders.domain.receipt import Receipt, by_clocks_of
from marketplace.orders.domain.refund_words import RefundShown, words_of
from marketplace.storefront import receipt_words
from marketplace.storefront.handlers.context import HUB_NAME
from marketplace.storefront.receipt_paper import receipt_paper


def refund_words(refund: RefundShown) -> Sentence:
    """What is said of a refund today."""
    return words_of(refund, format_day(refund.day))


def hub_name(request: AnyRequest) -> str:
    """How the hub calls itself."""
    name: str = request.app.state.get(HUB_NAME) or web_node(request.app).settings.node_name
    return name


async def _receipt(request: AnyRequest, token: str, part_id: UUID) -> Receipt:
    """The receipt with the days of the hub's zone, as on its other papers."""
    zone = zone_of(hub_of(request).settings.time_zone)
    return by_clocks_of(zone, await receipts.of_part(token, part_id))


@get("/order/{token:str}/receipt/{part_id:uuid}")
async def show(request: AnyRequest, token: FromPath[str], part_id: FromPath[UUID]) -> Template:
    """The receipt, made to be printed."""
    receipt = await _receipt(request, token, part_id)
    return page(
        request,
        "storefront/receipt.html",
        token=token,
        receipt=receipt,
        sums=receipt_words.sums(receipt, hub_name(request)),
        written=receipt_words.written,
        paid_words=receipt_words.paid_words(receipt, hub_name(request)),
        vat_unknown=receipt_words.vat_unknown(receipt),
        whose_words=receipt_words.whose_words(receipt, hub_name(request)),
        percent=receipt_words.percent,
        refund_words=refund_words,
    )


@get("/order/{token:str}/receipt/{part_id:uuid}/pdf", opt={"transaction": False})
async def as_pdf(request: AnyRequest, token: FromPath[str], part_id: FromPath[UUID]) -> Response[bytes]:
    """The same to keep as a file, drawn while no transaction is open and other requests go on."""
    async with atomic():
        receipt = await _receipt(request, token, part_id)
    drawn = await asyncio.to_thread(receipt_paper, receipt, hub_name(request))
    name = re.sub(r"[^A-Za-z0-9-]", "-", receipt.number)
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"', "x-content-type-options": "nosniff"}
    return Response(drawn, media_type="application/pdf", headers=headers)


ROUTES = [show, as_pdf]
