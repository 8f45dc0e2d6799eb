"""The provider's balance beside our books, day by day, and what no transaction stands for."""

from datetime import date, timedelta

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render
from marketplace.console.views import disputes as words
from payouts.domain.ledger import AccountKind
from payouts.domain.recon import ASSIGNABLE, WAITS_AT_MOST
from payouts.errors import DisputeChoiceError
from payouts.service import dispute_reads, reconciling

PAGE = "/console/money/reconciliation"
DAYS = 31


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """A month of days, what waits for a person, and one day's movements when they are asked for."""
    await operator(request)
    now = clock.now()
    chosen, currency = _day(request), request.query_params.get("currency", "")
    known = currency in CURRENCY_EXPONENTS and chosen is not None
    days = await dispute_reads.days(now.date() - timedelta(days=DAYS - 1), now.date())
    return render(
        request,
        "reconciliation.html",
        days=[day for day in days if day.moves or day.provider or day.ledger or day.unexplained],
        unmatched=await dispute_reads.unmatched(),
        only_ours=await dispute_reads.only_ours(now - WAITS_AT_MOST),
        chosen=chosen if known else None,
        currency=currency,
        moves=await dispute_reads.day_moves(chosen, currency) if known and chosen else [],
        move_looks=words.MOVE_LOOKS,
        move_words=words.move_words,
        accounts=[(kind.value, words.ASSIGN_WORDS[kind.value]) for kind in ASSIGNABLE],
        amount=Money,
    )


def _day(request: AnyRequest) -> date | None:
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return None


@post(PAGE + "/{move_id:str}/assign")
async def assign(request: AnyRequest, move_id: FromPath[str]) -> Redirect:
    """Say where something in suspense belongs, and why."""
    who = await operator(request)
    form = await request.form()
    accounts = {kind.value: kind for kind in ASSIGNABLE}
    chosen, note = accounts.get(str(form.get("account", "")), AccountKind.SUSPENSE), str(form.get("note", ""))
    try:
        async with atomic():
            await reconciling.assign(move_id, chosen, note, who.email, clock.now())
    except DisputeChoiceError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Assigned, with your name and reason."))


ROUTES = [show, assign]
