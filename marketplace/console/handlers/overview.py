"""The overview: what waits for the operator, and how the house stands in a few figures."""

from litestar import get
from litestar.response import Template

from federation.node import clock, outbox
from federation.node.plots import first_day, sales_plots
from federation.node.web import AnyRequest
from marketplace.console.door import operator, render
from marketplace.console.handlers.boutiques import standings_now
from marketplace.console.handlers.glance import look_at_money
from marketplace.console.views import lag, looks, waiting
from marketplace.orders import oversight, reads
from payouts.service import reads as money

LATEST_ORDERS = 8
WORST = 6


@get("/console")
async def overview(request: AnyRequest) -> Template:
    """What to do next, key figures, the latest paid orders."""
    await operator(request)
    now = clock.now()
    standings = await standings_now(now)
    counts = await oversight.order_counts()
    money_now = await look_at_money(request)
    found = waiting.Waiting(
        standings=standings,
        money=money_now.morning,
        dead_letters=len(await outbox.dead_letters()),
        overdue_parts=len(await oversight.overdue_parts(now)),
        overdue_returns=await oversight.overdue_returns(now),
    )
    return render(
        request,
        "overview.html",
        todos=waiting.todos(found),
        open_count=sum(one.open for one in standings),
        pieces=sum(one.row.products for one in standings if one.open),
        orders_paid=counts.get("paid", 0),
        purses=money_now.purses,
        unbalanced=money_now.morning.unbalanced,
        sales=sales_plots(await money.sold_by_day(first_day(now.date())), now.date()),
        silence=lag.silence_plot(standings),
        behind=lag.behind_plot(standings),
        worst=lag.worst(standings, WORST),
        orders=await reads.order_rows("paid", limit=LATEST_ORDERS),
        order_looks=looks.ORDER_LOOKS,
        part_looks=looks.PART_LOOKS,
    )


ROUTES = [overview]
