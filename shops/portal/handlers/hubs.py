"""The hubs of a boutique: propose, accept, pause or end a link, and see what each hub has, holds and sold."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from federation.documents.profile import OUTBOX_ADDRESS, endpoint_of
from federation.node import clock
from federation.node.web import AnyRequest
from federation.service import contacts, forking, links, refusals
from federation.service.catalogue import log_state
from federation.service.context import Federation
from federation.service.parties import identity_of
from federation.service.replicas import sync_states
from federation.vocabulary.errors import GalleriaError, NotFoundError
from federation.vocabulary.ids import PartyId, is_party_id
from federation.vocabulary.wording import message
from shops import store
from shops.dealings import store as dealings
from shops.node import shop_node
from shops.portal import forms
from shops.portal.door import back_to, boutique_of, render
from shops.portal.hub_cards import commission_percent, hub_cards
from shops.portal.unshown import unshown
from shops.portal.views import STATE_WORDS
from shops.portal.words import say


@get("/portal/{handle:str}/hubs")
async def hubs(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every hub the boutique is or was linked with."""
    boutique = await boutique_of(request, handle)
    shop_id, vseq = boutique.shop_id, await store.vseq(boutique.shop_id)
    dealt = (await dealings.open_holds(shop_id), await dealings.sales(shop_id))
    states = {state.hub_id: state for state in await sync_states(shop_id)}
    found = await links.links(shop_id)
    now = clock.now()
    resting = {link.remote_id: await contacts.resting_until(link.remote_url, now) for link in found}
    identity = await identity_of(shop_id)
    head = await log_state(shop_id)
    return render(
        request,
        "hubs.html",
        boutique,
        cards=hub_cards(found, states, dealt, vseq, resting=resting),
        linked=sum(link.state == "accepted" for link in found),
        notes={link.remote_id: await links.countersigned(shop_id, link.remote_id) for link in found},
        percent_of=commission_percent,
        log=head,
        unshown=unshown(await refusals.heard(shop_id)),
        fork=await forking.standing(shop_id, shop_id, head.epoch),
        fork_url=f"{endpoint_of(identity.address, shop_id)}/fork",
        vseq=vseq,
        is_outbound=identity.address == OUTBOX_ADDRESS,
        own_address=f"{endpoint_of(identity.address, shop_id)}/profile",
        words=STATE_WORDS,
    )


@post("/portal/{handle:str}/hubs/propose", opt={"transaction": False})
async def propose(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Propose a link to the hub at an address; the hub's operator decides."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    address, words = fields.get("address", "")[:500], fields.get("message", "")[:2000]
    try:
        await links.propose_link(shop_node(request).federation, boutique.shop_id, address, clock.now(), words)
    except GalleriaError as error:
        return back_to(
            request, boutique, "/hubs", say("Not proposed. %(reason)s", reason=say(error.detail)), failed=True
        )
    return back_to(request, boutique, "/hubs", message("Proposed. The hub's operator decides; you will see it here."))


FORWARD = re.compile(r'(https?://[^\s<>"]{1,290})?')
Decide = Callable[[Federation, PartyId, PartyId, datetime], Awaitable[None]]
DECISIONS: dict[str, tuple[Decide, str]] = {
    "accept": (links.accept_link, message("Linked.")),
    "suspend": (links.suspend_link, message("Paused: nothing passes until you resume.")),
}


@post("/portal/{handle:str}/hubs/{hub_id:str}/{decision:str}")
async def decide(
    request: AnyRequest, handle: FromPath[str], hub_id: FromPath[str], decision: FromPath[str]
) -> Response[Any]:
    """Accept, pause or end the link with one hub."""
    boutique = await boutique_of(request, handle)
    if decision not in {*DECISIONS, "end"} or not is_party_id(hub_id):
        raise NotFoundError("there is no such hub or decision; go back to the hubs")
    fed, ends = shop_node(request).federation, (boutique.shop_id, PartyId(hub_id))
    if decision == "end":
        forward = forms.fields_of(await request.form()).get("forward", "").strip()
        if FORWARD.fullmatch(forward) is None:
            said = message("Not ended: an address begins with https:// and has no blanks.")
            return back_to(request, boutique, "/hubs", said, failed=True)
        await links.end_link(fed, *ends, clock.now(), forward=forward)
        return back_to(request, boutique, "/hubs", message("Ended."))
    carry_out, said = DECISIONS[decision]
    await carry_out(fed, *ends, clock.now())
    return back_to(request, boutique, "/hubs", said)


HANDLERS = [hubs, propose, decide]
