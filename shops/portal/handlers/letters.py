"""What could not be delivered to a boutique's hubs, in plain words, and sending it again."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from federation.node import clock
from federation.node.web import AnyRequest
from federation.service import letters
from federation.vocabulary.wording import message
from shops.portal.door import back_to, boutique_of, render
from shops.portal.words import say

LETTER_WORDS = {
    "fed.event": message("News of an order for %(peer)s"),
    "fed.missing": message("A question to %(peer)s about an order"),
    "fed.push": message("Your catalogue, for %(peer)s"),
    "fed.stock": message("Your stock, for %(peer)s"),
    "fed.link": message("Your word on the link with %(peer)s"),
    "fed.operations": message("Your identity, for %(peer)s"),
    "shops.import": message("An import of your catalogue"),
    "shops.pictures": message("Fetching a picture that your file names"),
}


@get("/portal/{handle:str}/undelivered")
async def undelivered(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Messages given up on."""
    boutique = await boutique_of(request, handle)
    found = await letters.undelivered(boutique.shop_id)
    told = [(one, say(LETTER_WORDS.get(one.topic, one.topic), peer=one.peer_name or say("a hub"))) for one in found]
    return render(request, "undelivered.html", boutique, letters=told)


@post("/portal/{handle:str}/undelivered")
async def send_again(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Send one of them again, or all."""
    boutique = await boutique_of(request, handle)
    which = str((await request.form()).get("message", ""))
    if which == "all":
        await letters.send_all_again(clock.now(), boutique.shop_id)
    elif which.isdigit():
        await letters.send_again(int(which[:15]), clock.now(), boutique.shop_id)
    return back_to(
        request, boutique, "/undelivered", message("On its way again; it comes back here if it fails again.")
    )


HANDLERS = [undelivered, send_again]
