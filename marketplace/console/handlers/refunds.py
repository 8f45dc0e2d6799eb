"""Refunding a part of an order in two steps: see who gives back what, then say so. The same form twice refunds once."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.pages import format_money
from federation.node.web import AnyRequest
from federation.vocabulary.ids import new_id
from marketplace.console.door import back_to, operator, render
from marketplace.console.handlers.orders import order_page
from marketplace.console.refund_form import form_fields, read_refund
from marketplace.console.views import divisions
from marketplace.console.words import say
from marketplace.errors import OrderNotFoundError, RefundInvalidError
from marketplace.orders import reads, refunds
from payouts.errors import RefundRefusedError
from payouts.service import reads as money


@get("/console/orders/{order_id:uuid}/refund")
async def look(request: AnyRequest, order_id: FromPath[UUID]) -> Template:
    """What a refund would take from whom, to the cent, before it is made."""
    await operator(request)
    try:
        wanted = read_refund({**dict(request.query_params), "refund_id": str(new_id())})
        parts = await refunds.preview(order_id, wanted)
    except (RefundInvalidError, RefundRefusedError) as error:
        return await order_page(request, order_id, error.sentence)
    order = await reads.order_by_id(order_id)
    part = next((one for one in order.parts if one.shop_order_id == wanted.shop_order_id), None)
    if part is None:
        raise OrderNotFoundError("this order has no such part")
    settlements = [one for one in await money.settlements_of_order(order_id) if one.shop_order_id == part.shop_order_id]
    return render(
        request,
        "refund.html",
        order=order,
        part=part,
        rows=divisions.refund_rows(part, parts),
        given=divisions.given_back(parts),
        fields=form_fields(wanted),
        reason=wanted.reason,
        sent=any(one.sent_minor for one in settlements),
    )


@post("/console/orders/{order_id:uuid}/refund")
async def refund(request: AnyRequest, order_id: FromPath[UUID]) -> Template | Redirect:
    """Give back what the form says; sent twice, it gives back once."""
    await operator(request)
    try:
        wanted = read_refund(await request.form())
        async with atomic():
            await refunds.refund(order_id, wanted, clock.now())
    except (RefundInvalidError, RefundRefusedError) as error:
        return await order_page(request, order_id, error.sentence)
    made = await money.refund_by_id(wanted.refund_id)
    said = say("The money goes back to the shopper.")
    if made:
        said = say("%(amount)s goes back to the shopper.", amount=format_money(made.amount))
    return back_to(request, f"/console/orders/{order_id}", said)


ROUTES = [look, refund]
