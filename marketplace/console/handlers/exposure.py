"""Exposure and float: what the hub keeps for boutiques and how long, what it may have to advance; and its jobs."""

from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.money import Money
from marketplace.console.door import operator, render, shop_names
from marketplace.console.views.ages import age_plot, age_words
from marketplace.console.views.jobs import job_words
from marketplace.hub import hub_of
from payouts.service import exposure as exposures
from payouts.service import jobs

SHOPS_SHOWN = 200


@get("/console/money/exposure")
async def show(request: AnyRequest) -> Template:
    """By currency: kept and owed by age, the float that is needed, boutiques with the most first."""
    await operator(request)
    found = await exposures.exposure(clock.now())
    settings = hub_of(request).payments.settings
    return render(
        request,
        "exposure.html",
        exposures=found,
        plots_of={
            one.currency: (age_plot(one.kept, one.currency, "calm"), age_plot(one.owes, one.currency, "todo"))
            for one in found
        },
        ages=age_words(),
        names=await shop_names(shop.shop_id for one in found for shop in one.shops[:SHOPS_SHOWN]),
        shown=SHOPS_SHOWN,
        days_max=settings.holding_days_max,
        sum_max=Money(settings.holding_minor_max, settings.settlement_currency),
        risk_days=exposures.RISK_DAYS,
        amount=Money,
    )


@get("/console/money/jobs")
async def show_jobs(request: AnyRequest) -> Template:
    """Every regular job of money: when it last ran, what it found, what stopped it."""
    await operator(request)
    now = clock.now()
    found = await jobs.all_jobs()
    late = {job.name for job in found if job.is_late(now)}
    return render(request, "jobs.html", jobs=found, late=late, job_words=job_words)


ROUTES = [show, show_jobs]
