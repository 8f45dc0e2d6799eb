"""Orders as the operator sees them, and refunds of parts of them."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import accounts, clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.ids import new_id
from marketplace.console.refund_form import read_refund
from marketplace.console.views import ORDER_LOOKS, PART_LOOKS, money_looks
from marketplace.errors import RefundInvalidError
from marketplace.orders import reads, refunds
from marketplace.orders.domain.order_life import states
from marketplace.storefront.destinations import country_name
from payouts.service import reads as money_reads

OPERATOR = "operator"
SEE_OTHER = 303
ROWS = 50


@get("/console/orders")
async def show_list(request: AnyRequest) -> Template:
    """Orders, newest first, of one state or all."""
    await accounts.require(request, OPERATOR)
    state = request.query_params.get("state", "")
    rows = await reads.order_rows(state if state in states() else None, _moment(request), ROWS + 1)
    return page(
        request,
        "console/orders.html",
        rows=rows[:ROWS],
        more=rows[ROWS - 1].placed_at if len(rows) > ROWS else None,
        state=state,
        states=states(),
        looks=ORDER_LOOKS,
        part_looks=PART_LOOKS,
    )


def _moment(request: AnyRequest) -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.query_params.get("before", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@get("/console/orders/{order_id:uuid}")
async def show(request: AnyRequest, order_id: FromPath[UUID]) -> Template:
    """One order with its split, its money and a refund form per part."""
    await accounts.require(request, OPERATOR)
    return await _order_page(request, order_id)


@post("/console/orders/{order_id:uuid}/refund")
async def refund(request: AnyRequest, order_id: FromPath[UUID]) -> Template | Redirect:
    """Give pieces or a parcel back; the same form sent twice gives back once."""
    await accounts.require(request, OPERATOR)
    try:
        await refunds.refund(order_id, read_refund(await request.form()), clock.now())
    except RefundInvalidError as error:
        return await _order_page(request, order_id, error.detail, 422)
    return Redirect(f"/console/orders/{order_id}", status_code=SEE_OTHER)


async def _order_page(request: AnyRequest, order_id: UUID, problem: str = "", status_code: int = 200) -> Template:
    order = await reads.order_by_id(order_id)
    return page(
        request,
        "console/order.html",
        status_code=status_code,
        order=order,
        problem=problem,
        looks=ORDER_LOOKS,
        part_looks=PART_LOOKS,
        money_looks=money_looks,
        refund_ids={part.shop_order_id: new_id() for part in order.parts},
        refunds=await money_reads.refunds_of_order(order_id),
        settlements=await money_reads.settlements_of_order(order_id),
        payment=await money_reads.payment_of_order(order_id),
        country_name=country_name(order.address.country),
    )


ROUTES = [show_list, show, refund]
