"""Getting paid: whether each hub can pay the boutique, the way to where its papers are missing, its bank account.

The page belongs to the hub's payment provider and works for one visit: it is asked for when somebody goes there, and
named before anybody leaves. Who comes too late is sent here again, behind the portal's door, and gets another one.
Where a hub pays by its own bank, the boutique says its account here; nothing of it is kept on this node.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from stdnum import iban
from stdnum.exceptions import ValidationError as StdnumError

from federation.conversations.paying import BankSaid, BankStanding, PapersAsked, PayingState
from federation.documents.times import moment_of
from federation.node import accounts, clock
from federation.node.web import AnyRequest
from federation.records import LinkView
from federation.service import links, paying
from federation.service.context import Federation
from federation.service.tally import MINUTE_SECONDS
from federation.vocabulary.errors import (
    ConflictError,
    GalleriaError,
    NotFoundError,
    PeerRefusedError,
    QuotaError,
    RecordInvalidError,
)
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message
from shops.node import shop_node
from shops.portal.door import back_to, boutique_of, render
from shops.portal.forms import fields_of
from shops.portal.money_desk import desk_of
from shops.portal.views import StateWord
from shops.store import BoutiqueView

HOLDER_LENGTH_MAX = 70
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")

LOOKS: dict[str, StateWord] = {
    "ready": StateWord(message("Everything is in order"), "good", "●"),
    "checking": StateWord(message("Being looked through"), "calm", "◔"),
    "papers": StateWord(message("Something is missing from you"), "todo", "◆"),
    "closed": StateWord(message("Closed"), "bad", "▼"),
    "none": StateWord(message("Not opened yet"), "calm", "○"),
    "unknown": StateWord(message("Does not answer"), "calm", "○"),
    "busy": StateWord(message("Asked too often"), "calm", "◔"),
}
EXPLAINED: dict[str, str] = {
    "ready": message("This hub can pay you. There is nothing to do."),
    "checking": message("Everything is handed in; the payment provider looks through it. That can take some days."),
    "papers": message(
        "The payment provider of this hub needs to know who you are and which bank account is yours. You can sell "
        "already: what you earn is kept for you and sent as soon as this is done."
    ),
    "closed": message(
        "The account this hub paid you through is closed. What you earn is kept for you. Write to the hub: it can open "
        "another one."
    ),
    "none": message("The hub opens an account for you once you are linked; look again in a minute."),
    "unknown": message("This hub does not answer at the moment, or does not say how it pays. Please look again later."),
    "busy": message("This page was asked for several times within a minute. Wait a minute, then open it again."),
}


class HubPaying(msgspec.Struct, frozen=True):
    """How one hub pays the boutique; `standing` is `unknown` when it did not say, `bank` how it pays by bank."""

    hub_id: PartyId
    name: str
    standing: str
    bank: BankStanding | None = None

    @property
    def looks(self) -> StateWord:
        """The standing as a short word with a shape."""
        return LOOKS[self.standing]

    @property
    def explained(self) -> str:
        """What it means, and what is to be done."""
        return EXPLAINED[self.standing]


@get("/portal/{handle:str}/getting-paid", opt={"transaction": False})
async def getting_paid(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every linked hub, and whether it can pay."""
    boutique = await boutique_of(request, handle)
    linked = [link for link in await links.links(boutique.shop_id) if link.state in {"accepted", "suspended"}]
    fed = shop_node(request).federation
    found = await asyncio.gather(*(_standing(fed, boutique.shop_id, link.remote_id) for link in linked))
    hubs = [_paying(link, told) for link, told in zip(linked, found, strict=True)]
    return await _shown(request, boutique, hubs)


def _paying(link: LinkView, told: PayingState | None) -> HubPaying:
    if told is None:
        return HubPaying(link.remote_id, link.remote_name, "unknown")
    return HubPaying(link.remote_id, link.remote_name, told.standing, told.bank)


