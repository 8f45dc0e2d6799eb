"""Corrections by hand: one operator proposes, another decides; the list of all."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import accounts, clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.forms import amount_in, text_in
from marketplace.console.views import books, looks
from marketplace.hub import hub_of
from marketplace.money import bank_details
from payouts.domain.adjustment import EVIDENCE_LENGTH_MAX, HUB_ACCOUNTS, REASON_LENGTH_MAX, Proposal
from payouts.errors import AdjustmentRefusedError
from payouts.service import adjusting, reads

PAGE = "/console/money/corrections"
ID_LENGTH_MAX = 120


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """What waits for a second person, the form for a new one, and what was decided."""
    person = await operator(request)
    found = await adjusting.newest()
    shops = await reads.accounts()
    settings = hub_of(request).payments.settings
    return render(
        request,
        "corrections.html",
        person=person,
        people=await accounts.accounts_with(accounts.OPERATOR, ""),
        waiting=[one for one in found if one.status == "proposed"],
        decided=[one for one in found if one.status != "proposed"],
        names=await shop_names({one.shop_id for one in shops} | {one.shop_id for one in found if one.shop_id}),
        shops=shops,
        hub_accounts={kind.value: books.account_words(kind.value, {}) for kind in HUB_ACCOUNTS},
        new_id=new_id(),
        currency=settings.settlement_currency,
        most=Money(settings.adjustment_minor_max, settings.settlement_currency),
        looks=looks.money_looks,
    )


@post(PAGE)
async def propose(request: AnyRequest) -> Redirect:
    """Write a correction down for somebody else to decide; the same form twice writes it once."""
    person = await operator(request)
    form, settings = await request.form(), hub_of(request).payments.settings
    try:
        proposal = Proposal(
            id=_id_in(str(form.get("id", ""))),
            amount=amount_in(form, "amount", settings.settlement_currency),
            reason=text_in(form, "reason", REASON_LENGTH_MAX),
            evidence=text_in(form, "evidence", EVIDENCE_LENGTH_MAX),
            **_whose(text_in(form, "whose", ID_LENGTH_MAX)),
        )
        async with atomic():
            await adjusting.propose(proposal, person.email, settings, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Proposed. Somebody else has to approve it before anything is booked."))


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise AdjustmentRefusedError("this form is broken: open the page again") from error


def _whose(choice: str) -> dict[str, str]:
    kind, _, name = choice.partition(" ")
    return {"hub_account": name} if kind == "hub" else {"shop_id": name}


@post(PAGE + "/{adjustment_id:uuid}/approve")
async def approve(request: AnyRequest, adjustment_id: FromPath[UUID]) -> Redirect:
    """Agree, as a second person: it is booked."""
    person = await operator(request)
    try:
        async with atomic():
            await bank_details.approve_correction(adjustment_id, person, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Approved and booked."))


@post(PAGE + "/{adjustment_id:uuid}/reject")
async def reject(request: AnyRequest, adjustment_id: FromPath[UUID]) -> Redirect:
    """Turn it down, as a second person, and say why."""
    person = await operator(request)
    note = text_in(await request.form(), "note", REASON_LENGTH_MAX)
    try:
        async with atomic():
            await adjusting.reject(adjustment_id, person.email, note, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Rejected: nothing is booked."))


ROUTES = [show, propose, approve, reject]
