"""The overview: what waits for the operator, and how the house stands in a few figures."""

from litestar import get
from litestar.response import Template

from federation.node import clock, outbox
from federation.node.plots import first_day, sales_plots
from federation.node.web import AnyRequest
from marketplace.console.door import operator, render
from marketplace.console.handlers.boutiques import standings_now
from marketplace.console.views import books, lag, looks, waiting
from marketplace.orders import oversight, reads
from payouts.service import adjusting, bank_files
from payouts.service import reads as money

LATEST_ORDERS = 8
WORST = 6


@get("/console")
async def overview(request: AnyRequest) -> Template:
    """What to do next, key figures, the latest paid orders."""
    await operator(request)
    now = clock.now()
    standings = await standings_now(now)
    sums = await money.trial_balance()
    counts = await oversight.order_counts()
    found = waiting.Waiting(
        standings=standings,
        unbalanced=[currency for currency, accounts in sums.items() if sum(accounts.values())],
        shortfall=await money.shortfall(),
        alerts=len(await money.alerts()),
        dead_letters=len(await outbox.dead_letters()),
        failed_refunds=len(await money.refunds(statuses=["failed"])),
        failed_payouts=sum(bool(account.payouts_paused) for account in await money.accounts()),
        blocked_settlements=len(await money.settlements(statuses=["blocked"])),
        corrections=len(await adjusting.proposed()),
        for_bank=len(await bank_files.waiting()),
        owed_claims=len(await money.claims(statuses=["owed"])),
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
        purses=books.purses(sums),
        balances=books.balances(sums, {}),
        sales=sales_plots(await money.sold_by_day(first_day(now.date())), now.date()),
        silence=lag.silence_plot(standings),
        behind=lag.behind_plot(standings),
        worst=lag.worst(standings, WORST),
        orders=await reads.order_rows("paid", limit=LATEST_ORDERS),
        order_looks=looks.ORDER_LOOKS,
        part_looks=looks.PART_LOOKS,
    )


ROUTES = [overview]
