"""A boutique's bank details, by two words: one says them, another agrees or not. Shown on the page of its terms."""

from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator
from marketplace.console.forms import text_in
from marketplace.hub import hub_of
from marketplace.money import bank_details
from marketplace.money.bank_details import house_of
from payouts.domain.bank_change import NOTE_LENGTH_MAX
from payouts.domain.bank_file import NAME_LENGTH_MAX, checked_details

PATH = "/console/boutiques/{shop_id:str}/terms/bank"
FIELD_MAX = 60


def _page(shop_id: str) -> str:
    return f"/console/boutiques/{shop_id}/terms"


@post(PATH)
async def propose(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Say where it should be paid by the hub's own bank."""
    person = await operator(request)
    form = await request.form()
    try:
        details = checked_details(
            text_in(form, "holder", NAME_LENGTH_MAX + 1),
            text_in(form, "iban", FIELD_MAX),
            text_in(form, "bic", FIELD_MAX),
        )
        word = bank_details.by_operator(shop_id, details, person, at_once=bool(form.get("at_once")))
        async with atomic():
            await bank_details.propose(house_of(hub_of(request)), word, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    said = message("Noted, and the boutique is told. Somebody else has to agree before anything is paid there.")
    return back_to(request, _page(shop_id), said)


@post(PATH + "/{change_id:uuid}/approve")
async def approve(request: AnyRequest, shop_id: FromPath[str], change_id: FromPath[UUID]) -> Redirect:
    """Agree, as a second person."""
    person = await operator(request)
    at_once = bool((await request.form()).get("at_once"))
    try:
        async with atomic():
            await bank_details.approve(house_of(hub_of(request)), change_id, person, clock.now(), at_once=at_once)
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    return back_to(request, _page(shop_id), message("Agreed, and the boutique is told. It is paid by bank file."))


@post(PATH + "/{change_id:uuid}/reject")
async def reject(request: AnyRequest, shop_id: FromPath[str], change_id: FromPath[UUID]) -> Redirect:
    """Turn it down, or take one's own word back."""
    person = await operator(request)
    note = text_in(await request.form(), "note", NOTE_LENGTH_MAX)
    try:
        async with atomic():
            await bank_details.reject(house_of(hub_of(request)), change_id, person, note, clock.now())
    except GalleriaError as error:
        return back_to(request, _page(shop_id), error.sentence, failed=True)
    return back_to(request, _page(shop_id), message("Turned down: it is paid as before, and told so."))


ROUTES = [propose, approve, reject]
