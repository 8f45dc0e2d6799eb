"""Money at a glance, for every morning: what needs a hand, whether the hub has what it owes, how money runs."""

import msgspec
from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.web import AnyRequest
from marketplace.console.door import operator, render
from marketplace.console.views import alerts, books, hands, sections, trends
from marketplace.console.views.jobs import job_words
from marketplace.hub import hub_of
from marketplace.money.alerts import shown_alerts
from payouts.domain.trends import Step
from payouts.service import hands as waiting
from payouts.service import reads
from payouts.service import trends as running

STEPS = {step.value: step for step in Step}


class MoneyNow(msgspec.Struct, frozen=True):
    """What a first look at money sees: what waits, and how each currency stands."""

    morning: hands.Morning
    purses: tuple[books.Purse, ...]


async def look_at_money(request: AnyRequest) -> MoneyNow:
    """Read it all, each thing once; the late jobs were looked up at the door."""
    sums = await reads.trial_balance()
    purses = tuple(books.purses(sums))
    morning = hands.Morning(
        hands=await waiting.hands(hub_of(request).payments.settings, clock.now()),
        unbalanced=[currency for currency, accounts in sums.items() if sum(accounts.values())],
        shortfall=books.shortfall(purses),
        late_jobs=[job_words(job.name) for job in request.state.late_jobs],
    )
    return MoneyNow(morning, purses)


@get(sections.START)
async def show(request: AnyRequest) -> Template:
    """What to do, how the hub stands, and volume, take rate and punctuality by day, week or month."""
    await operator(request)
    step = STEPS.get(request.query_params.get("by", ""), Step.DAY)
    found = await look_at_money(request)
    return render(
        request,
        "money.html",
        todos=hands.money_todos(found.morning),
        in_order=hands.in_order(found.morning),
        purses=found.purses,
        alerts=await shown_alerts(await reads.alerts()),
        alerts_shown=alerts.SHOWN,
        step=step,
        steps=trends.STEP_WORDS,
        plots=[(shown, trends.rows(shown)) for shown in map(trends.plots, await running.trends(step, clock.now()))],
        percent_words=trends.percent_words,
        start=sections.START,
    )


ROUTES = [show]
