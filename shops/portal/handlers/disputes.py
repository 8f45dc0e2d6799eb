"""Disputes: what shoppers' banks say against sales of the boutique, by when, and what it hands in for itself.

Asked of the hub at every visit. What somebody has typed is not lost when the hub does not answer: the form comes back
with it.
"""

import asyncio
from typing import Any, cast, get_args
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from federation import limits
from federation.conversations.disputes import Dispute, Statement
from federation.conversations.link import LinkState
from federation.documents.times import moment_of
from federation.node import accounts, clock
from federation.node.web import AnyRequest
from federation.records import LinkView
from federation.service import disputes as service
from federation.service import links
from federation.vocabulary.errors import (
    ConflictError,
    GalleriaError,
    NotFoundError,
    PeerRefusedError,
    QuotaError,
    RecordInvalidError,
    TooLargeError,
)
from federation.vocabulary.evidence import FileKind
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message, sentence
from shops.node import shop_node
from shops.orders import store as orders
from shops.orders.domain.orders import OrderView
from shops.orders.domain.parcels import parcels_of
from shops.portal import dispute_words as words
from shops.portal.door import back_to, boutique_of, render
from shops.portal.forms import fields_of
from shops.portal.money_desk import desk_of
from shops.store import BoutiqueView

PATH = "/portal/{handle:str}/money/disputes"
HEARD_BY: frozenset[LinkState] = frozenset({"accepted", "suspended", "ended"})
"""Links under which a hub may have disputes: a bank takes its time."""
SILENT = message("The hub does not answer at the moment. Nothing was sent; what you wrote is still here.")
UNPROCESSABLE, BAD_GATEWAY = 422, 502
NEVER = "9999"
"""Later than any day a bank sets."""


class HubDisputes(msgspec.Struct, frozen=True, kw_only=True):
    """What one hub says is disputed; `answers` is False when it did not say."""

    hub_id: PartyId
    name: str
    answers: bool
    disputes: tuple[Dispute, ...] = ()


