"""The boutiques: letting them in, putting them on hold, watching their sync, and one of them in full."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.documents.profile import OUTBOX_ADDRESS
from federation.node import clock
from federation.node.listing import arranged, listing
from federation.node.pages import country_in_words
from federation.node.plots import first_day, sales_plots
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.service import contacts, mailbox
from federation.service.identity_view import peer_identity
from federation.service.links import links
from federation.service.replicas import repair_note, replica_states
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message
from marketplace.accounts.setup import hub_id, hub_profile_url
from marketplace.console.door import back_to, operator, render
from marketplace.console.views import looks
from marketplace.console.views.lag import behind_plot, lag_plot, silence_plot
from marketplace.console.views.pictures import REASONS
from marketplace.console.views.standings import COLUMNS, FIGURES, SORTS, Standing, cells, chosen, standings
from marketplace.console.views.wholeness import wholeness
from marketplace.console.words import say
from marketplace.hub import hub_of
from marketplace.listings import boutiques
from marketplace.media import service as media
from payouts import service as payouts
from payouts.service import reads

LATEST = 20
PER_PAGE = 200


async def standings_now(now: datetime) -> list[Standing]:
    """Every boutique as it stands."""
    rows = await boutiques.boutiques(now)
    return standings(rows, await replica_states(await hub_id(), now), await boutiques.listing_counts(), now)


@get("/console/boutiques")
async def show_all(request: AnyRequest) -> Response[Any]:
    """Every boutique with its link and its sync; `state`, `country` and `q` narrow the list."""
    await operator(request)
    every = await standings_now(clock.now())
    asked = listing(
        request.query_params,
        columns=SORTS,
        own="name",
        filters=("q", "country", "state"),
        descending_first=FIGURES,
        per_page=PER_PAGE,
    )
    found = arranged(chosen(every, asked.filters), asked.sorting, SORTS)
    if asked.wants_file:
        return download("boutiques", [say(one) for one in COLUMNS], [cells(one) for one in found])
    rows = asked.part(found)
    return render(
        request,
        "boutiques.html",
        list=asked,
        every=every,
        standings=asked.shown(rows),
        found=len(found),
        more=len(rows) > asked.per_page,
        countries=sorted({one.row.country for one in every if one.row.country}, key=country_in_words),
        silence=silence_plot(every),
        behind=behind_plot(every),
        profile_url=await hub_profile_url(hub_of(request).settings),
        compared=await boutiques.compared_hubs(),
    )


@get("/console/boutiques/{shop_id:str}")
async def show(request: AnyRequest, shop_id: FromPath[str]) -> Template:
    """One boutique: its profile, its log here, what could not be read of it, its money."""
    await operator(request)
    now = clock.now()
    found = next((one for one in await standings_now(now) if one.row.shop_id == shop_id), None)
    link = next((one for one in await links(await hub_id()) if one.remote_id == shop_id), None)
    if found is None or link is None:
        raise NotFoundError("No such boutique is or was linked with this hub.")
    return render(
        request,
        "boutique.html",
        one=found,
        link=link,
        lag=lag_plot(found),
        left_alone_until=await contacts.resting_until(link.remote_url, now),
        fetches=link.remote_url == OUTBOX_ADDRESS,
        last_visit=await mailbox.last_visit((await hub_id(), PartyId(shop_id))),
        whole=wholeness(await repair_note(await hub_id(), PartyId(shop_id))),
        sales=sales_plots(await reads.sold_by_day(first_day(now.date()), shop_id), now.date()),
        profile=await boutiques.published_profile(shop_id),
        faults=await boutiques.quarantined(shop_id),
        fork=await boutiques.fork(shop_id),
        identity=await peer_identity(link, now),
        pictures=await media.missing_pictures(shop_id),
        picture_reasons=REASONS,
        account=await reads.account_of(shop_id),
        purses=await reads.shop_money(shop_id),
        settlements=await reads.settlements(shop_id, LATEST),
        payouts=await reads.payouts(shop_id, LATEST),
        money_looks=looks.money_looks,
        waits_for=looks.waits_for,
    )


@post("/console/boutiques/{shop_id:str}/accept")
async def accept(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Let a boutique in, or lift our hold on it."""
    await operator(request)
    try:
        await boutiques.accept(hub_of(request), shop_id, clock.now())
    except ConflictError as error:
        return back_to(request, _way_back(request, shop_id), error.sentence, failed=True)
    return back_to(
        request, _way_back(request, shop_id), message("It is let in: its pieces appear as its catalogue arrives.")
    )


@post("/console/boutiques/{shop_id:str}/decline")
async def decline(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Turn a boutique away that asked to be let in."""
    await operator(request)
    try:
        await boutiques.decline(hub_of(request), shop_id, clock.now())
    except ConflictError as error:
        return back_to(request, _way_back(request, shop_id), error.sentence, failed=True)
    return back_to(request, _way_back(request, shop_id), message("It is turned away and told so. It may ask again."))


@post("/console/boutiques/{shop_id:str}/suspend")
async def suspend(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Put a boutique on hold."""
    await operator(request)
    try:
        await boutiques.suspend(hub_of(request), shop_id, clock.now())
    except ConflictError as error:
        return back_to(request, _way_back(request, shop_id), error.sentence, failed=True)
    return back_to(request, _way_back(request, shop_id), message("It is on hold: nothing of it is shown or sold."))


def _way_back(request: AnyRequest, shop_id: str) -> str:
    """The page the form stood on."""
    return f"/console/boutiques/{shop_id}" if request.query_params.get("from") == "one" else "/console/boutiques"


@post("/console/boutiques/{shop_id:str}/resume-payouts")
async def resume_payouts(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Try payouts to this boutique's bank again after one failed."""
    await operator(request)
    await payouts.resume_payouts(shop_id, clock.now())
    return back_to(request, f"/console/boutiques/{shop_id}#money", message("Payouts go on; the next run tries again."))


ROUTES = [show_all, show, accept, decline, suspend, resume_payouts]
