"""Moving to another node: the ticket with which it fetches the boutique, and how far the way is."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.wording import message
from shops.moving import store
from shops.moving.handover import store as handovers
from shops.moving.handover.service import command_of, make_ticket
from shops.moving.service import asking
from shops.node import shop_node
from shops.portal.departing import way
from shops.portal.door import back_to, boutique_of, render
from shops.service import root_key_is_here
from shops.store import BoutiqueView

PAGE = "/move"


@get("/portal/{handle:str}/move")
async def moving(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What a move is, or how far it is."""
    return await _page(request, await boutique_of(request, handle), "")


@post("/portal/{handle:str}/move/ticket")
async def ticket(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Make a ticket and show it, this once."""
    boutique = await boutique_of(request, handle)
    if boutique.moved_to:
        return back_to(request, boutique, PAGE, message("Your boutique lives elsewhere by now."), failed=True)
    made = await make_ticket(boutique.shop_id, clock.now())
    return await _page(request, boutique, command_of(shop_node(request).settings, boutique.shop_id, made))


@post("/portal/{handle:str}/move/withdraw")
async def withdraw(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Let no ticket open anything any more, as long as nobody has used it."""
    boutique = await boutique_of(request, handle)
    if boutique.departed:
        said = message("The ticket has been used already. Your boutique may still stay here.")
        return back_to(request, boutique, PAGE, said, failed=True)
    await handovers.forget(boutique.shop_id)
    return back_to(request, boutique, PAGE, message("The ticket opens nothing any more."))


async def _page(request: AnyRequest, boutique: BoutiqueView, command: str) -> Response[Any]:
    shop_id = boutique.shop_id
    handover, archive = await handovers.handover(shop_id), await store.archive(shop_id)
    return render(
        request,
        "move.html",
        boutique,
        way=way(boutique, handover, archive, clock.now()),
        handover=handover,
        archive=archive,
        progress=asking.progress(shop_node(request).settings, shop_id),
        command=command,
        root_key_here=root_key_is_here(boutique.recovery_file),
    )


HANDLERS = [moving, ticket, withdraw]