@get(PATH, opt={"transaction": False})
async def disputes(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every dispute at every hub, those to be answered first."""
    boutique = await boutique_of(request, handle)
    linked = [link for link in await links.links(boutique.shop_id) if link.state in HEARD_BY]
    found = await asyncio.gather(*(_asked(request, boutique, link) for link in linked))
    every = [(hub, one) for hub in found for one in hub.disputes]
    waiting = sorted((row for row in every if row[1].takes == "yes"), key=lambda row: row[1].due_at or NEVER)
    rows = [*waiting, *(row for row in every if row[1].takes != "yes")]
    return render(
        request,
        "disputes.html",
        boutique,
        desk=await desk_of(request, handle, ask="never"),
        rows=rows,
        silent=[hub for hub in found if not hub.answers],
        hubs=found,
        numbers={one.order_id: await _order_of(boutique, hub.hub_id, one) for hub, one in rows},
        **_shared(),
    )


def _shared() -> dict[str, Any]:
    return {"words": words, "amount_of": Money, "moment_of": moment_of}


async def _asked(request: AnyRequest, boutique: BoutiqueView, link: LinkView) -> HubDisputes:
    fed = shop_node(request).federation
    try:
        told = await service.ask_disputes(fed, (boutique.shop_id, link.remote_id), clock.now())
    except PeerRefusedError as error:
        return HubDisputes(hub_id=link.remote_id, name=link.remote_name, answers=error.peer_slug == NotFoundError.slug)
    except GalleriaError:
        return HubDisputes(hub_id=link.remote_id, name=link.remote_name, answers=False)
    return HubDisputes(hub_id=link.remote_id, name=link.remote_name, answers=True, disputes=told.disputes)


@get(PATH + "/{hub_id:str}/{dispute_id:uuid}", opt={"transaction": False})
async def dispute(
    request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str], dispute_id: FromPath[UUID]
) -> Response[Any]:
    """One dispute: what is said, by when, what helps, and what the hub has from the boutique."""
    boutique = await boutique_of(request, handle)
    link = await _link(boutique, hub_id)
    hub = await _asked(request, boutique, link)
    if not hub.answers:
        return await _silent(request, boutique, hub)
    return await _page(request, boutique, hub, _one(hub, dispute_id))


async def _silent(request: AnyRequest, boutique: BoutiqueView, hub: HubDisputes, **values: Any) -> Response[Any]:
    """The page while the hub does not answer, with what somebody had typed."""
    desk = await desk_of(request, boutique.handle, ask="never")
    return render(
        request,
        "dispute.html",
        boutique,
        hub=hub,
        desk=desk,
        found=None,
        status_code=BAD_GATEWAY,
        **values,
        **_shared(),
    )


async def _link(boutique: BoutiqueView, hub_id: str) -> LinkView:
    for link in await links.links(boutique.shop_id):
        if link.remote_id == hub_id and link.state in HEARD_BY:
            return link
    raise NotFoundError("you are not linked with this hub")


def _one(hub: HubDisputes, dispute_id: UUID) -> Dispute:
    for one in hub.disputes:
        if one.id == str(dispute_id):
            return one
    raise NotFoundError(message("there is no such dispute; look at the list"))


async def _page(
    request: AnyRequest,
    boutique: BoutiqueView,
    hub: HubDisputes,
    found: Dispute,
    *,
    problem: GalleriaError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    order = await _order_of(boutique, hub.hub_id, found)
    return render(
        request,
        "dispute.html",
        boutique,
        desk=await desk_of(request, boutique.handle, ask="never"),
        status_code=UNPROCESSABLE if problem else 200,
        problem=problem,
        hub=hub,
        found=found,
        order=order,
        fields=_said(found) or _known(order) if typed is None else typed,
        files_max=limits.EVIDENCE_FILES_MAX,
        megabytes_max=limits.EVIDENCE_FILE_BYTES_MAX // 2**20,
        characters_max=limits.EVIDENCE_CHARACTERS_MAX,
        **_shared(),
    )


def _said(found: Dispute) -> dict[str, str]:
    """The form as it was last handed in; empty before."""
    said = found.said
    if said is None:
        return {}
    return {
        "text": said.text,
        "carrier": said.carrier,
        "tracking": said.tracking,
        "shipped_on": said.shipped_on,
        "delivered_on": said.delivered_on,
    }


def _known(order: OrderView | None) -> dict[str, str]:
    """What this node knows of the parcels, to begin with."""
    parcels = [] if order is None else parcels_of(order.events)
    if not parcels:
        return {}
    first = parcels[0]
    arrived = [one.at for one in first.history if one.word == "delivered"]
    return {
        "carrier": first.carrier[:120],
        "tracking": first.tracking[:120],
        "shipped_on": first.history[0].at.date().isoformat() if first.history else "",
        "delivered_on": arrived[0].date().isoformat() if arrived else "",
    }


async def _order_of(boutique: BoutiqueView, hub_id: PartyId, found: Dispute) -> OrderView | None:
    row = await orders.row_of(boutique.shop_id, (hub_id, UUID(found.order_id)))
    return None if row is None else await orders.order(boutique.shop_id, row)


@post(PATH + "/{hub_id:str}/{dispute_id:uuid}/statement", opt={"transaction": False})
async def state(
    request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str], dispute_id: FromPath[UUID]
) -> Response[Any]:
    """Say what speaks for the boutique; a later word takes the place of an earlier one."""
    boutique, person = await boutique_of(request, handle), await accounts.signed_in(request)
    link, fields = await _link(boutique, hub_id), fields_of(await request.form())
    pair = (boutique.shop_id, link.remote_id)
    try:
        said = msgspec.convert(
            {"by": (person.name or person.email)[:120]} | {name: fields.get(name, "") for name in _FIELDS}, Statement
        )
        await service.make_statement(shop_node(request).federation, pair, dispute_id, said, clock.now())
    except msgspec.ValidationError:
        too_long = sentence(
            "Look at the days and at how long your words are: at most %(most)s characters.",
            most=limits.EVIDENCE_CHARACTERS_MAX,
        )
        return await _again(request, boutique, link, dispute_id, (RecordInvalidError(too_long), fields))
    except GalleriaError as error:
        return await _again(request, boutique, link, dispute_id, (error, fields))
    return back_to(request, boutique, _path(link, dispute_id), message("The hub has your words."))


_FIELDS = ("text", "carrier", "tracking", "shipped_on", "delivered_on")


@post(PATH + "/{hub_id:str}/{dispute_id:uuid}/files", opt={"transaction": False})
async def hand_in(
    request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str], dispute_id: FromPath[UUID]
) -> Response[Any]:
    """Hand one file in."""
    boutique = await boutique_of(request, handle)
    link, form = await _link(boutique, hub_id), await request.form()
    upload, kind = form.get("file"), str(form.get("kind", ""))
    path = _path(link, dispute_id)
    if not isinstance(upload, UploadFile) or not upload.filename or kind not in get_args(FileKind):
        return back_to(request, boutique, path, message("Choose a file, and what it shows."), failed=True)
    file, pair = (cast("FileKind", kind), await upload.read()), (boutique.shop_id, link.remote_id)
    try:
        await service.hand_in(shop_node(request).federation, pair, dispute_id, file, clock.now())
    except GalleriaError as error:
        return back_to(request, boutique, path, _in_words(error), failed=True)
    return back_to(
        request,
        boutique,
        path,
        message("The hub has your file. A person there reads it and decides what of it the bank is shown."),
    )


async def _again(
    request: AnyRequest,
    boutique: BoutiqueView,
    link: LinkView,
    dispute_id: UUID,
    failed: tuple[GalleriaError, dict[str, str]],
) -> Response[Any]:
    """The form once more, with what was typed and why it was not taken."""
    error, typed = failed
    problem = error if isinstance(error, RecordInvalidError) else RecordInvalidError(_in_words(error))
    hub = await _asked(request, boutique, link)
    if not hub.answers:
        return await _silent(request, boutique, hub, problem=problem, typed=typed.get("text", ""))
    return await _page(request, boutique, hub, _one(hub, dispute_id), problem=problem, typed=typed)


def _in_words(error: GalleriaError) -> str:
    """Why the hub did not take it, in our own words."""
    if isinstance(error, PeerRefusedError):
        if error.peer_slug == QuotaError.slug:
            return message("The hub takes no more files about this dispute, or was asked too often. Wait a minute.")
        if error.peer_slug in {ConflictError.slug, NotFoundError.slug}:
            return message("The hub takes nothing more about this dispute.")
        return message("The hub did not take it: look at what you wrote, or at the file.")
    if isinstance(error, TooLargeError):
        return sentence("A file may have at most %(most)s MB.", most=limits.EVIDENCE_FILE_BYTES_MAX // 2**20)
    if isinstance(error, RecordInvalidError):
        return message("Only whole PDF, PNG and JPEG files can be handed in.")
    return SILENT


def _path(link: LinkView, dispute_id: UUID) -> str:
    return f"/money/disputes/{link.remote_id}/{dispute_id}"


HANDLERS = [disputes, dispute, state, hand_in]
