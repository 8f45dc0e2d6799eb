"""The overview, and the boutiques: letting them in, putting them on hold, watching their sync."""

from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import accounts, clock, outbox
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.service.replicas import replica_states
from marketplace.accounts.setup import hub_id
from marketplace.console import views
from marketplace.hub import hub_of
from marketplace.listings import boutiques
from payouts.service import reads

OPERATOR = "operator"
SEE_OTHER = 303
LATEST_ORDERS = 8


@get("/console")
async def overview(request: AnyRequest) -> Template:
    """What waits, how it stands, how long each boutique has been silent."""
    await accounts.require(request, OPERATOR)
    now = clock.now()
    shown = await _standings(now)
    totals = await reads.trial_balance_totals()
    todos = views.todos(
        shown,
        dead_letters=len(await outbox.dead_letters()),
        alerts=len(await reads.alerts()),
        unbalanced=[currency for currency, total in totals.items() if total],
    )
    return page(
        request,
        "console/overview.html",
        todos=todos,
        standings=shown,
        plot=views.silence_plot(shown),
        products=sum(one.row.products for one in shown if one.row.link_state == "accepted"),
        totals=totals,
        stats=hub_of(request).catalog.stats(),
    )


async def _standings(now: datetime) -> list[views.Standing]:
    rows = await boutiques.boutiques(now)
    return views.standings(rows, await replica_states(await hub_id(), now), now)


@get("/console/boutiques")
async def show(request: AnyRequest) -> Template:
    """Every boutique with its link and its sync."""
    await accounts.require(request, OPERATOR)
    shown = await _standings(clock.now())
    faults = [
        (one.row.name, fault)
        for one in shown
        if one.row.quarantined
        for fault in await boutiques.quarantined(one.row.shop_id)
    ]
    return page(request, "console/boutiques.html", standings=shown, faults=faults)


@post("/console/boutiques/{shop_id:str}/accept")
async def accept(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Let a boutique in."""
    await accounts.require(request, OPERATOR)
    await boutiques.accept(hub_of(request), shop_id, clock.now())
    return Redirect("/console/boutiques", status_code=SEE_OTHER)


@post("/console/boutiques/{shop_id:str}/suspend")
async def suspend(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Put a boutique on hold."""
    await accounts.require(request, OPERATOR)
    await boutiques.suspend(hub_of(request), shop_id, clock.now())
    return Redirect("/console/boutiques", status_code=SEE_OTHER)


ROUTES = [overview, show, accept, suspend]
