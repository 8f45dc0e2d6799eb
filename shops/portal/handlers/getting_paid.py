"""Getting paid: whether each hub can pay the boutique, and the way to the page where its papers are missing.

The page belongs to the hub's payment provider and works for one visit: it is asked for when somebody goes there, and
named before anybody leaves. Who comes too late is sent here again, behind the portal's door, and gets another one.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from federation.conversations.paying import PapersAsked, PayingState
from federation.node import clock
from federation.node.web import AnyRequest
from federation.service import links, paying
from federation.service.context import Federation
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError, QuotaError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message
from shops.node import shop_node
from shops.portal.door import boutique_of, render
from shops.portal.views import StateWord

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
    """How one hub pays the boutique; `standing` is `unknown` when it did not say."""

    hub_id: PartyId
    name: str
    standing: str

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
    hubs = [HubPaying(link.remote_id, link.remote_name, word) for link, word in zip(linked, found, strict=True)]
    return render(request, "getting_paid.html", boutique, hubs=hubs)


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


async def _standing(fed: Federation, shop_id: PartyId, hub_id: PartyId) -> str:
    try:
        return (await paying.ask_standing(fed, shop_id, hub_id, clock.now())).standing
    except GalleriaError:
        return "unknown"


HANDLERS = [getting_paid, papers]
