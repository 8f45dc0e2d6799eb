"""Orders as the operator sees them: the list by state, what is overdue, and one order with its split and its events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.listing import listing
from federation.node.pages import country_in_words
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.service.history import order_history
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from marketplace.accounts.setup import hub_id
from marketplace.console.door import SEE_OTHER, back_to, operator, render
from marketplace.console.views import disputes, divisions, looks, rules, sheets
from marketplace.console.views.history import Told, told
from marketplace.console.words import say
from marketplace.errors import OrderNotFoundError, OrderStateError
from marketplace.orders import after_sale, cancelling, oversight, reads
from marketplace.orders.domain import order_life, shop_order_life
from marketplace.orders.views import OrderPartView, OrderView
from payouts.service import dispute_reads
from payouts.service import reads as money

NUMBER_LENGTH_MAX = 40
REASON_LENGTH_MAX = 300


@get("/console/orders")
async def show_list(request: AnyRequest) -> Response[Any]:
    """Orders, newest first, of one state or all; a number leads straight to its order."""
    await operator(request)
    number = request.query_params.get("number", "")[:NUMBER_LENGTH_MAX]
    found = await oversight.order_numbered(number) if number.strip() else None
    if found is not None:
        return Redirect(f"/console/orders/{found}", status_code=SEE_OTHER)
    asked = listing(
        request.query_params,
        columns=reads.ORDER_SORTS,
        own="-begun",
        filters=("state", "shopper"),
        descending_first=("begun", "total"),
    )
    state = asked.filters["state"]
    page = await reads.order_page(state if state in order_life.states() else None, asked.filters["shopper"], asked.span)
    if asked.wants_file:
        columns = [say(one) for one in sheets.ORDER_COLUMNS]
        return download("orders", columns, [sheets.order_cells(row) for row in page.rows])
    return render(
        request,
        "orders.html",
        list=asked,
        rows=page.rows,
        leaf=page,
        state=state,
        states=order_life.states(),
        number=number,
        counts=await oversight.order_counts(),
        overdue=await oversight.overdue_parts(clock.now()),
        looks=looks.ORDER_LOOKS,
        part_looks=looks.PART_LOOKS,
    )


@get("/console/orders/{order_id:uuid}")
async def show(request: AnyRequest, order_id: FromPath[UUID]) -> Template:
    """One order with its split, its money, its events and a way to refund each part."""
    await operator(request)
    return await order_page(request, order_id)


async def order_page(request: AnyRequest, order_id: UUID, problem: str = "") -> Template:
    """The page of an order; a problem makes it a 422. Raises OrderNotFoundError."""
    order = await reads.order_by_id(order_id)
    refunds, taken = await money.refunds_of_order(order_id), await dispute_reads.lines_taken(order_id)
    return render(
        request,
        "order.html",
        status_code=422 if problem else 200,
        order=order,
        problem=problem,
        events=await _events(order),
        refunds=refunds,
        divisions={part.shop_order_id: divisions.division(part, refunds, taken) for part in order.parts},
        disputes=await dispute_reads.disputes_of_order(order_id),
        dispute_looks=disputes.DISPUTE_LOOKS,
        refund_rows=divisions.refund_rows,
        given_back=divisions.given_back,
        can_refund=can_refund,
        can_be_cancelled=shop_order_life.CAN_BE_CANCELLED,
        after=await after_sale.of_order(order_id, clock.now()),
        return_looks=looks.RETURN_LOOKS,
        settlements=await money.settlements_of_order(order_id),
        payment=await money.payment_of_order(order_id),
        country_name=country_in_words(order.address.country),
        looks=looks.ORDER_LOOKS,
        part_looks=looks.PART_LOOKS,
        money_looks=looks.money_looks,
        share_looks=looks.share_looks,
        waits_for=looks.waits_for,
        amount=Money,
        lines_named={line.line_id: line.title for part in order.parts for line in part.lines},
        terms_words=rules.terms_words,
    )


async def _events(order: OrderView) -> Sequence[Told]:
    """What was said about each part, all parts together in the order of time."""
    local = await hub_id()
    found = [
        event
        for part in order.parts
        for event in told(
            "Hub",
            part.shop.name,
            await order_history(local, PartyId(part.shop.shop_id), str(part.shop_order_id)),
        )
    ]
    return sorted(found, key=lambda event: event.at)


def can_refund(order: OrderView, part: OrderPartView) -> bool:
    """Whether anything of this part was charged and is not given back yet."""
    unsold = part.state in shop_order_life.LIVE | shop_order_life.UNSOLD
    return bool(order.paid) and not unsold and part.refunded != part.total


@post("/console/orders/{order_id:uuid}/cancel")
async def cancel(request: AnyRequest, order_id: FromPath[UUID]) -> Redirect:
    """Ask a boutique not to fulfil its part; asking twice asks once."""
    await operator(request)
    form = await request.form()
    named = str(form.get("shop_order_id", ""))
    order = await reads.order_by_id(order_id)
    part = next((one for one in order.parts if str(one.shop_order_id) == named), None)
    if part is None:
        raise OrderNotFoundError("this order has no such part")
    page = f"/console/orders/{order_id}"
    try:
        await cancelling.ask_to_cancel(part.shop_order_id, str(form.get("reason", ""))[:REASON_LENGTH_MAX], clock.now())
    except OrderStateError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, f"{part.shop.name} has been asked to cancel.")


ROUTES = [show_list, show, cancel]