async def _shown(
    request: AnyRequest,
    boutique: BoutiqueView,
    hubs: list[HubPaying],
    *,
    problem: GalleriaError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[Any]:
    return render(
        request,
        "getting_paid.html",
        boutique,
        desk=await desk_of(request, boutique.handle, ask="never"),
        status_code=422 if problem else 200,
        problem=problem,
        hubs=hubs,
        typed=typed or {},
        now=clock.now(),
        moment_of=moment_of,
    )


@post("/portal/{handle:str}/getting-paid/{hub_id:str}/bank", opt={"transaction": False})
async def say_bank(request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str]) -> Response[Any]:
    """Say the account to which the hub should pay; somebody there has to agree."""
    boutique, person = await boutique_of(request, handle), await accounts.signed_in(request)
    fields, fed = fields_of(await request.form()), shop_node(request).federation
    link = next((one for one in await links.links(boutique.shop_id) if one.remote_id == hub_id), None)
    if link is None:
        raise NotFoundError("you are not linked with this hub")
    try:
        said = bank_said(fields, person.name or person.email)
        await paying.say_bank(fed, boutique.shop_id, link.remote_id, said, clock.now())
    except GalleriaError as error:
        told = await _standing(fed, boutique.shop_id, link.remote_id)
        problem = RecordInvalidError(_in_words(error))
        return await _shown(request, boutique, [_paying(link, told)], problem=problem, typed=fields)
    said_words = message("The hub has your account. Somebody there asks you back and has to agree; you get a letter.")
    return back_to(request, boutique, "/getting-paid", said_words)


def bank_said(fields: Mapping[str, str], by: str) -> BankSaid:
    """An account as the form has it. Raises RecordInvalidError for what is no IBAN or BIC, or without a name."""
    holder, bic = " ".join(fields.get("holder", "").split()), fields.get("bic", "").replace(" ", "").upper()
    try:
        number = iban.validate(fields.get("iban", ""))
    except StdnumError as error:
        raise RecordInvalidError(message("This IBAN contains a mistake: compare it once more.")) from error
    if not 1 <= len(holder) <= HOLDER_LENGTH_MAX:
        raise RecordInvalidError(message("Write whose account it is, in at most 70 characters."))
    if bic and not _BIC.fullmatch(bic):
        raise RecordInvalidError(message("A BIC has eight or eleven letters and digits, like BCITITMM."))
    return BankSaid(holder=holder, iban=number, bic=bic, by=by[:120])


def _in_words(error: GalleriaError) -> str:
    """Why the hub did not take the account."""
    if isinstance(error, PeerRefusedError):
        if error.peer_slug == QuotaError.slug:
            return _too_often(error)
        if error.peer_slug == ConflictError.slug:
            return message("This hub pays you through its payment provider, not by bank.")
        return message("The hub did not take this account: its bank cannot pay there, or you are paid there already.")
    if isinstance(error, RecordInvalidError):
        return error.sentence
    return message("The hub does not answer at the moment: nothing was changed. Please try again later.")


def _too_often(error: PeerRefusedError) -> str:
    if (error.retry_after_seconds or 0) > MINUTE_SECONDS:
        return message("You have said too many accounts within a day. Say the right one tomorrow, or call the hub.")
    return message("The hub was asked too often in this minute: try again in the next.")


@get("/portal/{handle:str}/getting-paid/{hub_id:str}/papers", opt={"transaction": False})
async def papers(request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str]) -> Response[Any]:
    """A page of the provider's, made for this visit, named before the way there."""
    boutique = await boutique_of(request, handle)
    node = shop_node(request)
    link = next((one for one in await links.links(boutique.shop_id) if one.remote_id == hub_id), None)
    if link is None:
        raise NotFoundError("you are not linked with this hub")
    here = f"{node.federation.settings.public_url}/portal/{boutique.handle}/getting-paid"
    asked = PapersAsked(refresh_url=f"{here}/{hub_id}/papers", return_url=here)
    state, standing = PayingState(standing="none"), ""
    try:
        state = await paying.ask_page(node.federation, boutique.shop_id, link.remote_id, asked, clock.now())
    except PeerRefusedError as error:
        standing = "busy" if error.peer_slug == QuotaError.slug else "unknown"
    except GalleriaError:
        standing = "unknown"
    if not standing:
        silent = state.page is None and state.standing not in {"none", "closed"}
        standing = "unknown" if silent else state.standing
    return render(
        request,
        "papers.html",
        boutique,
        hub=HubPaying(link.remote_id, link.remote_name, standing),
        page_url=state.page,
        host=urlsplit(state.page or "").hostname or "",
    )


async def _standing(fed: Federation, shop_id: PartyId, hub_id: PartyId) -> PayingState | None:
    try:
        return await paying.ask_standing(fed, shop_id, hub_id, clock.now())
    except GalleriaError:
        return None


HANDLERS = [getting_paid, papers, say_bank]
