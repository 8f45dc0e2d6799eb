"""Bank files: what waits for the hub's own bank, the files made, and what became of each payment."""

from datetime import UTC, datetime, time
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.forms import amount_in, day_in, text_in
from marketplace.console.views import looks
from marketplace.hub import hub_of
from payouts.domain.bank_file import shown_iban
from payouts.service import bank_files, float_moves, refund_by_hand

PAGE = "/console/money/bank-files"


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """What waits, by boutique; every file with its payments."""
    await operator(request)
    now = clock.now()
    waiting, files = await bank_files.waiting(), await bank_files.files()
    shops = {one.shop_id for one in waiting} | {payout.shop_id for one in files for payout in one.payouts}
    return render(
        request,
        "bank_files.html",
        waiting=waiting,
        files=files,
        bank=hub_of(request).payments.settings.bank,
        at_bank=await bank_files.at_bank(),
        needed=await float_moves.needed(hub_of(request).payments.settings.settlement_currency),
        moves=await float_moves.newest(),
        to_shoppers=await refund_by_hand.paid_from_bank(),
        decimal=to_decimal,
        names=await shop_names(shops),
        today=now.date(),
        now=now,
        iban=shown_iban,
        looks=looks.money_looks,
        amount=Money,
    )


@post(PAGE + "/float")
async def move_float(request: AnyRequest) -> Redirect:
    """Move money of the hub's balance at the provider to its bank, for what is due from there."""
    person = await operator(request)
    form, pay = await request.form(), hub_of(request).payments
    try:
        amount = amount_in(form, "amount", pay.settings.settlement_currency)
        async with atomic():
            await float_moves.begin(pay, amount, person.email, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Asked for: it is at your bank in some days, and booked when it has left."))


@post(PAGE)
async def make(request: AnyRequest) -> Redirect:
    """Put all that waits into one file."""
    person = await operator(request)
    hub = hub_of(request)
    try:
        day = day_in(await request.form(), "day")
        async with atomic():
            made = await bank_files.make_file(hub.payments, person.email, hub.settings.node_name, day, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    if made is None:
        return back_to(request, PAGE, message("There is nothing to pay: what waited is held up, or kept for debts."))
    return back_to(request, f"{PAGE}#file-{made.id}", message("Made. Download it and give it to your bank."))


@get(PAGE + "/{file_id:uuid}/pain001.xml")
async def download(request: AnyRequest, file_id: FromPath[UUID]) -> Response[bytes]:
    """The file, byte for byte as it was made."""
    await operator(request)
    made = await bank_files.file(file_id)
    name = f"payouts-{made.made_at:%Y-%m-%d}-{made.message_id[:8]}.xml"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(made.content, media_type="application/xml", headers=headers)


@post(PAGE + "/payments/{payout_id:uuid}/paid")
async def paid(request: AnyRequest, payout_id: FromPath[UUID]) -> Redirect:
    """The bank has carried a payment out."""
    await operator(request)
    now = clock.now()
    try:
        day = day_in(await request.form(), "day")
        async with atomic():
            on = datetime.combine(day, time(), UTC)
            await bank_files.mark_paid(hub_of(request).payments, payout_id, on, now)
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Noted as paid; the boutique is told."))


@post(PAGE + "/{file_id:uuid}/paid")
async def all_paid(request: AnyRequest, file_id: FromPath[UUID]) -> Redirect:
    """The bank has carried out every payment of a file that is still open."""
    await operator(request)
    now = clock.now()
    try:
        day = day_in(await request.form(), "day")
        async with atomic():
            on = datetime.combine(day, time(), UTC)
            for payout in await bank_files.open_payments(file_id):
                await bank_files.mark_paid(hub_of(request).payments, payout.id, on, now)
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Noted as paid; the boutiques are told."))


@post(PAGE + "/payments/{payout_id:uuid}/returned")
async def returned(request: AnyRequest, payout_id: FromPath[UUID]) -> Redirect:
    """The bank refused a payment or sent it back."""
    await operator(request)
    failure = text_in(await request.form(), "failure", bank_files.FAILURE_LENGTH_MAX)
    try:
        async with atomic():
            await bank_files.mark_returned(hub_of(request).payments, payout_id, failure, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Noted: the boutique is owed it again, and it waits under Blocked."))


ROUTES = [show, move_float, make, download, paid, all_paid, returned]
