"""Returns as the operator sees them: every one, those overdue, and the last word on one that is stuck."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.conversations.return_ import RETURN
from federation.node import clock
from federation.node.pages import country_in_words
from federation.node.web import AnyRequest
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render
from marketplace.console.views.looks import RETURN_LOOKS
from marketplace.errors import OrderStateError, ReturnInvalidError
from marketplace.orders import after_sale, oversight, reads, returning, silence

PER_PAGE = 100
STATES = (
    "open",
    "overdue",
    "requested",
    "authorised",
    "in_transit",
    "received",
    "refunded",
    "refused",
    "rejected",
    "all",
)


@get("/console/returns")
async def show_list(request: AnyRequest) -> Template:
    """Returns, those that wait longest first."""
    await operator(request)
    asked = request.query_params.get("state", "open")
    state = asked if asked in STATES else "open"
    now = clock.now()
    return render(
        request,
        "returns.html",
        rows=await oversight.returns_page(state, now, offset=0, limit=PER_PAGE),
        state=state,
        overdue=await oversight.overdue_returns(now),
        looks=RETURN_LOOKS,
        most=PER_PAGE,
    )


@get("/console/returns/{return_id:uuid}")
async def show(request: AnyRequest, return_id: FromPath[UUID]) -> Template:
    """One return with its story, and a way to decide it."""
    await operator(request)
    order, part, shown = await after_sale.shown(return_id, clock.now())
    view = await reads.order_by_id(order.id)
    shop = next(one.shop for one in view.parts if one.shop_order_id == part.id)
    return render(
        request,
        "return.html",
        order=order,
        part=part,
        shown=shown,
        shop=shop,
        can_decide=RETURN.allows(shown.made.state, "decided"),
        looks=RETURN_LOOKS,
        country_named=country_in_words,
    )


@post("/console/returns/{return_id:uuid}/decide")
async def decide(request: AnyRequest, return_id: FromPath[UUID]) -> Redirect:
    """Give all of it back, whatever the boutique says; sent twice, it gives back once."""
    await operator(request)
    form = await request.form()
    wanted = (form.get("shipping") == "1", str(form.get("reason", "")))
    page = f"/console/returns/{return_id}"
    try:
        await returning.decide(await returning.order_of(return_id), return_id, wanted, clock.now())
    except (OrderStateError, ReturnInvalidError) as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("Decided: the money goes back, shopper and boutique have been told."))


@post("/console/orders/{order_id:uuid}/longer")
async def longer(request: AnyRequest, order_id: FromPath[UUID]) -> Redirect:
    """Give a silent boutique more time, or none."""
    await operator(request)
    form = await request.form()
    page = f"/console/orders/{order_id}"
    order = await reads.order_by_id(order_id)
    part = next((one for one in order.parts if str(one.shop_order_id) == str(form.get("shop_order_id", ""))), None)
    if part is None:
        return back_to(request, page, message("This order has no such part."), failed=True)
    hours = str(form.get("hours", ""))
    try:
        if hours == "0":
            await silence.give_up_now(part.shop_order_id, clock.now())
            return back_to(request, page, message("Given up: this part is given back to the shopper."))
        await silence.give_longer(part.shop_order_id, int(hours) if hours.isdigit() else 24, clock.now())
    except OrderStateError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("The boutique has more time to answer."))


ROUTES = [show_list, show, decide, longer]
