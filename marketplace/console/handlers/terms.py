"""What was agreed with one boutique about its money: payout days, reserve, the way it is paid, a hold on all of it."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerError
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.forms import amount_in, percent_in, percent_text, text_in, whole_in
from marketplace.console.views.ages import age_words
from marketplace.hub import hub_of
from marketplace.listings import service as listings
from marketplace.vat import service as vat
from marketplace.vat.domain.checks import plain_id
from payouts import service as payouts
from payouts.domain.bank_change import ChangeStatus
from payouts.domain.bank_file import shown_iban
from payouts.domain.claim import by_age
from payouts.domain.hold import Hold, HoldReason
from payouts.domain.terms import PayoutInterval, checked_schedule
from payouts.service import bank_changes, releasing, terms
from payouts.service import reads as money

PATH = "/console/boutiques/{shop_id:str}/terms"
FIELD_MAX = 60
NOTE_LENGTH_MAX = 500
CHANGE_WORDS = {
    ChangeStatus.APPROVED: message("agreed"),
    ChangeStatus.REJECTED: message("turned down"),
    ChangeStatus.REPLACED: message("replaced by a later word"),
}


@get(PATH)
async def show(request: AnyRequest, shop_id: FromPath[str]) -> Template:
    """The terms as they stand, with a form for each."""
    person = await operator(request)
    now = clock.now()
    names = await shop_names([shop_id])
    if shop_id not in names:
        raise NotFoundError("there is no such boutique")
    settings = hub_of(request).payments.settings
    currency = settings.settlement_currency
    agreed = await terms.terms_of(shop_id, now)
    debts = await money.claims(shop_id, statuses=["open", "reversing", "owed"])
    return render(
        request,
        "terms.html",
        shop_id=shop_id,
        name=names[shop_id],
        terms=agreed,
        person=person,
        profile=(await listings.shops_by_id({shop_id}, now))[shop_id].profile,
        vat_check=await vat.latest(shop_id),
        asks_register=hub_of(request).vat_register is not None,
        plain_id=plain_id,
        waiting=await bank_changes.waiting_of(shop_id),
        changes=[one for one in await bank_changes.history(shop_id) if one.decided_at],
        change_words=CHANGE_WORDS,
        rests=agreed.bank_rests(now),
        account=await money.account_of(shop_id),
        intervals=list(PayoutInterval),
        holds=await releasing.holds_on_shop(shop_id),
        reserves=await releasing.reserves_of(shop_id),
        debts=by_age(((one.created_at, one.outstanding_minor) for one in debts), now),
        ages=age_words(),
        settings=settings,
        settings_hub=hub_of(request).settings,
        currency=currency,
        minimum=to_decimal(Money(agreed.payout_minimum_minor, currency)),
        own_percent="" if agreed.reserve_bp is None else percent_text(agreed.reserve_bp),
        hub_percent=percent_text(settings.reserve_bp),
        iban=shown_iban,
        amount=Money,
    )


def _page(shop_id: str) -> str:
    return f"/console/boutiques/{shop_id}/terms"


@post(PATH + "/schedule")
async def set_schedule(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """When it is paid out, and from which sum on."""
    await operator(request)
    form, currency = await request.form(), hub_of(request).payments.settings.settlement_currency
    try:
        interval = text_in(form, "interval", FIELD_MAX)
        anchor = whole_in(form, "anchor") if interval in {"weekly", "monthly"} else 0
        schedule = checked_schedule(interval, anchor, amount_in(form, "minimum", currency).amount_minor)
        async with atomic():
            await terms.set_schedule(shop_id, schedule, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    return back_to(request, _page(shop_id), message("Payout days changed."))


@post(PATH + "/reserve")
async def set_reserve(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """What is kept back of it; an empty percentage stands for what is kept back of everybody."""
    await operator(request)
    form = await request.form()
    try:
        own = bool(text_in(form, "percent", FIELD_MAX))
        basis_points = percent_in(form, "percent") if own else None
        days = whole_in(form, "days") if own else None
        async with atomic():
            await terms.set_reserve(shop_id, basis_points, days, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    return back_to(request, _page(shop_id), message("Reserve changed: it counts for what is released from now on."))


@post(PATH + "/provider")
async def pay_by_provider(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Pay it through the payment provider again."""
    await operator(request)
    try:
        async with atomic():
            await terms.pay_by_provider(shop_id, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    return back_to(request, _page(shop_id), message("It is paid through the payment provider from now on."))


@post(PATH + "/account")
async def replace_account(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Open another account for it at the provider, in place of one that is closed."""
    await operator(request)
    try:
        async with atomic():
            await payouts.replace_account(shop_id, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    said = message("Another account is being opened: the boutique hands its papers in under Getting paid.")
    return back_to(request, _page(shop_id), said)


@post(PATH + "/vat-id", opt={"transaction": False})
async def check_vat_id(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Ask a register about its VAT id."""
    person, hub = await operator(request), hub_of(request)
    try:
        check = await vat.ask(hub.vat_register, hub.settings, shop_id, person.email, clock.now())
    except PeerError:
        said = message("The register gave no answer: a state’s can be away for hours. Try again later.")
        return back_to(request, _page(shop_id), said, failed=True)
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    if not check.valid:
        return back_to(request, _page(shop_id), message("The register does not know this VAT id."), failed=True)
    return back_to(request, _page(shop_id), message("The register knows this VAT id."))


@post(PATH + "/pay-out")
async def pay_out(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Send all it has at the provider to its bank now, whatever its payout days."""
    await operator(request)
    await terms.request_payout(shop_id, clock.now())
    return back_to(request, _page(shop_id), message("A payout is begun within seconds, if there is something to send."))


@post(PATH + "/hold")
async def hold(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Let everything that is owed to it wait."""
    person = await operator(request)
    note = text_in(await request.form(), "note", NOTE_LENGTH_MAX)
    async with atomic():
        placed = Hold(reason=HoldReason.OPERATOR, reference="console", shop_id=shop_id, note=note, by=person.email)
        await payouts.freeze(placed, clock.now())
    return back_to(request, _page(shop_id), message("Everything owed to it waits until somebody lifts the hold."))


@post(PATH + "/lift")
async def lift(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Let it go on."""
    person = await operator(request)
    async with atomic():
        await payouts.unfreeze(None, HoldReason.OPERATOR, "console", clock.now(), shop_id=shop_id, by=person.email)
    return back_to(request, _page(shop_id), message("Lifted. What waited only for this goes on."))


ROUTES = [show, set_schedule, set_reserve, pay_by_provider, replace_account, check_vat_id, pay_out, hold, lift]
